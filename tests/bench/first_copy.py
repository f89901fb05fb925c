"""A dealer's first copy over HTTP beside a plain SELECT or COPY of the same rows.

`python -m tests.bench.first_copy --rows 1000000 [--postgres] [--puller]`: a real server is asked
for page after page until the end. Its time is that from question to last byte, to a client that
takes the bytes and looks at a page's end between two questions. Plain is the driver's own cursor
over the rows, on PostgreSQL `COPY … TO STDOUT`. The dealer's side (`--puller`) is `jinxi dealer
pull` into a new folder, everything included.
"""

import argparse
import hashlib
import http.client
import os
import sqlite3
import subprocess
import sys
import time
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import psycopg
from sqlalchemy import Engine, insert
from sqlalchemy.engine import make_url

from campaigns.canonical import canonical_json
from campaigns.times import shanghai_day
from crm.accounts.tokens import add_token
from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.journal.progress import Progress, save_progress
from crm.schema.preparing import prepare
from crm.storage.database import open_engine, writing
from streams.cli.commands.serve import is_free
from tests.servers.postgres import Server, new_database

_AT_ONCE = 5_000
_PAGE_CHANGES = 20_000
_PORT = 18_765
_GZIP = 16 + zlib.MAX_WBITS
_LONGEST_END = 1_000
_ROWS = "SELECT key, content FROM copy_row WHERE dealer = 'D1'"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.first_copy", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, beside COPY")
    parser.add_argument("--puller", action="store_true", help="the dealer's side as well")
    parser.add_argument("--folder", help="where the databases are made")
    asked = parser.parse_args()
    with (
        TemporaryDirectory(prefix="jinxi-bench-", dir=asked.folder) as name,
        _database(Path(name), postgres=asked.postgres) as url,
    ):
        _measure(Path(name), url, asked)


@contextmanager
def _database(folder: Path, *, postgres: bool) -> Iterator[str]:
    """Where the company's rows are."""
    if not postgres:
        yield Settings.in_folder(folder).database_url
        return
    server_folder = folder / "postgres"
    server_folder.mkdir()
    folder.chmod(0o755)
    server = Server(server_folder)
    try:
        with new_database(server.url) as url:
            yield url
    finally:
        server.stop()


def _measure(folder: Path, url: str, asked: argparse.Namespace) -> None:
    engine = open_engine(url)
    prepare(engine)
    size = _fill(engine, asked.rows)
    token = add_token(engine, "bench", "dealer", "D1")
    engine.dispose()
    print(f"{asked.rows:,} rows of {size // asked.rows:,} bytes; load {os.getloadavg()[0]:.1f}")
    environment = {**os.environ, "JINXI_DATA": str(folder), "JINXI_DATABASE_URL": url}
    environment["JINXI_KEYRING_URL"] = Settings.in_folder(folder).keyring_url
    assert is_free(_PORT)
    with subprocess.Popen(
        [sys.executable, "-m", "streams.serving.web_server", str(_PORT)], env=environment
    ) as server:
        try:
            _wait()
            # By turns, since a machine may be slower a minute later.
            turns = [
                (_plain(url), _pull(token, "identity"), _pull(token, "gzip"))
                for _ in range(asked.repeats)
            ]
            plain = [each[0] for each in turns]
            print(f"plain {'COPY' if asked.postgres else 'SELECT'}: {median(plain):.2f} s")
            print(f"first copy, identity: {_said([each[1] for each in turns], plain)}")
            print(f"first copy, gzip: {_said([each[2] for each in turns], plain)}")
            if asked.puller:
                print(f"dealer's side: {_puller(folder, token, environment):.2f} s in all")
        finally:
            server.terminate()


def _said(told: list[tuple[float, int, list[float]]], plain: list[float]) -> str:
    """The median of the turns, and of the ratios within each."""
    seconds, received, took = sorted(told)[len(told) // 2]
    ratio = median(each[0] / floor for each, floor in zip(told, plain, strict=True))
    return (
        f"{seconds:.2f} s = {ratio:.1f} x plain, {received / 1e6:.1f} MB, "
        f"{len(took)} pages; first {took[0] * 1e3:.0f} ms, last {took[-1] * 1e3:.0f} ms"
    )


def _fill(engine: Engine, rows: int) -> int:
    """Rows as large as those of people with contact and a few visits; returns their bytes."""
    size = 0
    with writing(engine) as connection:
        for start in range(0, rows, _AT_ONCE):
            made = [_row(number) for number in range(start, min(start + _AT_ONCE, rows))]
            size += sum(len(row["content"]) for row, _ in made)
            connection.execute(insert(COPY_ROW), [row for row, _ in made])
            connection.execute(insert(DEALER_CHANGE), [change for _, change in made])
        save_progress(connection, "embedded", Progress(0, days_to=shanghai_day(now_us())))
    if engine.dialect.name == "postgresql":
        # It does so by itself, a little later.
        with writing(engine) as connection:
            connection.exec_driver_sql("ANALYZE")
    return size


def _row(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    drawn = hashlib.sha256(b"%d" % number)
    key = drawn.hexdigest()
    content = {
        "key": key,
        "deceased": False,
        "identity": {"names": [f"王{number:06d}"], "sex": "female", "birth_year": 1950},
        "contact": {
            "phones": [f"+8613{number:09d}"],
            "addresses": [b64encode(drawn.digest()).decode()],
            "regions": ["110105"],
        },
        "history": [
            {
                "type": "activity.attended",
                "time": f"2026-05-{day:02d}T09:12:00+08:00",
                "timeprecision": "second",
                "activity_id": f"A-{number % 977}",
            }
            for day in (3, 10)
        ],
    }
    row = {
        "dealer": "D1",
        "key": key,
        "subject": f"card/{number}",
        "cards": b"[]",
        "content": canonical_json(content),
        "last_change": 1_777_000_000_000_000 + number,
    }
    change = {
        "dealer": "D1",
        "sequence": row["last_change"],
        "key": key,
        "kind": "upsert",
        "reason_class": None,
        "content_hash": drawn.digest(),
        "changed_us": number,
    }
    return row, change


def _plain(url: str) -> float:
    began = time.perf_counter()
    if url.startswith("sqlite"):
        connection = sqlite3.connect(str(make_url(url).database))
        cursor = connection.execute(_ROWS)
        while cursor.fetchmany(_AT_ONCE):
            continue
        connection.close()
    else:
        address = make_url(url).set(drivername="postgresql")
        with (
            psycopg.connect(address.render_as_string(hide_password=False)) as there,
            there.cursor() as reader,
            reader.copy(f"COPY ({_ROWS}) TO STDOUT") as copy,
        ):
            for _ in copy:
                continue
    return time.perf_counter() - began


def _wait() -> None:
    while is_free(_PORT):
        time.sleep(0.1)
    time.sleep(1)


def _pull(token: str, encoding: str) -> tuple[float, int, list[float]]:
    """(seconds of all pages, bytes received, seconds of each page)."""
    after = received = 0
    took: list[float] = []
    client = http.client.HTTPConnection("127.0.0.1", _PORT, timeout=120)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": encoding}
    while True:
        began = time.perf_counter()
        client.request(
            "GET", f"/v1/dealer/changes?after={after}&limit={_PAGE_CHANGES}", headers=headers
        )
        answer = client.getresponse()
        body = answer.read()
        took.append(time.perf_counter() - began)
        assert answer.status == 200, body
        received += len(body)
        end = _end_of(body, answer.headers)
        if after == end["next_after"] or end["next_after"] == end["last"]:
            client.close()
            return sum(took), received, took
        after = end["next_after"]


def _end_of(body: bytes, headers: http.client.HTTPMessage) -> dict[str, int]:
    lines = zlib.decompress(body, _GZIP) if headers.get("Content-Encoding") == "gzip" else body
    end: dict[str, int] = orjson.loads(lines[-_LONGEST_END:].splitlines()[-1])
    return end


def _puller(folder: Path, token: str, environment: Mapping[str, str]) -> float:
    token_file = folder / "token.txt"
    token_file.write_text(token)
    command = [sys.executable, "-m", "streams", "dealer", "pull"]
    command += ["--server", f"http://127.0.0.1:{_PORT}", "--token-file", str(token_file)]
    began = time.perf_counter()
    subprocess.run([*command, "--folder", str(folder / "copy")], env=environment, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
