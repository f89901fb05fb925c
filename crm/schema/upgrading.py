"""Runs the migrations (crm/schema/migrations)."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from crm.schema.revisions import MIGRATIONS


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest schema."""
    command.upgrade(config_of(connection), "head")


def downgrade(connection: Connection, revision: str) -> None:
    """Bring the database back to an earlier schema: for tests of what an upgrade finds."""
    command.downgrade(config_of(connection), revision)


def config_of(connection: Connection) -> Config:
    """What Alembic is to know: where the migrations lie, and on which connection they run."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS.parent))
    config.attributes["connection"] = connection
    return config
