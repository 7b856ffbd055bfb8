# The old importer's tables, and one that this project knows nothing of.
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "5f2e9a7b1c3d"
down_revision = None


def upgrade():
    op.create_table(
        "import_jobs",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("filename", sa.String(255)),
        sa.Column("file_size_bytes", sa.Integer()),
        sa.Column("total_bookmarks", sa.Integer(), server_default=sa.text("0")),
        sa.Column("status", sa.String(50), server_default="pending", nullable=False),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0")),
        sa.Column("imported_count", sa.Integer(), server_default=sa.text("0")),
        sa.Column("embeddings_generated", sa.Integer(), server_default=sa.text("0")),
        sa.Column("tags_generated", sa.Integer(), server_default=sa.text("0")),
        sa.Column("failed_count", sa.Integer(), server_default=sa.text("0")),
        sa.Column("total_cost_usd", sa.Numeric(10, 4), server_default=sa.text("0")),
        sa.Column("openai_cost_usd", sa.Numeric(10, 4), server_default=sa.text("0")),
        sa.Column("claude_cost_usd", sa.Numeric(10, 4), server_default=sa.text("0")),
        sa.Column("error_message", sa.Text()),
        sa.Column("error_details", JSONB()),
        sa.Column("started_at", sa.DateTime()),
        sa.Column("completed_at", sa.DateTime()),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("now()")),
        sa.CheckConstraint(
            "status IN ('pending', 'importing', 'processing', 'clustering', 'completed', 'failed')",
            name="valid_status",
        ),
    )
    op.create_index("ix_import_jobs_status", "import_jobs", ["status"])
    op.create_index("ix_import_jobs_created_at", "import_jobs", ["created_at"])
    op.create_table(
        "bookmarks",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("original_folder", sa.Text()),
        sa.Column("add_date", sa.DateTime()),
        sa.Column("domain", sa.String(255)),
        sa.Column("tags", ARRAY(sa.String())),
        sa.Column("summary", sa.Text()),
        sa.Column("content_type", sa.String(50)),
        sa.Column("processed", sa.Boolean(), server_default=sa.text("false")),
        sa.Column("processed_at", sa.DateTime()),
        sa.Column(
            "import_job_id", UUID(as_uuid=True), sa.ForeignKey("import_jobs.id", ondelete="SET NULL")
        ),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text("now()")),
        sa.Column("updated_at", sa.DateTime(), server_default=sa.text("now()")),
        sa.CheckConstraint(
            "content_type IN ('tutorial', 'documentation', 'article', 'video', 'tool')",
            name="valid_content_type",
        ),
    )
    for column in ["url", "domain", "processed", "import_job_id", "created_at"]:
        op.create_index(f"ix_bookmarks_{column}", "bookmarks", [column])
    op.create_index("ix_bookmarks_tags", "bookmarks", ["tags"], postgresql_using="gin")
    op.create_table(
        "clusters",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("bookmark_count", sa.Integer(), server_default=sa.text("0")),
    )


def downgrade():
    op.drop_table("clusters")
    op.drop_table("bookmarks")
    op.drop_table("import_jobs")
