"""What a preview says would change is what changes when it is said."""

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from campaigns.intake import HEADQUARTERS, Credential
from campaigns.times import DAY_US, day_end_us, rfc3339, shanghai_day
from crm.journal.events import last_position
from crm.outcomes.tables import OUTCOME
from crm.people.tables import LINK
from crm.recording.preview import CannotBeImagined, Preview, imagined, what_if
from crm.recording.projections import PROJECTIONS
from crm.storage.bulk import key_places, own_columns
from crm.storage.database import reading
from tests.installations import Installation, clock
from tests.worlds import CLOCK_US, CREDENTIALS, FEW, HEADQUARTERS_NAMES, Maker, Sent, worlds

AT_US = day_end_us(shanghai_day(CLOCK_US)) - 1
Rows = Mapping[str, Mapping[tuple[Any, ...], tuple[Any, ...]]]


def stored(installation: Installation) -> Rows:
    """Table → key → row, of every view of people."""
    found: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = {}
    with reading(installation.engine) as connection:
        for table in (OUTCOME, *(projection.table for projection in PROJECTIONS)):
            rows = map(tuple, connection.execute(select(*own_columns(table))))
            places = key_places(table)
            found[table.name] = {tuple(row[p] for p in places): row for row in rows}
    return found


def moved(before: Rows, after: Rows) -> set[tuple[str, tuple[Any, ...], bool, bool]]:
    """(table, key, whether it was there, whether it is) of each row that is other."""
    return {
        (name, key, key in before[name], key in after[name])
        for name in before
        for key in {*before[name], *after[name]}
        if before[name].get(key) != after[name].get(key)
    }


def told(preview: Preview) -> set[tuple[str, tuple[Any, ...], bool, bool]]:
    return {
        (change.table, change.key, change.before is not None, change.after is not None)
        for change in preview.changes
    }


def can_be_previewed(sent: Sent, events: list[Sent]) -> bool:
    """Of headquarters, about a card; whether a card is known may concern members, and whoever
    they referred, which only the recording finds."""
    said = sent.wire["data"]
    target = (said.get("of_source"), said.get("of_id"))
    types = {sent.type_name, *(each.type_name for each in events if each.key == target)}
    return (
        sent.by in HEADQUARTERS_NAMES
        and sent.wire["subject"].startswith(("card/", "reward/"))
        and types.isdisjoint({"card.registered", "card.erased"})
    )


def strangers(seed: int) -> list[Sent]:
    """A world in which nobody has a phone or an ID number, and weights say who is who."""
    maker = Maker(Random(seed), with_erasures=False, id_numbers=(None,))  # type: ignore[arg-type]
    maker.contact = lambda: {"phones": []}  # type: ignore[method-assign]
    return maker.weighed_world(70)


@FEW
@given(worlds(with_erasures=False) | st.integers(0, 2**48).map(strangers), st.data())
def test_a_preview_tells_the_rows_that_will_change(events: list[Sent], data: st.DataObject) -> None:
    words = [sent for sent in events if can_be_previewed(sent, events)]
    said = data.draw(st.sampled_from(words))
    line, by = said.line, CREDENTIALS[said.by]
    with clock(), Installation() as installation:
        installation.accept([sent for sent in events if sent.key != said.key])
        installation.work()
        before = stored(installation)
        with reading(installation.engine) as connection:
            event = imagined(line, by, CLOCK_US)
            preview = what_if(connection, installation.keyring, [event], AT_US)
            last = (last_position(connection),)
        (receipt,) = installation.intake.accept([line], by)
        assert receipt.status == "accepted"
        installation.work()
        after = stored(installation)
        # What becomes of the event itself is no change, nor that of the days which came with it: an
        # event before all others begins the days anew.
        came = after[OUTCOME.name].keys() - before[OUTCOME.name].keys()
        own = {(OUTCOME.name, position, False, True) for position in came if position > last}
        assert moved(before, after) - own == told(preview)


def wire(type_name: str, card: str, number: int, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "/hq",
        "type": f"jinxi.{type_name}.v1",
        "subject": f"card/{card}",
        "time": rfc3339(CLOCK_US - DAY_US),
        "data": {"card_id": card, **data},
    }


def card(name: str, card_id: str, number: int) -> Sent:
    person = {"person": {"name": name}, "source_kind": "walk_in"}
    return Sent(wire("card.registered", card_id, number, **person), "company")


FULL: dict[str, Any] = {
    "person": {"name": "王小明", "birth_date": "1949-12-31"},
    "region": "110105",
}


@pytest.mark.parametrize(
    ("written", "completed"),
    [
        ({**FULL, "person": {"name": "王小明"}}, {"person": {"birth_date": "1949-12-31"}}),
        ({**FULL, "region": None}, {"region": "110105"}),
        ({**FULL, "person": {**FULL["person"], "name": "李"}}, {"person": {"name": "王小明"}}),
    ],
)
def test_what_joins_by_what_stands_there_already_is_foreseen(
    written: dict[str, Any], completed: dict[str, Any]
) -> None:
    kind = {"source_kind": "walk_in"}
    said = [wire("card.registered", "c1", 1, **FULL, **kind)]
    said.append(wire("card.registered", "c2", 2, **written, **kind))
    with clock(), Installation() as installation:
        installation.accept([Sent(each, "company") for each in said])
        installation.work()
        correction = Sent(wire("card.corrected", "c2", 3, **completed), "company")
        with reading(installation.engine) as connection:
            event = imagined(correction.line, HEADQUARTERS, CLOCK_US)
            preview = what_if(connection, installation.keyring, [event], AT_US)
        assert [len(preview.before.persons), len(preview.after.persons)] == [2, 1]


def test_a_merge_is_previewed_without_being_said() -> None:
    with clock(), Installation() as installation:
        installation.accept([card("王小明", "c1", 1), card("王晓明", "c2", 2)])
        installation.work()
        same = Sent(
            wire("identity.same", "c1", 3, other_card_id="c2", reason_code="seen"), "company"
        )
        before = stored(installation)
        with reading(installation.engine) as connection:
            event = imagined(same.line, HEADQUARTERS, CLOCK_US)
            preview = what_if(connection, installation.keyring, [event], AT_US)
        assert [len(preview.before.persons), len(preview.after.persons)] == [2, 1]
        assert [outcome.outcome for outcome in preview.outcomes] == ["recorded"]
        assert {change.columns for change in preview.of(LINK)} == {
            ("decided_by", "evidence", "evidence_card_id"),
            ("person_id", "decided_by", "evidence", "evidence_card_id"),
        }
        assert stored(installation) == before


@pytest.mark.parametrize(
    ("line", "credential"),
    [
        (b"{}", HEADQUARTERS),
        (card("王小明", "c1", 1).line.replace(b"card_id", b"cart_id"), HEADQUARTERS),
        (Sent(wire("card.erased", "c1", 1, reason_code="asked"), "company").line, "staff"),
    ],
)
def test_what_the_door_would_refuse_cannot_be_imagined(
    line: bytes, credential: Credential | str
) -> None:
    by = CREDENTIALS[credential] if isinstance(credential, str) else credential
    with pytest.raises(CannotBeImagined):
        imagined(line, by, CLOCK_US)
