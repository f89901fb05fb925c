"""Where weights say who is who, everything that holds elsewhere holds too."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from campaigns.times import DAY_US
from crm.components.as_of import past_of_subjects, whole_past
from crm.components.event_filter import effective_up_to
from crm.identity.default_weights import SHIPPED
from crm.journal.progress import PROGRESS
from crm.operations.checks import run_checks
from crm.outcomes.tables import OUTCOME
from crm.pairs.trying import Tried, tried
from crm.people.tables import LINK, PAIR
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from streams.upkeep.replay import verify
from tests.bench import base
from tests.bench.seniors import seniors
from tests.installations import Installation, assert_same, clock
from tests.integration.laws.orders import shuffled, take_in
from tests.integration.laws.published_weights import published, said
from tests.worlds import CLOCK_US, FEW, START_US, Sent, weighed_worlds


@FEW
@given(weighed_worlds(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_and_any_cut_give_the_same(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        take_in(other, shuffled(events, random), random)
        assert_same(plain.snapshot(), other.snapshot())
        assert other.ledger_sum() == 0


@FEW
@given(weighed_worlds(), st.randoms(use_true_random=False))
def test_a_rebuild_is_equal_and_every_check_passes(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as installation:
        take_in(installation, shuffled(events, random), random)
        installation.work()
        with reading(installation.engine) as connection:
            found = list(run_checks(connection, installation.keyring))
        assert [check for check in found if not check.ok] == []
        compared = verify(installation.engine, installation.keyring)
        assert [name for name, table in compared.items() if not table.equal] == []


@FEW
@given(weighed_worlds(), st.integers(0, 75))
def test_some_cards_are_as_they_are_among_all(events: list[Sent], days: int) -> None:
    at_us = START_US + days * DAY_US
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        keep = effective_up_to(at_us)
        with reading(installation.engine) as connection:
            whole = whole_past(connection, installation.keyring, at_us, keep)
            for card_id in whole.cards:
                subject = f"card/{card_id}"
                part = past_of_subjects(connection, installation.keyring, [subject], at_us, keep)
                assert part.links[card_id] == whole.links[card_id]
                of_card = [each for each in whole.resolution.asked if card_id == each.card_id]
                assert [a for a in part.resolution.asked if a.card_id == card_id] == of_card


@FEW
@given(weighed_worlds())
def test_a_card_has_one_link(events: list[Sent]) -> None:
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            query = select(func.count(), func.count(LINK.c.card_id.distinct()))
            rows, cards = connection.execute(query).one()
        assert rows == cards


def card(card_id: str, name: str, number: int, **more: object) -> Sent:
    contact = {"phones": ["13912340001"], "address": "建国路1号"}
    person = {"name": name, "birth_date": "1949-12-31", "sex": "female", **more}
    data = {"card_id": card_id, "person": person, "contact": contact, "source_kind": "walk_in"}
    return said("card.registered", f"card/{card_id}", number, **data)


def links(installation: Installation) -> dict[str, tuple[str, str]]:
    installation.work()
    with reading(installation.engine) as connection:
        rows = connection.execute(select(LINK.c.card_id, LINK.c.decided_by, LINK.c.parts))
        return {card_id: (decided_by, parts) for card_id, decided_by, parts in rows}


def test_weights_hold_from_when_they_are_published_until_they_are_taken_back() -> None:
    twin = card("c3", "单桂英", 3)
    with clock(), Installation() as installation:
        installation.accept([card("c1", "单桂兰", 1), card("c2", "单桂南", 2), twin])
        assert {decided for decided, _ in links(installation).values()} == {"alone"}
        installation.accept([published("w1", 4)])
        found = links(installation)
        assert [found[name][0] for name in ("c1", "c2", "c3")] == ["weights", "weights", "alone"]
        parts = "name.near:987 birth.same:1131 sex.same:100 contact.phone:1115"
        assert found["c1"][1] == parts
        with reading(installation.engine) as connection:
            (asked,) = connection.execute(select(PAIR.c.card_id, PAIR.c.other_card_id))
        assert asked == ("c1", "c3")
        installation.accept([published("rule", 5, none=True)])
        assert {decided for decided, _ in links(installation).values()} == {"alone"}
        void = {"of_source": "/hq", "of_id": "e5", "reason_code": "typed_wrong"}
        installation.accept([said("event.voided", "matching/rule", 6, **void)])
        assert links(installation) == found
        late = said("identity.different", "card/c1", 7, card_id="c1", other_card_id="c2",
                    reason_code="seen")  # fmt: skip
        installation.accept([late])
        assert links(installation)["c2"][0] == "alone"
        assert all(
            table.equal for table in verify(installation.engine, installation.keyring).values()
        )


def test_a_merge_and_its_taking_back_leave_no_trace() -> None:
    with clock(), Installation() as installation:
        installation.accept([published("w1", 1), card("c1", "单桂兰", 2), card("c2", "单桂英", 3)])
        links(installation)
        before = installation.snapshot(leave_out=(PROGRESS, OUTCOME))
        pair = {"card_id": "c1", "other_card_id": "c2"}
        installation.accept([said("identity.same", "card/c1", 4, **pair, reason_code="seen")])
        assert {decided for decided, _ in links(installation).values()} == {"human"}
        installation.accept([said("identity.undecided", "card/c1", 5, **pair)])
        links(installation)
        after = installation.snapshot(leave_out=(PROGRESS, OUTCOME))
        untied = {name: rows for name, rows in after.items() if name != "tie"}
        assert untied == {name: rows for name, rows in before.items() if name != "tie"}


def test_what_weights_would_do_is_told_as_it_then_comes() -> None:
    people = [
        Sent(base.card_event(village, said), "company")
        for village in (1, 2)
        for said in seniors(village, people=150).records
    ]
    with clock(), Installation() as installation:
        installation.accept(people)
        installation.work()
        keyring = installation.keyring
        with reading(installation.engine) as connection:
            asked = HEADQUARTERS_SCOPE, connection, keyring, SHIPPED, CLOCK_US
            all_of_them, some = tried(*asked), tried(*asked, most=200)
        installation.accept([published("w1", 1)])
        found = links(installation)
        with reading(installation.engine) as connection:
            pairs = connection.execute(select(func.count()).select_from(PAIR)).scalar_one()
    joined = sum(decided_by == "weights" for decided_by, _ in found.values())
    assert all_of_them == Tried(len(people), len(people), joined, pairs)
    assert joined > 10 and pairs > 3
    assert some.seen <= 200 < some.cards and not some.exact
    assert joined / 2 < some.joined < joined * 2
