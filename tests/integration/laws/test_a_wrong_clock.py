"""A clock that was wrong and is right again: all is as if it had never been wrong."""

from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campaigns.ids import reward_id
from campaigns.times import DAY_US, shanghai_day
from crm.journal.clock_marks import confirm
from crm.journal.events import last_position
from crm.journal.progress import load_progress
from crm.operations.checks import run_checks
from crm.operations.clock import day_plan
from crm.storage.database import reading, writing
from streams.upkeep.replay import verify
from tests.installations import Installation, Snapshot, assert_same, clock
from tests.receivers import followed_from_the_beginning
from tests.worlds import CLOCK_US, CREDENTIALS, FEW, Maker, Sent, make_world, shared_worlds, worlds

AHEAD_US = CLOCK_US + 400 * DAY_US


def without_days(found: Snapshot) -> Snapshot:
    """All but what the CRM says of days: it has said more of them."""
    said = frozenset(row for row in found["outcome"] if not str(row[1]).startswith("day/"))
    return {**found, "outcome": said}


def run_ahead(installation: Installation) -> None:
    """Headquarters believes a wrong clock, and it acts."""
    with writing(installation.engine) as connection:
        confirm(connection, AHEAD_US, "anna")
    with clock(AHEAD_US):
        installation.work()


def reached(installation: Installation) -> object:
    with reading(installation.engine) as connection:
        return load_progress(connection, "embedded").days_to


@FEW
@given(st.one_of(worlds(40), shared_worlds(50)), st.integers(0, 40))
def test_a_clock_that_is_right_again_leaves_no_trace(events: list[Sent], split: int) -> None:
    with clock(), Installation() as right, Installation() as wrong:
        right.accept(events)
        right.work()
        wrong.accept(events[:split])
        wrong.work()
        run_ahead(wrong)
        wrong.accept(events[split:])
        wrong.work()
        assert reached(wrong) == reached(right) == shanghai_day(CLOCK_US)
        assert_same(without_days(right.snapshot()), without_days(wrong.snapshot()))
        assert wrong.ledger_sum() == 0


@FEW
@given(shared_worlds(50))
def test_dealers_hear_of_it_as_of_any_change_and_the_checks_hold(events: list[Sent]) -> None:
    with clock(), Installation() as right, Installation() as wrong:
        for installation in (right, wrong):
            installation.accept(events)
            installation.work()
        run_ahead(wrong)
        wrong.work()
        for dealer in ("D1", "D2"):
            with reading(right.engine) as ours, reading(wrong.engine) as theirs:
                wanted = followed_from_the_beginning(ours, dealer)
                assert followed_from_the_beginning(theirs, dealer) == wanted
        with reading(wrong.engine) as connection:
            assert [each for each in run_checks(connection, wrong.keyring) if not each.ok] == []
        compared = verify(wrong.engine, wrong.keyring)
        assert [name for name, table in compared.items() if not table.equal] == []


def test_copies_and_holds_that_a_wrong_clock_had_ended_are_back() -> None:
    maker = Maker(Random(1))
    contract: dict[str, Any] = {
        "dealer": "D1",
        "contract_id": "x1",
        "name": "经销商",
        "kind": "sub",
    }
    contract |= {"regions": ["110000"], "starts_on": "2026-01-01"}
    maker.send("dealer.contracted", "dealer/D1", contract, by="anna", days=(0, 0))
    card = {"card_id": "c1", "person": {"name": "单桂兰"}, "source_kind": "walk_in"}
    maker.send("card.registered", "card/c1", {**card, "region": "110105"}, by="anna", days=(1, 1))
    maker.agreement("c1", "share_with_dealer", dealer="D1", expires_on="2026-12-31")
    enrolled = {"member": "m1", "kind": "clerk", "dealer": "D1", "person": {"name": "赵"}}
    enrolled |= {"contact": {"phones": []}}
    maker.send("member.enrolled", "member/m1", enrolled, by="anna", days=(1, 1))
    trained = {"member": "m1", "course": "basic", "passed": True}
    maker.send("member.trained", "member/m1", trained, by="anna", days=(2, 2))
    referral = {"referral_id": "f1", "card_id": "c1", "member": "m1", "patient_agreed": True}
    maker.send("referral.made", "card/c1", referral, by="anna", days=(40, 40))
    bought = {"purchase_id": "p1", "card_id": "c1", "sku": "four", "quantity": 1}
    bought |= {"unit_price_fen": 100, "channel": "dealer"}
    maker.send("purchase.made", "card/c1", bought, by="anna", days=(60, 60))
    name = reward_id("p1", "m1", "default")
    approved = {"reward_id": name, "purchase_id": "p1", "member": "m1", "amount_fen": 2_000}
    maker.send("reward.approved", f"reward/{name}", approved, by="bo", days=(61, 61))
    events = [sent for sent in maker.made if CREDENTIALS[sent.by].dealer is None]
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        before = installation.snapshot()
        assert [len(before["copy_row"]), [row[7] for row in before["reward"]]] == [1, ["held"]]
        run_ahead(installation)
        then = installation.snapshot()
        assert [len(then["copy_row"]), [row[7] for row in then["reward"]]] == [0, ["payable"]]
        installation.work()
        assert_same(without_days(before), without_days(installation.snapshot()))


def test_days_come_again_after_they_were_taken_back() -> None:
    with clock(), Installation() as right, Installation() as wrong:
        for installation in (right, wrong):
            installation.accept(make_world(3))
            installation.work()
        run_ahead(wrong)
        wrong.work()
        for installation in (right, wrong):
            with clock(CLOCK_US + 5 * DAY_US):
                installation.work()
        assert reached(wrong) == shanghai_day(CLOCK_US) + timedelta(days=5)
        assert_same(without_days(right.snapshot()), without_days(wrong.snapshot()))


def test_a_clock_too_far_ahead_waits_for_headquarters() -> None:
    with clock(), Installation() as installation:
        installation.accept(make_world(3))
        installation.work()
        before = installation.snapshot()
        for _ in range(3):
            with clock(CLOCK_US + 8 * DAY_US):
                installation.work()
        assert installation.snapshot() == before
        with reading(installation.engine) as connection:
            assert day_plan(connection, CLOCK_US + 8 * DAY_US).doubted
            assert not day_plan(connection, CLOCK_US + 7 * DAY_US).doubted
        with clock(CLOCK_US + 7 * DAY_US):
            installation.work()
        assert reached(installation) == shanghai_day(CLOCK_US) + timedelta(days=7)


def test_the_clock_of_one_run_before_any_day_was_made_is_doubted_too() -> None:
    with clock(), Installation() as installation:
        installation.accept(make_world(3))
        with clock(AHEAD_US):
            installation.work()
        assert reached(installation) == shanghai_day(CLOCK_US)


def test_what_is_dated_far_in_the_past_makes_no_more_than_a_year_of_days() -> None:
    with clock(), Installation() as installation:
        event = make_world(3)[0]
        ancient = {**event.wire, "time": "2001-01-01T09:00:00+08:00"}
        ancient["receivedat"] = "2026-05-01T09:00:00+08:00"
        installation.accept([Sent(ancient, event.by)])
        installation.work()
        with reading(installation.engine) as connection:
            assert last_position(connection) < 400
