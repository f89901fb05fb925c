"""Seasons as files of lines, for installations to take in."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import orjson

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from campaigns.times import DAY_US, day_start_us
from crm.operations.checks import run_checks
from crm.storage.database import reading
from streams.upkeep.replay import verify
from tests.installations import Installation

STARTS_ON = date(2026, 3, 2)
AFTER_US = day_start_us(STARTS_ON) + 185 * DAY_US


def season(people: int, seed: int = 1) -> list[bytes]:
    """One event a line; what is handed over twice is so with the time of the first."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    found = []
    for event in generate(people, seed, STARTS_ON):
        kept = first.setdefault((event["source"], event["id"]), event)
        found.append(orjson.dumps(event | {"receivedat": kept["receivedat"]}))
    return found


def pieces(lines: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


def take_in(installation: Installation, lines: Sequence[bytes], size: int = 10_000) -> list[str]:
    """Hand the lines over; the status of each."""
    return [
        receipt.status
        for piece in pieces(lines, size)
        for receipt in installation.intake.accept(piece, HEADQUARTERS, history=True)
    ]


def assert_lawful(installation: Installation) -> None:
    """Every check holds, and a replay gives the same rows."""
    with reading(installation.engine) as connection:
        found = list(run_checks(connection, installation.keyring))
    assert [check for check in found if not check.ok] == []
    compared = verify(installation.engine, installation.keyring)
    assert [name for name, table in compared.items() if not table.equal] == []
