"""Runs the migrations (crm/migrations), and writes new ones.

`python -m crm.migrating "what it is for"` (`make migration FOR="…"`) drafts the one that leads from
the last migration to the tables as they are declared now; it is to be read and completed by hand.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from crm.database import open_engine, writing
from crm.schema import MIGRATIONS, newest_revision, prepare


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest schema."""
    command.upgrade(_config(connection), "head")


def downgrade(connection: Connection, revision: str) -> None:
    """Bring the database back to an earlier schema: for tests of what an upgrade finds."""
    command.downgrade(_config(connection), revision)


def draft(engine: Engine, message: str) -> None:
    """Write the migration that leads from the database's schema to that of the tables."""
    following = f"{int(newest_revision()) + 1:04d}"
    with writing(engine) as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=following)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS.parent))
    config.attributes["connection"] = connection
    return config


def main() -> None:
    """Draft a migration."""
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'jinxi.db'}")
        prepare(engine)
        draft(engine, " ".join(sys.argv[1:]))
        engine.dispose()


if __name__ == "__main__":
    main()
