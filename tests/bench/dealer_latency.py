"""`python -m tests.bench.dealer_latency`: from accepted to the row in the dealer's file.

`jinxi serve` (pages, interface, worker) and `jinxi dealer pull --follow` run as processes of their
own; people and their consents come in at half of what the worker can record at full load. With
`--kafka` everything goes through the outbox, the relay, Kafka and a Faust worker into PostgreSQL.
"""

import argparse
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from uuid import uuid4

import orjson
from sqlalchemy import exists, select

from campaigns.intake import HEADQUARTERS
from crm.accounts.tokens import add_token
from crm.configuration.settings import Settings
from crm.copies.row_keys import row_keys
from crm.journal.events import JOURNAL, last_position
from crm.journal.outbox import OUTBOX
from crm.journal.progress import load_progress
from crm.storage.database import reading
from streams.kafka.topics import create
from streams.running.installation import Installation, open_installation
from tests.integration.feed.dealers import contract, shared
from tests.integration.kafka.carriers import environment
from tests.servers import kafka, postgres
from tests.servers import shared as shared_servers
from tests.source_tree import ROOT

DEALER = "D1"
_PIECE_SECONDS = 0.1
_LOOK_SECONDS = 0.01
_PATIENCE_SECONDS = 120.0


def main() -> None:
    """Measure, and say it in one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.dealer_latency")
    parser.add_argument("--people", type=int, default=2_000, help="people of the full load")
    parser.add_argument("--seconds", type=float, default=20.0, help="so long at half of it")
    parser.add_argument("--folder", help="where the databases are made")
    parser.add_argument("--kafka", action="store_true", help="through Kafka into PostgreSQL")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="jinxi-bench-", dir=asked.folder) as name:
        settings = Settings.in_folder(Path(name) / "company")
        with _at_scale(settings) if asked.kafka else nullcontext(settings) as chosen:
            found = measure(Path(name), chosen, asked.people, asked.seconds)
        print(orjson.dumps(found).decode())


@contextmanager
def _at_scale(settings: Settings) -> Iterator[Settings]:
    """Data and keyring in PostgreSQL, and a broker with topics of our own."""
    shared_servers.open_session()
    try:
        server = postgres.server_url()
        with postgres.new_database(server) as data, postgres.new_database(server) as keys:
            prefix, broker = f"b{uuid4().hex[:10]}", kafka.broker_address()
            chosen = replace(settings, database_url=data, keyring_url=keys)
            chosen = replace(chosen, kafka_bootstrap=broker, kafka_prefix=prefix)
            create(chosen)
            yield chosen
    finally:
        shared_servers.close_session()


def measure(folder: Path, settings: Settings, people: int, seconds: float) -> dict[str, float]:
    """Events a second at full load; p50 and p99 in seconds at half of it."""
    installation = open_installation(settings)
    _take(installation, [contract(DEALER)])
    token_file = folder / "token.txt"
    token_file.write_text(add_token(installation.engine, "bench", "dealer", DEALER))
    port = _free_port()
    server = f"http://127.0.0.1:{port}"
    pull = ["dealer", "pull", "--server", server, "--token-file", str(token_file), "--follow"]
    with _process(settings, "serve", "--port", str(port)):
        _until(lambda: _answers(port))
        _until(lambda: _is_recorded(installation))
        with _process(settings, *pull, "--folder", str(folder / "copy")):
            full = _full_load(installation, people)
            copy = folder / "copy" / "copy.db"
            _until(lambda: _rows(copy) >= people)
            found = _half_load(installation, copy, full / 2, seconds)
    percent = quantiles(found, n=100)
    return {
        "full_events_per_second": round(full),
        "rows": len(found),
        "p50_seconds": round(percent[49], 3),
        "p99_seconds": round(percent[98], 3),
        "slowest_seconds": round(max(found), 3),
    }


def _take(installation: Installation, events: list[dict[str, object]]) -> None:
    lines = [orjson.dumps(event) for event in events]
    receipts = installation.intake.accept(lines, HEADQUARTERS)
    assert all(receipt.status == "accepted" for receipt in receipts)


def _full_load(installation: Installation, people: int) -> float:
    """Events a second, from the first accepted to the last recorded."""
    started = time.monotonic()
    for start in range(0, people, 100):
        numbers = range(start, min(start + 100, people))
        _take(installation, [event for n in numbers for event in shared(f"full-{n}", DEALER)])
    _until(lambda: _is_recorded(installation))
    return 2 * people / (time.monotonic() - started)


def _half_load(
    installation: Installation, copy: Path, events_per_second: float, seconds: float
) -> list[float]:
    """Seconds from accepted to the row in the file, of every person."""
    key = row_keys(installation.keyring.secret("copies"))
    accepted: dict[str, float] = {}
    arrived: dict[str, float] = {}
    rowid = _largest(copy)
    started, people = time.monotonic(), 0
    while time.monotonic() - started < seconds or len(arrived) < len(accepted):
        due = int(min(time.monotonic() - started, seconds) * events_per_second / 2)
        if due > people and time.monotonic() - started < seconds + _PIECE_SECONDS:
            numbers = range(people, due)
            _take(installation, [e for n in numbers for e in shared(f"half-{n}", DEALER)])
            now = time.monotonic()
            accepted.update((key(DEALER, f"half-{n}"), now) for n in numbers)
            people = due
        rowid = _look(copy, rowid, arrived)
        time.sleep(_LOOK_SECONDS)
    return [arrived[name] - at for name, at in accepted.items()]


def _look(copy: Path, rowid: int, arrived: dict[str, float]) -> int:
    with sqlite3.connect(copy, timeout=10) as connection:
        new = connection.execute("SELECT rowid, key FROM row WHERE rowid > ?", (rowid,)).fetchall()
    connection.close()
    now = time.monotonic()
    arrived.update((key, now) for _, key in new)
    return max(rowid, *(int(number) for number, _ in new), 0)


def _largest(copy: Path) -> int:
    return _asked(copy, "SELECT max(rowid) FROM row")


def _rows(copy: Path) -> int:
    return _asked(copy, "SELECT count(*) FROM row") if copy.exists() else 0


def _asked(copy: Path, query: str) -> int:
    connection = sqlite3.connect(copy, timeout=10)
    try:
        return int(connection.execute(query).fetchone()[0] or 0)
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def _is_recorded(installation: Installation) -> bool:
    same = (JOURNAL.c.source == OUTBOX.c.source) & (JOURNAL.c.id == OUTBOX.c.id)
    on_its_way = select(exists().select_from(OUTBOX).where(~exists().where(same)))
    with reading(installation.engine) as connection:
        recorded = load_progress(connection, "embedded").position
        is_journaled = not connection.execute(on_its_way).scalar_one()
        return is_journaled and recorded >= last_position(connection)


def _until(what: object) -> None:
    assert callable(what)
    for _ in range(int(_PATIENCE_SECONDS / _LOOK_SECONDS)):
        if what():
            return
        time.sleep(_LOOK_SECONDS)
    raise TimeoutError(f"{what} never came")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def _process(settings: Settings, *words: str) -> Iterator[None]:
    told = environment(settings)
    if settings.kafka_bootstrap is None:
        told = {name: word for name, word in told.items() if not name.startswith("JINXI_KAFKA")}
    process = subprocess.Popen(
        [sys.executable, "-m", "streams", *words],
        env={**told, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
