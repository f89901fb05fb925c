"""The floors: what SQLite alone takes to write the same rows, in as many transactions."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from unittest import mock

from sqlalchemy import Connection, Engine, event

from crm.storage import bulk
from crm.storage.statements import run_for_each
from tests.bench.stand import Measured, Stand, Timer


@dataclass(frozen=True, slots=True)
class Write:
    """One statement, with the values of each of its rows."""

    statement: str
    rows: list[Any]


Transaction = list[Write]


@dataclass
class Captured:
    """Everything that was written, transaction by transaction."""

    transactions: list[Transaction] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were inserted, changed or deleted."""
        return sum(len(write.rows) for writes in self.transactions for write in writes)


@contextmanager
def captured_writes(engine: Engine) -> Iterator[Captured]:
    """Note every row that is written through the engine, or past it, with its statement."""
    captured = Captured()
    current: Transaction = []

    def statement(
        _connection: Connection, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        if sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            current.append(Write(sql, list(parameters) if many else [parameters]))

    def commit(_connection: Connection) -> None:
        if current:
            captured.transactions.append(list(current))
        current.clear()

    def rollback(_connection: Connection) -> None:
        current.clear()

    def past(connection: Connection, sql: str, rows: Sequence[Any]) -> None:
        current.append(Write(sql, list(rows)))
        run_for_each(connection, sql, rows)

    listeners = (
        ("before_cursor_execute", statement),
        ("commit", commit),
        ("rollback", rollback),
    )
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        with mock.patch.object(bulk, "run_for_each", past):
            yield captured
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


def write_again(stand: Stand, captured: Captured) -> Measured:
    """Floor (b): the same rows by executemany, in the same tables with their indexes."""
    transactions = [_merged(writes) for writes in captured.transactions]
    connection = stand.raw()
    timer = Timer()
    for writes in transactions:
        connection.execute("BEGIN IMMEDIATE")
        for write in writes:
            connection.executemany(write.statement, write.rows)
        connection.execute("COMMIT")
    measured = timer.measured(captured.rows, len(transactions))
    connection.close()
    return measured


def _merged(writes: Sequence[Write]) -> Transaction:
    """Neighbouring writes by the same statement as one, which is to SQLite's advantage."""
    merged = []
    for statement, together in groupby(writes, key=lambda write: write.statement):
        merged.append(Write(statement, [row for write in together for row in write.rows]))
    return merged


def write_journal(stand: Stand, rows: Sequence[tuple[Any, ...]], transactions: int) -> Measured:
    """Floor (a): the rows of the journal alone, in an empty table with its indexes."""
    connection = stand.raw()
    statement = f"INSERT INTO journal VALUES ({', '.join('?' * len(rows[0]))})"
    each = -(-len(rows) // transactions)
    pieces = [rows[start : start + each] for start in range(0, len(rows), each)]
    timer = Timer()
    for piece in pieces:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, piece)
        connection.execute("COMMIT")
    measured = timer.measured(len(rows), len(pieces))
    connection.close()
    return measured


def journal_rows(stand: Stand) -> list[tuple[Any, ...]]:
    """Every row of the journal, as the driver gives it."""
    connection: sqlite3.Connection = stand.raw()
    rows = connection.execute("SELECT * FROM journal ORDER BY position").fetchall()
    connection.close()
    return rows
