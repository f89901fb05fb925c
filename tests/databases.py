"""Installations in PostgreSQL: data and keyring each in a database of its own.

An empty installation is made once, and the others are copied from it: quicker than every migration.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from tests.installations import Installation
from tests.servers.postgres import new_database

_TABLES = text(
    "SELECT quote_ident(tablename) FROM pg_tables"
    " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)


@dataclass(frozen=True, slots=True)
class Databases:
    """Those of one installation after the other."""

    database_url: str
    keyring_url: str

    def installation(self) -> Installation:
        """One that uses them."""
        return Installation(database_url=self.database_url, keyring_url=self.keyring_url)

    def empty(self) -> None:
        """Every row is deleted, for the next installation: quicker than databases of its own."""
        for url in (self.database_url, self.keyring_url):
            engine = create_engine(url, poolclass=NullPool)
            with engine.begin() as connection:
                names = connection.execute(_TABLES).scalars().all()
                connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY"))
            engine.dispose()


@dataclass(frozen=True, slots=True)
class EmptyInstallation:
    """The two databases of an installation, to which nobody is connected: empty, or lived in."""

    server: str
    database: str
    keyring: str

    @contextmanager
    def copied(self) -> Iterator[Installation]:
        """An installation like it, dropped afterwards."""
        with self.databases() as urls, urls.installation() as installation:
            yield installation

    @contextmanager
    def databases(self) -> Iterator["Databases"]:
        """Two databases like it, dropped afterwards."""
        with (
            new_database(self.server, template=self.database) as database_url,
            new_database(self.server, template=self.keyring) as keyring_url,
        ):
            yield Databases(database_url, keyring_url)

    @contextmanager
    def after(self, life: Callable[[Installation], object]) -> Iterator["EmptyInstallation"]:
        """What further ones are copied from once somebody has lived in it."""
        with self.databases() as urls:
            with urls.installation() as installation:
                life(installation)
            yield _found(self.server, urls.database_url, urls.keyring_url)


def _found(server: str, *urls: str) -> EmptyInstallation:
    return EmptyInstallation(server, *(str(make_url(url).database) for url in urls))


@contextmanager
def empty_installation(server: str) -> Iterator[EmptyInstallation]:
    """Its databases, dropped afterwards."""
    with new_database(server) as database_url, new_database(server) as keyring_url:
        with Installation(database_url=database_url, keyring_url=keyring_url):
            pass
        yield _found(server, database_url, keyring_url)
