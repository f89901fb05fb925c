"""Small cases that once came out wrong, each by itself."""

from random import Random
from typing import Any

import pytest

from campaigns.ids import person_id, reward_id
from campaigns.intake import CLOCK_SOURCE
from campaigns.times import DAY_US, rfc3339
from crm.archives.queries import archive
from crm.components.as_of import past_of_subjects, whole_past
from crm.components.event_filter import effective_up_to
from crm.copies.queries import copy_then
from crm.ledger.tables import REWARD
from crm.operations.checks import run_checks
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.installations import Installation, assert_same, clock
from tests.oracles import assert_as_written
from tests.worlds import CLOCK_US, START_US, Maker, Sent


class Story(Maker):
    """Events one after the other, each an hour after the one before."""

    def __init__(self) -> None:
        super().__init__(Random(0))

    def tell(
        self,
        type_name: str,
        subject: str,
        data: dict[str, Any],
        *,
        day: int = 0,
        by: str = "company",
    ) -> Sent:
        sent = self.send(type_name, subject, data, by=by, source="/sheets/s1")
        at = rfc3339(START_US + day * DAY_US + len(self.made) * 60_000_000)
        sent.wire.update({"time": at, "receivedat": at})
        sent.wire.pop("timeprecision", None)
        sent.wire.pop("sequence", None)
        return sent

    def written(self, name: str, **data: Any) -> Sent:
        values = {"card_id": name, "person": {"name": "单桂兰"}, "source_kind": "walk_in"}
        return self.tell("card.registered", f"card/{name}", {**values, **data})

    def planned(self, name: str) -> Sent:
        data = {
            "activity_id": name,
            "programme": "golden",
            "kind": "promotion",
            "title": "讲座",
            "region": "110105",
            "dealer": "D1",
            "starts_at": "2026-03-09T09:00:00+08:00",
        }
        return self.tell("activity.planned", f"activity/{name}", data)

    def enrolled(self, name: str, **data: Any) -> Sent:
        values: dict[str, Any] = {"member": name, "kind": "consumer", "dealer": "D1"}
        values |= {"person": {"name": "赵药师"}, "contact": {"phones": []}}
        return self.tell("member.enrolled", f"member/{name}", {**values, **data})

    def referred(self, card: str, member: str) -> Sent:
        data = {"referral_id": f"f-{member}", "card_id": card, "member": member}
        return self.tell("referral.made", f"card/{card}", {**data, "patient_agreed": True})

    def bought(self, card: str, purchase: str) -> Sent:
        data = {"purchase_id": purchase, "card_id": card, "sku": "four", "quantity": 1}
        data |= {"unit_price_fen": 69_300, "channel": "dealer"}
        return self.tell("purchase.made", f"card/{card}", data, day=1)

    def paid(self, reward: str, purchase: str, member: str) -> Sent:
        data: dict[str, Any] = {"reward_id": reward, "purchase_id": purchase, "member": member}
        data |= {"amount_fen": 1_000, "reference": "bank"}
        return self.tell("reward.paid", f"reward/{reward}", data, day=40)

    def voided(self, target: Sent, *, by: str = "company") -> Sent:
        data = {"of_source": target.key[0], "of_id": target.key[1], "reason_code": "typed_wrong"}
        return self.tell("event.voided", target.wire["subject"], data, by=by)

    def contracted(self, *, day: int, starts_on: str) -> Sent:
        data = {"dealer": "D1", "contract_id": "x1", "name": "经销商", "regions": ["110000"]}
        data |= {"kind": "exclusive", "starts_on": starts_on}
        return self.tell("dealer.contracted", "dealer/D1", data, day=day)


def assert_alike(first: list[Sent], second: list[Sent]) -> None:
    """Recorded in two steps, in one, and as written: the same."""
    with clock(), Installation() as stepwise, Installation() as at_once:
        stepwise.accept(first)
        stepwise.work()
        stepwise.accept(second)
        stepwise.work()
        at_once.accept([*second, *first])
        at_once.work()
        assert_same(stepwise.snapshot(), at_once.snapshot())
        assert_as_written([*first, *second], stepwise)
        with reading(stepwise.engine) as connection:
            assert all(check.ok for check in run_checks(connection, stepwise.keyring))


def test_who_was_one_person_with_an_erased_card_is_somebody_again() -> None:
    story = Story()
    first = [story.written(name, contact={"phones": ["13912340001"]}) for name in ("c1", "c2")]
    erasure = {"card_id": "c1", "reason_code": "request"}
    second = [story.tell("card.erased", "card/c1", erasure, day=2)]
    assert_alike(first, second)
    with clock(), Installation() as installation:
        installation.accept(first)
        installation.work()
        installation.accept(second)
        installation.work()
        links = {row[0]: row[2] for row in installation.snapshot()["link"]}
    assert links == {name: person_id(name) for name in ("c1", "c2")}


def test_a_member_whose_card_waited_for_an_activity_is_enrolled_when_that_is_planned() -> None:
    story = Story()
    first = [
        story.written("c1", activity_id="a1"),
        story.enrolled("m1", card_id="c1"),
        story.written("c2"),
        story.referred("c2", "m1"),
        story.bought("c2", "p1"),
    ]
    assert_alike(first, [story.planned("a1")])
    planned = story.planned("a2")
    assert_alike(
        [planned, story.written("c3", activity_id="a2"), story.enrolled("m2", card_id="c3")],
        [story.voided(planned)],
    )


def test_nobody_takes_back_that_a_day_came() -> None:
    story = Story()
    card = story.written("c1")
    data = {"of_source": CLOCK_SOURCE, "of_id": "2026-03-04", "reason_code": "typed_wrong"}
    void = story.tell("event.voided", "day/2026-03-04", data)
    data = {**data, "of_id": "2027-01-01"}
    too_early = story.tell("event.voided", "day/2027-01-01", data)
    with clock(), Installation() as installation:
        installation.accept([card, void, too_early])
        installation.work()
        told = {row[0]: row[2:5] for row in installation.snapshot()["outcome"]}
    assert told[void.key] == ("rejected", "not_voidable", None)
    assert told[too_early.key] == ("waiting", None, f"event/{CLOCK_SOURCE}/2027-01-01")
    assert_alike([card], [void, too_early])


def test_a_contract_signed_after_its_first_day_counts_when_its_own_day_comes() -> None:
    story = Story()
    given = {"card_id": "c1", "purpose": "share_with_dealer", "dealer": "D1"}
    given |= {"notice_version": "1", "method": "paper", "by": "self"}
    first = [
        story.written("c1", region="110105"),
        story.tell("consent.given", "card/c1", given),
        story.contracted(day=20, starts_on="2026-03-01"),
    ]
    with clock(), Installation() as installation:
        installation.accept(first)
        with clock(worker_us=START_US + DAY_US):
            installation.work()
        assert installation.snapshot()["copy_row"] == frozenset()
        installation.work()
        assert len(installation.snapshot()["copy_row"]) == 1
        assert_as_written(first, installation)


def test_claims_that_come_and_go_within_a_batch_leave_their_entries() -> None:
    story = Story()
    enrolment = story.enrolled("m1")
    events = [enrolment, story.written("c1"), story.referred("c1", "m1"), story.bought("c1", "p1")]
    events.append(story.paid(reward_id("p1", "m1", "default"), "p1", "m1"))
    events.append(story.voided(enrolment))
    ledgers = []
    for size in (1, 2, 100):
        with clock(), Installation() as installation:
            installation.accept(events)
            while installation.worker.recorder.record_next(0, size):
                pass
            ledgers.append(installation.ledger())
    assert ledgers[0] == ledgers[1] == ledgers[2]
    assert len(ledgers[0]) >= 4


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_payment_under_anothers_reward_leaves_that_rewards_row_alone(
    order: tuple[int, int],
) -> None:
    story = Story()
    story.enrolled("m1")
    story.enrolled("m2")
    story.written("c1")
    story.referred("c1", "m1")
    story.bought("c1", "p1")
    story.written("c2", person={"name": "仇建国"})
    story.bought("c2", "p2")
    owed = reward_id("p1", "m1", "default")
    known, stray = list(story.made), story.paid(owed, "p2", "m2")
    steps = (known, [stray])
    with clock(), Installation() as installation:
        for step in order:
            installation.accept(steps[step])
            installation.work()
        rows = [row for row in installation.snapshot()["reward"] if row[0] == owed]
        assert [(row[1], row[3]) for row in rows] == [("m1", "p1")]
        with reading(installation.engine) as connection:
            assert all(check.ok for check in run_checks(connection, installation.keyring))
            columns = [column.name for column in REWARD.columns]
        assert columns[0:2] == ["reward_id", "member"]


def test_one_persons_past_knows_the_members_whose_card_was_written_at_an_activity() -> None:
    story = Story()
    story.planned("a1")
    story.written("c1", activity_id="a1")
    story.enrolled("m1", card_id="c1")
    story.written("c2", person={"name": "仇建国"})
    referral = story.referred("c2", "m1")
    with clock(), Installation() as installation:
        installation.accept(story.made)
        installation.work()
        with reading(installation.engine) as connection:
            keep = effective_up_to(CLOCK_US)
            past = past_of_subjects(connection, installation.keyring, ["card/c2"], CLOCK_US, keep)
    outcomes = {tuple(key): found.outcome for key, found in past.outcomes.items()}
    assert outcomes[referral.key] == "recorded"


def test_before_an_erasure_no_copy_holds_the_card_and_a_later_word_takes_nothing_back() -> None:
    """Of a person who was erased afterwards the past shows nothing, and a void came too late."""
    story = Story()
    contract = {"dealer": "D1", "contract_id": "x1", "name": "经销商", "regions": ["110000"]}
    contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
    story.tell("dealer.contracted", "dealer/D1", contract)
    story.written("c1", region="110105")
    consent = {"card_id": "c1", "purpose": "share_with_dealer", "dealer": "D1", "by": "self"}
    story.tell("consent.given", "card/c1", {**consent, "notice_version": "1", "method": "paper"})
    joined = story.tell("club.joined", "card/c1", {"card_id": "c1", "club": "夕阳红"})
    story.tell("card.erased", "card/c1", {"card_id": "c1", "reason_code": "asked"}, day=10)
    void = {"of_source": joined.wire["source"], "of_id": joined.wire["id"]}
    story.tell("event.voided", "card/c1", {**void, "reason_code": "typed_wrong"}, day=20)
    at_us = START_US + 5 * DAY_US
    with clock(), Installation() as installation:
        installation.accept(story.made)
        installation.work()
        with reading(installation.engine) as connection:
            asked = (HEADQUARTERS_SCOPE, connection, installation.keyring)
            past = whole_past(connection, installation.keyring, at_us, effective_up_to(at_us))
            rows = list(copy_then(*asked, "D1", at_us))
            shown = archive(*asked, "c1", CLOCK_US, at_us)
    outcomes = {tuple(key): outcome.outcome for key, outcome in past.outcomes.items()}
    assert (rows, outcomes[joined.key]) == ([], "recorded")
    assert shown is not None
    assert "person" not in shown["timeline"][0]["data"]


def test_of_two_reasons_against_a_void_the_lacking_right_is_named_first() -> None:
    """The reasons of a rejection are named in the order of their list, as faults of a line are."""
    story = Story()
    story.written("c1")
    story.written("c2")
    joined = story.tell("club.joined", "card/c1", {"card_id": "c1", "club": "夕阳红"})
    never_voided = [
        story.voided(joined),
        story.tell("card.erased", "card/c2", {"card_id": "c2", "reason_code": "asked"}),
    ]
    told = {}
    for target in never_voided:
        told[story.voided(target).key] = "not_voidable"
        void = story.voided(target, by="staff")
        void.wire["source"] = "/phone/p1"
        told[void.key] = "not_allowed"
    with clock(), Installation() as installation:
        installation.accept(story.made)
        installation.work()
        found = {row[0]: row[2:4] for row in installation.snapshot()["outcome"]}
    assert {key: found[key] for key in told} == {
        key: ("rejected", reason) for key, reason in told.items()
    }
