"""How a migration is run: on the connection that crm/schema/upgrading.py hands over."""

from alembic import context

from crm.schema.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
