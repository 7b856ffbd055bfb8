# A project store's models, in the stages of bookmarks.py.
import sqlalchemy as sa


def stamp(name, has_zone=False):
    return sa.Column(name, sa.DateTime(timezone=has_zone), server_default=sa.func.now(), nullable=False)


def of_job():
    target = sa.ForeignKey("extraction_jobs.id", ondelete="CASCADE")
    return sa.Column("job_id", sa.Integer(), target, nullable=False)


def define(metadata, stage):
    seen, unseen = stage != "before", stage == "unseen"
    sa.Table(
        "projects", metadata,
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), comment="in Markdown" if seen else None),
        stamp("created_at"),
        stamp("updated_at"),
        *([sa.Column("owner", sa.Text(), server_default="nobody", nullable=False)] if seen else []),
        *([sa.UniqueConstraint("name", "owner")] if seen else []),
    )
    attempts = sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    jobs = sa.Table(
        "extraction_jobs", metadata,
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("source_url", sa.Text() if seen else sa.String(512), nullable=False),
        sa.Column("extraction_type", sa.String(50), nullable=False),
        sa.Column("status", sa.String(50), server_default=None if unseen else "pending", nullable=False),
        sa.Column("result_data", sa.Text()),
        stamp("created_at"),
        sa.Column("completed_at", sa.DateTime()),
        *([attempts] if seen else []),
    )
    if seen:
        sa.Index("extraction_jobs_open", jobs.c.project_id, jobs.c.created_at.desc())
    sa.Table(
        "color_tokens", metadata,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=unseen), primary_key=True),
        of_job(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("hex", sa.String(9), nullable=False),
        sa.Column("confidence", sa.Numeric(4, 3)),
        sa.UniqueConstraint("job_id", "name"),
        sa.CheckConstraint("hex ~ '^#'" if unseen else "hex LIKE '#%'", name="is_color"),
    )
    if not seen:
        return
    sa.Table(
        "project_snapshots", metadata,
        sa.Column("project_id", sa.ForeignKey("projects.id"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("document", sa.JSON(), nullable=False),
        stamp("taken_at", has_zone=True),
    )
    sa.Table(
        "spacing_tokens", metadata,
        sa.Column("id", sa.BigInteger(), primary_key=True),
        of_job(),
        sa.Column("value", sa.Numeric(8, 2), nullable=False),
        sa.Column("unit", sa.Enum("px", "rem", name="length_unit"), server_default="px", nullable=False),
    )
