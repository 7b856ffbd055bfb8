# The environment of every Alembic project here: the database that ALEMBIC_URL names.
import os

from alembic import context
from sqlalchemy import create_engine, pool

url = os.environ["ALEMBIC_URL"]

if context.is_offline_mode():
    context.configure(url=url, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
