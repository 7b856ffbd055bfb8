import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("people", sa.Column("email", sa.Text()))
    op.create_unique_constraint("people_email_key", "people", ["email"])


def downgrade():
    op.drop_column("people", "email")
