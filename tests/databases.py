"""Installations in PostgreSQL: data and keyring each in a database of its own.

An empty installation is made once, and the others are copied from it: quicker than every migration.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from tests.installations import Installation
from tests.servers.postgres import new_database


@dataclass(frozen=True, slots=True)
class EmptyInstallation:
    """The two databases of an empty installation, to which nobody is connected."""

    server: str
    database: str
    keyring: str

    @contextmanager
    def copied(self) -> Iterator[Installation]:
        """An installation like it, dropped afterwards."""
        with (
            new_database(self.server, template=self.database) as database_url,
            new_database(self.server, template=self.keyring) as keyring_url,
            Installation(database_url=database_url, keyring_url=keyring_url) as installation,
        ):
            yield installation


@contextmanager
def empty_installation(server: str) -> Iterator[EmptyInstallation]:
    """Its databases, dropped afterwards."""
    with new_database(server) as database_url, new_database(server) as keyring_url:
        with Installation(database_url=database_url, keyring_url=keyring_url):
            names = [str(make_url(url).database) for url in (database_url, keyring_url)]
        yield EmptyInstallation(server, *names)
