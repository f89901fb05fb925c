"""What the door does for an event is counted, so that it stays cheap; seconds are not."""

import sys
from collections import Counter
from datetime import date
from types import FrameType
from typing import Any
from unittest import mock

import orjson
from sqlalchemy import Connection, event

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.storage import statements as past
from tests.installations import Installation

MOST_CALLS_PER_EVENT = 45
"""Of Python functions: 37 are needed in the mean of a season."""
MOST_STATEMENTS = 12
"""Of a batch, however many events it has."""


def season_lines() -> list[bytes]:
    return [orjson.dumps(said) for said in generate(60, 7, date(2026, 3, 2))]


def test_the_door_calls_few_functions_for_an_event() -> None:
    lines = season_lines()
    calls = Counter[str]()

    def count(_frame: FrameType, what: str, _argument: Any) -> None:
        calls[what] += 1

    with Installation() as before:
        # What is made once in a process's life is made.
        before.intake.accept(lines[:100], HEADQUARTERS, history=True)
        before.intake.accept(lines[100:], HEADQUARTERS, history=True)
    with Installation() as installation:
        installation.intake.accept(lines[:100], HEADQUARTERS, history=True)
        sys.setprofile(count)
        try:
            receipts = installation.intake.accept(lines[100:], HEADQUARTERS, history=True)
        finally:
            sys.setprofile(None)
    assert {receipt.status for receipt in receipts} <= {"accepted", "duplicate"}
    assert calls["call"] / len(receipts) <= MOST_CALLS_PER_EVENT


def test_the_door_asks_the_databases_a_few_times_for_any_number_of_events() -> None:
    lines = [line for line in season_lines() if b"card.erased" not in line]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    def note_past(connection: Connection) -> Any:
        statements.append("one that goes past SQLAlchemy")
        return driver_connection(connection)

    driver_connection = past.driver_connection
    with Installation() as installation, mock.patch.object(past, "driver_connection", note_past):
        for engine in (installation.engine, installation.keyring.engine):
            event.listen(engine, "before_cursor_execute", note)
        for together in (lines[:10], lines[10:500]):
            statements.clear()
            installation.intake.accept(together, HEADQUARTERS, history=True)
            assert len(statements) <= MOST_STATEMENTS, statements
