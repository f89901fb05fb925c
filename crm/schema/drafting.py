"""Writes new migrations.

`python -m crm.schema.drafting "what it is for"` (`make migration FOR="…"`) drafts the one that
leads from the last migration to the tables as they are declared now; it is to be read and completed
by hand.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import Engine

from crm.schema.preparing import prepare
from crm.schema.revisions import newest_revision
from crm.schema.upgrading import config_of
from crm.storage.database import METADATA, open_engine, writing
from crm.storage.partial_index import spell_out


def draft(engine: Engine, message: str) -> None:
    """Write the migration that leads from the database's schema to that of the tables."""
    spell_out(METADATA)
    following = f"{int(newest_revision()) + 1:04d}"
    with writing(engine) as connection:
        config = config_of(connection)
        command.revision(config, message=message, autogenerate=True, rev_id=following)


def main() -> None:
    """Draft a migration."""
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'jinxi.db'}")
        prepare(engine)
        draft(engine, " ".join(sys.argv[1:]))
        engine.dispose()


if __name__ == "__main__":
    main()
