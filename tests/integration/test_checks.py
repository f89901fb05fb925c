"""`jinxi check` notices every row that does not follow from the events, wherever it is cut."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, insert, select, update

from crm.components import as_of
from crm.components.index import TIE
from crm.copies.tables import COPY_ROW
from crm.ledger.tables import BALANCE, REWARD
from crm.operations import recomputing
from crm.operations.checks import LAWS, run_checks
from crm.outcomes.tables import OUTCOME
from crm.people.tables import CARD, LINK, PERSON
from tests.installations import Installation, clock
from tests.seasons import AFTER_US, season, take_in

COMPONENTS = "components follow from the events"
OUTCOMES = "outcomes follow from the events"
PEOPLE = "cards, links and people follow from the events"
COPIES = "every dealer's copy holds what it must, and no more"
REWARDS = "rewards follow from the events"
BALANCES = "every balance has its entries"

CHANGED: list[tuple[Table, dict[str, Any], str]] = [
    (OUTCOME, {"outcome": "waiting"}, OUTCOMES),
    (OUTCOME, {"marks": "compliance_breach,unusual"}, OUTCOMES),
    (CARD, {"name": "无此人"}, PEOPLE),
    (CARD, {"archived": None}, PEOPLE),
    (LINK, {"person_id": "00000000-0000-0000-0000-000000000000"}, PEOPLE),
    (PERSON, {"household_id": "00000000-0000-0000-0000-000000000000"}, PEOPLE),
    (COPY_ROW, {"content": b'{"key":"x"}'}, COPIES),
    (REWARD, {"amount_fen": 7}, REWARDS),
    (BALANCE, {"amount_fen": 7}, BALANCES),
]
GONE = [(TIE, COMPONENTS), (OUTCOME, OUTCOMES), (CARD, PEOPLE), (LINK, PEOPLE), (PERSON, PEOPLE)]
GONE += [(COPY_ROW, COPIES), (REWARD, REWARDS)]
ADDED: list[tuple[Table, dict[str, Any], str]] = [
    (TIE, {"key": "purchase/nobody-bought"}, COMPONENTS),
    (TIE, {"subject": "card/nobody", "key": "purchase/nobody-bought"}, COMPONENTS),
    (TIE, {"subject": "member/nobody", "key": "card/nobody"}, COMPONENTS),
    (OUTCOME, {"position": 999_999}, OUTCOMES),
    (CARD, {"card_id": "nobody"}, PEOPLE),
    (LINK, {"card_id": "nobody"}, PEOPLE),
    (PERSON, {"person_id": "nobody"}, PEOPLE),
    (COPY_ROW, {"key": "nobody", "subject": "card/nobody"}, COPIES),
]


@pytest.fixture(scope="module")
def lawful() -> Iterator[Installation]:
    # As of then: years later every consent to a copy has ended.
    with clock(AFTER_US), Installation() as installation:
        take_in(installation, season(60))
        installation.work()
        yield installation


@pytest.fixture
def connection(lawful: Installation) -> Iterator[Connection]:
    """In a transaction that is undone at the end."""
    with lawful.engine.connect() as connection:
        yield connection
        connection.rollback()


def broken(connection: Connection, installation: Installation) -> set[str]:
    return {check.name for check in run_checks(connection, installation.keyring) if not check.ok}


def a_row(connection: Connection, table: Table) -> dict[str, Any]:
    rows = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return dict(next(iter(rows)))


def is_row(table: Table, row: dict[str, Any]) -> Any:
    return [column == row[column.name] for column in table.primary_key]


def test_every_law_holds_of_what_was_recorded(connection: Connection, lawful: Installation) -> None:
    checks = list(run_checks(connection, lawful.keyring))
    assert [check.name for check in checks] == list(LAWS)
    assert [check for check in checks if not check.ok] == []


@pytest.mark.parametrize(("table", "values", "law"), CHANGED)
def test_a_changed_row_breaks_its_law(
    table: Table, values: dict[str, Any], law: str, connection: Connection, lawful: Installation
) -> None:
    row = a_row(connection, table)
    new = {name: value if value is not None else not row[name] for name, value in values.items()}
    connection.execute(update(table).where(*is_row(table, row)).values(new))
    assert law in broken(connection, lawful)


@pytest.mark.parametrize(("table", "law"), GONE)
def test_a_missing_row_breaks_its_law(
    table: Table, law: str, connection: Connection, lawful: Installation
) -> None:
    row = a_row(connection, table)
    connection.execute(delete(table).where(*is_row(table, row)))
    assert law in broken(connection, lawful)


@pytest.mark.parametrize(("table", "values", "law"), ADDED)
def test_a_row_of_nobody_breaks_its_law(
    table: Table, values: dict[str, Any], law: str, connection: Connection, lawful: Installation
) -> None:
    row = a_row(connection, table)
    connection.execute(insert(table).values(row | values))
    assert broken(connection, lawful) == {law} | (
        {"every recorded event has one outcome"} if table is OUTCOME else set()
    ) | ({"what dealers were told is what their copies hold"} if table is COPY_ROW else set())


@pytest.mark.parametrize("subjects_at_once", [1, 7, 1_000])
def test_a_check_comes_out_the_same_wherever_it_is_cut(
    subjects_at_once: int,
    connection: Connection,
    lawful: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = list(run_checks(connection, lawful.keyring))
    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(recomputing, "SUBJECTS_AT_ONCE", subjects_at_once)
    cut = list(run_checks(connection, lawful.keyring, lambda done, of: heard.append((done, of))))
    assert cut == whole
    assert heard == sorted(heard) and heard[-1][0] == heard[-1][1]
    assert len(heard) == -(-heard[-1][1] // subjects_at_once)


def test_no_more_events_are_held_at_once_than_some_components_have(
    connection: Connection, lawful: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = as_of.recorded_events

    def noted(*arguments: Any) -> Any:
        events = real(*arguments)
        read.append(len(events))
        return events

    monkeypatch.setattr(recomputing, "SUBJECTS_AT_ONCE", 5)
    monkeypatch.setattr(recomputing, "recorded_events", noted)
    assert broken(connection, lawful) == set()
    _, _, *pieces = read
    assert sum(pieces) > 300
    assert max(pieces) < sum(pieces) / 4
