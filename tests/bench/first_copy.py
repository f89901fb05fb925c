"""A dealer's first copy over HTTP beside a plain SELECT of the same rows.

`python -m tests.bench.first_copy --rows 100000`: pages of 5,000 changes until the end, from a real
server to a client that reads every line's bytes; plain is the driver's own cursor over the rows.
"""

import argparse
import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import orjson
from sqlalchemy import Engine, insert

from campaigns.canonical import canonical_json
from campaigns.times import shanghai_day
from crm.accounts.tokens import add_token
from crm.database import open_engine, writing
from crm.door import now_us
from crm.progress import Progress, save_progress
from crm.schema import prepare
from crm.settings import Settings
from crm.sharing.tables import COPY_ROW, DEALER_CHANGE
from streams.commands.serve import is_free

_AT_ONCE = 5_000
_PORT = 18_765


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.first_copy", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="jinxi-bench-") as name:
        folder = Path(name)
        settings = Settings.in_folder(folder)
        engine = open_engine(settings.database_url)
        prepare(engine)
        size = _fill(engine, asked.rows)
        token = add_token(engine, "bench", "dealer", "D1")
        engine.dispose()
        plain = min(_plain(folder / "jinxi.db") for _ in range(asked.repeats))
        environment = {**os.environ, "JINXI_DATA": str(folder)}
        assert is_free(_PORT)
        with subprocess.Popen(
            [sys.executable, "-m", "streams.web_server", str(_PORT)], env=environment
        ) as server:
            try:
                figures = _over_http(token, asked.repeats)
            finally:
                server.terminate()
    print(f"{asked.rows:,} rows of {size // asked.rows:,} bytes; plain SELECT {plain:.2f} s")
    for encoding, (seconds, first, last, received) in figures.items():
        print(
            f"first copy, {encoding}: {seconds:.2f} s = {seconds / plain:.1f} x plain, "
            f"{received / 1e6:.1f} MB; first page {first * 1e3:.0f} ms, last {last * 1e3:.0f} ms"
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
    return size


def _row(number: int) -> tuple[dict[str, object], dict[str, object]]:
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
        "home": f"card/{number}",
        "cards": b"[]",
        "content": canonical_json(content),
    }
    change = {
        "dealer": "D1",
        "sequence": 1_777_000_000_000_000 + number,
        "key": key,
        "kind": "upsert",
        "reason_class": None,
        "content_hash": drawn.digest(),
        "changed_us": number,
    }
    return row, change


def _plain(file: Path) -> float:
    connection = sqlite3.connect(file)
    began = time.perf_counter()
    cursor = connection.execute("SELECT key, content FROM copy_row WHERE dealer = 'D1'")
    while cursor.fetchmany(_AT_ONCE):
        continue
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def _over_http(token: str, repeats: int) -> dict[str, tuple[float, float, float, int]]:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{_PORT}", headers=headers, timeout=60) as client:
        _wait(client)
        return {
            encoding: min(_pull(client, encoding) for _ in range(repeats))
            for encoding in ("identity", "gzip")
        }


def _wait(client: httpx.Client) -> None:
    while True:
        try:
            client.get("/health")
            return
        except httpx.TransportError:
            time.sleep(0.1)


def _pull(client: httpx.Client, encoding: str) -> tuple[float, float, float, int]:
    """(seconds, of the first page, of the last full page, bytes received)."""
    after = received = 0
    took: list[float] = []
    while True:
        began = time.perf_counter()
        asked = {"after": after, "limit": _AT_ONCE}
        with client.stream(
            "GET", "/v1/dealer/changes", params=asked, headers={"Accept-Encoding": encoding}
        ) as answer:
            body = answer.read()
            received += answer.num_bytes_downloaded
        assert answer.status_code == 200, body
        end = orjson.loads(body[body.rindex(b"\n", 0, -1) + 1 :])
        took.append(time.perf_counter() - began)
        if after == end["next_after"] or end["next_after"] == end["last"]:
            return sum(took), took[0], took[-1], received
        after = end["next_after"]


if __name__ == "__main__":
    main()
