"""How Alembic runs the scripts in ``versions``: in the transaction that ``records/database.py`` gives it."""

from alembic import context

from dateline.records.tables import VERSION_TABLE, metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, version_table=VERSION_TABLE, transactional_ddl=False)
context.run_migrations()
