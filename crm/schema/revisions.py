"""Which schema a database has, and which this program writes; it loads no migration."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from crm.storage.database import DatabaseUnusable

MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
_REVISION = table("alembic_version", column("version_num"))


class DatabaseNewer(DatabaseUnusable):
    """A newer program made the database; says its revision and the newest that is known here."""

    def __init__(self, theirs: str, ours: str) -> None:
        super().__init__(f"schema {theirs} > {ours}")
        self.theirs, self.ours = theirs, ours


def newest_revision() -> str:
    """What the file of the last migration begins with."""
    return max(file.name for file in MIGRATIONS.glob("[0-9]*.py")).partition("_")[0]


def is_newest(connection: Connection) -> bool:
    """Whether the database has the newest schema; DatabaseNewer when it has one that is unknown."""
    found, newest = _revision(connection), newest_revision()
    if found is not None and found > newest:
        raise DatabaseNewer(found, newest)
    return found == newest


def _revision(connection: Connection) -> str | None:
    """Where the database is; None when it is nowhere yet."""
    if not inspect(connection).has_table(_REVISION.name):
        return None
    return connection.execute(select(_REVISION.c.version_num)).scalar()
