"""The role of deploy/databases.sql owns its tables and nothing more, on a real server."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from tests.installations import Installation
from tests.seasons import assert_lawful, season, take_in
from tests.servers import postgres
from tests.servers.postgres import Server
from tests.services import require
from tests.source_tree import ROOT

SCRIPT = ROOT / "deploy" / "databases.sql"
FORBIDDEN = {
    "a role": "CREATE ROLE another",
    "more rights": "ALTER ROLE jinxi SUPERUSER",
    "a database": "CREATE DATABASE another",
    "a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "a file read": "COPY (SELECT 1) TO '/tmp/x'",
    "a file of the server": "SELECT pg_read_file('postgresql.conf')",
    "an extension": "CREATE EXTENSION file_fdw",
    "a schema": "CREATE SCHEMA another",
    "a setting of all": "ALTER SYSTEM SET log_statement = 'all'",
    "passwords": "SELECT * FROM pg_authid",
}


@dataclass(frozen=True)
class Made:
    """A server that the script has set up."""

    owner: URL

    def url(self, database: str) -> str:
        """As the application connects."""
        found = self.owner.set(username="jinxi", database=database)
        return found.render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """The script is run by psql, as the image runs it."""
    require("postgres")
    programs = postgres.programs()
    if programs is None:
        pytest.skip("the programs of PostgreSQL are not on this machine")
    with TemporaryDirectory(prefix="jinxi-role-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder))
        try:
            owner = make_url(server.url)
            script = SCRIPT.read_text().replace("`cat /run/secrets/database_role_password`", "only")
            # The test's server has its first role under this name already.
            _run(owner, "ALTER ROLE jinxi RENAME TO postgres", role="jinxi")
            done = subprocess.run(
                [
                    *(str(programs / "psql"), "-h", "127.0.0.1", "-p", str(owner.port)),
                    *("-U", "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1"),
                ],
                input=script,
                text=True,
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            yield Made(owner.set(username="postgres"))
        finally:
            server.stop()


def _run(owner: URL, statement: str, role: str) -> None:
    """A role cannot rename itself: another one does it, and goes."""
    for who, said in (
        (role, "CREATE ROLE renaming SUPERUSER LOGIN"),
        ("renaming", statement),
        ("postgres", "DROP ROLE renaming"),
    ):
        engine = create_engine(
            owner.set(username=who), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with engine.connect() as connection:
            connection.execute(text(said))


@pytest.fixture
def engine(made: Made) -> Iterator[Engine]:
    found = create_engine(
        made.url("jinxi"), isolation_level="AUTOCOMMIT", poolclass=NullPool, hide_parameters=True
    )
    yield found
    found.dispose()


def test_jinxi_works_as_that_role(made: Made) -> None:
    with Installation(
        database_url=made.url("jinxi"), keyring_url=made.url("jinxi_keys")
    ) as installation:
        take_in(installation, season(3))
        installation.work()
        assert_lawful(installation)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_may_do_nothing_else(what: str, engine: Engine) -> None:
    denied = "permission denied|must be superuser"
    with engine.connect() as connection, pytest.raises(DBAPIError, match=denied):
        connection.execute(text(FORBIDDEN[what]))


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_it_cannot_look_into_other_databases(made: Made, database: str) -> None:
    engine = create_engine(made.url(database), poolclass=NullPool)
    with pytest.raises(DBAPIError, match="permission denied"), engine.connect():
        pass


def test_the_compose_file_runs_the_script_and_works_as_the_role() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    assert "file: deploy/databases.sql" in compose
    assert "target: /docker-entrypoint-initdb.d/databases.sql" in compose
    assert compose.count("postgresql+psycopg://jinxi@postgres") == 2
    assert "POSTGRES_USER: postgres" in compose
