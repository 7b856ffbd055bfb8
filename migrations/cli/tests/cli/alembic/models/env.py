# The environment of an Alembic project whose models are in a stage: MODELS names it, as bookmarks:before.
# With MODELS_DDL, no revision is run, and the models are printed as SQL.
import importlib
import os

import sqlalchemy as sa
from alembic import context
from sqlalchemy.dialects import postgresql

stack, stage = os.environ["MODELS"].split(":")
metadata = sa.MetaData()
importlib.import_module(stack).define(metadata, stage)

if "MODELS_DDL" in os.environ:
    # With the usual style of parameters, each % of a text is doubled.
    dialect = postgresql.dialect(paramstyle="named")

    def dump(sql, *_, **__):
        print(str(sql.compile(dialect=dialect)).strip() + ";")

    metadata.create_all(sa.create_mock_engine("postgresql+psycopg2://", dump), checkfirst=False)
else:
    with sa.create_engine(os.environ["ALEMBIC_URL"], poolclass=sa.NullPool).connect() as connection:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
