# An importer's models in three stages: as they begin, after changes that Alembic sees, after changes that it
# does not see.
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


def key(name="id"):
    return sa.Column(name, sa.Uuid(), primary_key=True)


def to(name, target, on_delete):
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target, ondelete=on_delete), index=True)


def created():
    return sa.Column("created_at", sa.DateTime(), server_default=sa.func.now(), nullable=False)


def define(metadata, stage):
    seen, unseen = stage != "before", stage == "unseen"
    sa.Table(
        "users", metadata, key(),
        sa.Column("email", sa.String(320), unique=True, nullable=False),
        sa.Column("full_name", sa.String(120 if not seen else 255)),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        created(),
        comment="people who import" if seen else None,
    )
    states = "'pending', 'importing', 'completed', 'failed'" + (", 'clustering'" if unseen else "")
    sa.Table(
        "import_jobs", metadata, key(),
        to("user_id", "users.id", "CASCADE"),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("file_size_bytes", sa.BigInteger() if seen else sa.Integer()),
        sa.Column("status", sa.String(50), nullable=False, index=True,
                  server_default="importing" if unseen else "pending"),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total_cost_usd", sa.Numeric(10, 4), server_default=sa.text("0")),
        sa.Column("error_details", JSONB()),
        created(),
        *([sa.Column("completed_at", sa.DateTime(), comment="empty while it runs")] if seen else []),
        sa.CheckConstraint(f"status IN ({states})", name="valid_status"),
        *([sa.CheckConstraint("progress BETWEEN 0 AND 100", name="valid_progress")] if unseen else []),
    )
    bookmarks = sa.Table(
        "bookmarks", metadata, key(),
        to("user_id", "users.id", "CASCADE"),
        to("import_job_id", "import_jobs.id", "SET NULL" if seen else None),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=seen),
        sa.Column("domain", sa.String(255)),
        sa.Column("tags", ARRAY(sa.String(64))),
        sa.Column("processed", sa.Boolean(), server_default=sa.false(), nullable=False),
        *([] if seen else [sa.Column("original_folder", sa.Text())]),
        created(),
        *([sa.Column("summary", sa.Text())] if seen else []),
        *([sa.UniqueConstraint("user_id", "url", name="bookmarks_url_of_user")] if seen else []),
    )
    sa.Index("bookmarks_tags", bookmarks.c.tags, postgresql_using="gin")
    if not seen:
        sa.Index("bookmarks_domain", bookmarks.c.domain)
    waiting = sa.text("NOT processed AND url <> ''" if unseen else "NOT processed")
    sa.Index("bookmarks_waiting", bookmarks.c.created_at, postgresql_where=waiting)
    if not seen:
        return
    kinds = ["topic", "place"]
    sa.Table(
        "clusters", metadata, key(),
        to("user_id", "users.id", "CASCADE"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.Enum(*kinds, name="cluster_kind"), nullable=False),
        sa.Column("score", sa.Float()),
        sa.Column("words", sa.Integer(), sa.Computed("length(name)", persisted=True)),
    )
    sa.Table(
        "bookmark_clusters", metadata,
        sa.Column("bookmark_id", sa.ForeignKey("bookmarks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("cluster_id", sa.ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("similarity", sa.Float(), sa.CheckConstraint("similarity <= 1"), nullable=False),
    )
