import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.create_table(
        "notes",
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.create_index("notes_person_id", "notes", ["person_id"])


def downgrade():
    op.drop_table("notes")
