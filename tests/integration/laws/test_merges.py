"""Who was joined by a word and parted by another is, in everything, as before."""

from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Table, select

from campaigns.times import rfc3339
from crm.journal.events import JOURNAL
from crm.ledger.tables import BALANCE, REWARD
from crm.outcomes.tables import OUTCOME
from crm.people.tables import LINK
from crm.recording.projections import PROJECTIONS
from crm.storage.bulk import own_columns
from crm.storage.database import reading
from tests.installations import Installation, clock
from tests.worlds import CARDS, CLOCK_US, FEW, Sent, weighed_worlds, worlds

VIEWS: tuple[Table, ...] = (OUTCOME, *(each.table for each in PROJECTIONS), REWARD, BALANCE)
_WORDS = ("joined", "parted")


def word(name: str, one: str, other: str, number: int) -> Sent:
    data = {"card_id": one, "other_card_id": other}
    if name == "same":
        data["reason_code"] = "seen"
    wire = {
        "specversion": "1.0",
        "id": _WORDS[number],
        "source": "/hq",
        "type": f"jinxi.identity.{name}.v1",
        "subject": f"card/{one}",
        "time": rfc3339(CLOCK_US - 2 + number),
        "data": data,
    }
    return Sent(wire, "company")


def all_views(installation: Installation) -> Mapping[str, list[tuple[Any, ...]]]:
    """Everything but what became of the two words themselves."""
    with reading(installation.engine) as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(select(*own_columns(table)))]
            for table in VIEWS
        }
        theirs = select(JOURNAL.c.position).where(JOURNAL.c.id.in_(_WORDS))
        own = set(connection.execute(theirs).scalars())
    place = [column.name for column in own_columns(OUTCOME)].index("position")
    found[OUTCOME.name] = [row for row in found[OUTCOME.name] if row[place] not in own]
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def speaks_of(sent: Sent, pair: set[str]) -> bool:
    data = sent.wire["data"]
    return {data.get("card_id"), data.get("other_card_id")} == pair


def joined_and_parted(events: list[Sent], one: str, other: str) -> tuple[bool, bool]:
    """(whether the word changed who is who, whether the other left everything as before)."""
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        before = all_views(installation)
        installation.accept([word("same", one, other, 0)])
        installation.work()
        between = all_views(installation)
        installation.accept([word("undecided", one, other, 1)])
        installation.work()
        return between[LINK.name] != before[LINK.name], all_views(installation) == before


PAIRS = st.lists(st.sampled_from(CARDS), min_size=2, max_size=2, unique=True)


@FEW
@given(worlds(), PAIRS)
def test_a_merge_that_is_taken_back_leaves_no_trace_in_any_view(
    events: list[Sent], pair: list[str]
) -> None:
    assume(not any(speaks_of(sent, set(pair)) for sent in events))
    assert joined_and_parted(events, *pair)[1]


@FEW
@given(weighed_worlds(), PAIRS)
def test_so_it_is_where_weights_are_in_force(events: list[Sent], pair: list[str]) -> None:
    assume(not any(speaks_of(sent, set(pair)) for sent in events))
    assert joined_and_parted(events, *pair)[1]


def test_the_law_is_tried_on_merges_that_change_who_is_who() -> None:
    cards = [
        Sent(
            {
                "specversion": "1.0",
                "id": f"e-{card_id}",
                "source": "/hq",
                "type": "jinxi.card.registered.v1",
                "subject": f"card/{card_id}",
                "time": rfc3339(CLOCK_US - 1_000_000),
                "data": {"card_id": card_id, "person": {"name": name}, "source_kind": "walk_in"},
            },
            "company",
        )
        for card_id, name in (("c1", "王小明"), ("c2", "李建国"))
    ]
    assert joined_and_parted(cards, "c1", "c2") == (True, True)
