"""PostgreSQL for the tests: one server for the session, a new database for each that asks."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from tests.servers import docker, processes, shared

ADDRESS = "JINXI_TEST_POSTGRES_URL"
"""Names a server whose role may create databases."""
_USER = "jinxi"
# What the tests kill is a process, not the machine: what it wrote stays.
_SETTINGS = ("listen_addresses=127.0.0.1", "fsync=off", "max_connections=80", "log_checkpoints=off")


def programs() -> Path | None:
    """The newest PostgreSQL of this machine, None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _version(initdb: Path) -> int:
    name = initdb.parts[-3]
    return int(name) if name.isdigit() else 0


def is_there() -> bool:
    """Whether the tests can have a PostgreSQL here."""
    return bool(os.environ.get(ADDRESS)) or docker.docker_answers() or programs() is not None


class Server:
    """A server of this machine's programs, which a test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        found = programs()
        assert found is not None
        self.programs, self.folder, self.port = found, folder, processes.free_port()
        self.account = processes.account_without_privileges()
        self.log = folder / "log"
        processes.own_folder(folder, self.account)
        subprocess.run(
            [
                *(str(found / "initdb"), "-D", str(folder / "data"), "-U", _USER, "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            **processes.identity(self.account),
        )
        self.start()

    @property
    def url(self) -> str:
        """The database that every server has."""
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        # After a kill the backends need a moment before the next server may have their memory.
        if not processes.wait_until(self._start_once):
            raise processes.NotReady(processes.tail(self.log))

    def _start_once(self) -> bool:
        settings = (part for setting in _SETTINGS for part in ("-c", setting))
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        socket_folder = ["-k", str(self.folder), "-p", str(self.port)]
        self.process = processes.start(
            [*command, *socket_folder, *settings], self.log, self.account
        )
        return processes.wait_until(
            lambda: self._is_ready() or self.process.poll() is not None
        ) and (self.process.poll() is None)

    def _is_ready(self) -> bool:
        command = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def kill(self) -> None:
        """`kill -9` of the server itself."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it without waiting for those who are connected."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def server_url() -> str:
    """A server for the whole session: of the environment, of Docker, or of this machine."""
    given = os.environ.get(ADDRESS)
    if given:
        return given
    return shared.once("postgres", docker.start_postgres if docker.docker_answers() else _start)


def _start(folder: Path) -> shared.Running:
    server = Server(folder)
    return shared.Running(server.url, process=server.process.pid)


@contextmanager
def new_database(
    server: str, order: str = "LC_COLLATE 'C'", template: str = "template0"
) -> Iterator[str]:
    """The URL of a database, empty or as the template is, dropped afterwards."""
    name = f"jinxi_{uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LC_CTYPE 'C' {order}")
        )
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
