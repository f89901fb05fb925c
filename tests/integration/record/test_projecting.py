"""The rows that are stored come to be the rows that were computed, and only by the difference."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from crm.copies.tables import WAKE_DAY
from crm.follow_ups.tables import FOLLOW_UP
from crm.storage.difference import rewrite

Row = dict[str, Any]


def follow_up(trial_id: str, number: int, subject: str = "card/a", **changes: Any) -> Row:
    due = {"due_on": date(2026, 5, number), "state": "open", "card_id": subject[5:]}
    return (
        {"trial_id": trial_id, "sku": "JX-B4", "number": number, "subject": subject} | due | changes
    )


def stored(connection: Connection) -> list[Row]:
    query = select(FOLLOW_UP).order_by(FOLLOW_UP.c.trial_id, FOLLOW_UP.c.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def test_what_is_new_is_inserted_with_its_dates(connection: Connection) -> None:
    rows = [follow_up("t1", 1), follow_up("t1", 2)]
    assert rewrite(connection, FOLLOW_UP, ["card/a"], rows) == 2
    assert stored(connection) == rows


def test_what_differs_is_changed_and_what_is_no_longer_computed_is_deleted(
    connection: Connection,
) -> None:
    rewrite(connection, FOLLOW_UP, ["card/a"], [follow_up("t1", number) for number in (1, 2, 3)])
    rows = [follow_up("t1", 1), follow_up("t1", 2, state="done", due_on=date(2026, 6, 1))]
    assert rewrite(connection, FOLLOW_UP, ["card/a"], rows) == 2
    assert stored(connection) == rows


def test_what_is_the_same_is_not_written(connection: Connection) -> None:
    rewrite(connection, FOLLOW_UP, ["card/a"], [follow_up("t1", 1)])
    assert rewrite(connection, FOLLOW_UP, ["card/a"], [follow_up("t1", 1)]) == 0


def test_rows_of_owners_that_are_not_given_stay(connection: Connection) -> None:
    other = follow_up("t2", 1, "card/b")
    rewrite(connection, FOLLOW_UP, ["card/b"], [other])
    rewrite(connection, FOLLOW_UP, ["card/a"], [follow_up("t1", 1)])
    rewrite(connection, FOLLOW_UP, ["card/a"], [])
    assert stored(connection) == [other]


def test_a_row_may_go_from_one_owner_to_another_that_is_given_too(connection: Connection) -> None:
    rewrite(connection, FOLLOW_UP, ["card/a"], [follow_up("t1", 1)])
    moved = follow_up("t1", 1, "card/b")
    assert rewrite(connection, FOLLOW_UP, ["card/a", "card/b"], [moved]) == 1
    assert stored(connection) == [moved]


def test_a_table_that_is_all_key_has_rows_inserted_and_deleted(connection: Connection) -> None:
    days = [{"subject": "card/a", "day": date(2026, 5, day)} for day in (1, 2)]
    rewrite(connection, WAKE_DAY, ["card/a"], days)
    assert rewrite(connection, WAKE_DAY, ["card/a"], days[1:]) == 1
    kept = connection.execute(select(WAKE_DAY.c.day)).scalars().all()
    assert kept == [date(2026, 5, 2)]


def test_more_owners_than_an_in_list_holds_are_compared(connection: Connection) -> None:
    rows = [follow_up(f"t{place:05}", 1, f"card/{place}") for place in range(2_000)]
    owners = [row["subject"] for row in rows]
    assert rewrite(connection, FOLLOW_UP, owners, rows) == 2_000
    assert rewrite(connection, FOLLOW_UP, owners, rows) == 0
    assert rewrite(connection, FOLLOW_UP, owners, rows[:10]) == 1_990


ROWS = st.dictionaries(
    st.tuples(st.sampled_from("xyz"), st.integers(1, 3)),
    st.tuples(st.sampled_from(("card/a", "card/b")), st.sampled_from(("open", "done"))),
)


@given(ROWS, ROWS)
def test_from_any_rows_to_any_others(
    before: dict[tuple[str, int], tuple[str, str]], after: dict[tuple[str, int], tuple[str, str]]
) -> None:
    engine = create_engine("sqlite://")
    FOLLOW_UP.create(engine)
    with engine.begin() as connection:
        for wanted in (before, after):
            rows = [
                follow_up(trial, number, subject, state=state)
                for (trial, number), (subject, state) in sorted(wanted.items())
            ]
            rewrite(connection, FOLLOW_UP, ["card/a", "card/b"], rows)
            assert stored(connection) == rows
    engine.dispose()
