"""Every type of event, said by everybody of everything, early and late, in any order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from campaigns.catalogue import CATALOGUE, wire_name
from campaigns.times import DAY_US, rfc3339
from crm.intake.row_rights import BY_ROW
from tests.installations import Installation, clock
from tests.naive_history import History
from tests.worlds import CREDENTIALS, START_US, Sent, may_say

SENDERS = ("bo", "staff", "dealer", "dealer-staff", "dealer2")
"""Headquarters, staff, the dealer D1, somebody of its staff, and another dealer."""
OF_D1 = ("dealer", "dealer-staff")
WHOSE = ("own", "foreign", "row", "unknown")
"""Of D1; of the company or D3; of the company, by a row of the sender's copy; of nobody."""
MEMBERS = ("member.changed", "member.trained", "member.left", "value.transferred")
ACTIVITIES = ("activity.changed", "activity.held", "activity.cancelled")
FRESH = (
    "activity.planned",
    "member.enrolled",
    "dealer.contracted",
    "reward_policy.published",
    "matching.published",
)
"""What brings something into being and speaks of nothing else."""
TWO_CARDS = ("relation.stated", "identity.same", "identity.different", "identity.undecided")
OF_THINGS = ("purchase.returned", "trial.ended", "complaint.resolved")
AT_ACTIVITIES = ("card.registered", "activity.attended")
REWARDS = ("reward.approved", "reward.rejected", "reward.paid")


@dataclass(frozen=True)
class Case:
    """One event with what it speaks of, all under names of its own."""

    number: int
    type_name: str
    by: str
    whose: str
    late: bool

    @property
    def is_dealers(self) -> bool:
        return CREDENTIALS[self.by].dealer is not None

    def named(self, kind: str) -> str:
        return f"{kind}-{self.number}"

    def things(self) -> Iterator[Sent]:
        """What is there; nothing where the event speaks of the unknown."""
        if self.whose == "unknown":
            return
        owner = "anna" if self.whose == "foreign" else "dealer"
        registrar = "dealer" if self.whose == "own" else "anna"
        by_row = self.whose == "row"
        card, activity = self.named("card"), self.named("activity")
        plan = {**PLAN, "activity_id": activity, "dealer": "D3" if owner == "anna" else "D1"}
        yield self.sent("a", "activity.planned", activity, plan, "anna")
        for place, name in (("c", card), ("o", self.named("other"))):
            yield self.sent(place, "card.registered", name, {**CARD, "card_id": name}, registrar)
        enrolment = {**MEMBER, "member": self.named("member")}
        enrolment["dealer"] = "D3" if owner == "anna" else "D1"
        yield self.sent("m", "member.enrolled", self.named("member"), enrolment, owner)
        for place, type_name, data in (
            ("p", "purchase.made", {**PURCHASE, "purchase_id": self.named("purchase")}),
            ("t", "trial.started", {"trial_id": self.named("trial"), "sku": "four"}),
            ("k", "complaint.raised", {**COMPLAINT, "complaint_id": self.named("complaint")}),
            ("w", "gift.given", {"item": "book", "value_fen": 100}),
        ):
            yield self.sent(place, type_name, card, {**data, "card_id": card}, owner, by_row)

    def event(self) -> Sent:
        """What is said; dated before or after everything that it speaks of."""
        names = {name: self.named(name) for name in ("activity", "member", "purchase", "trial")}
        data = dict(DATA[self.type_name])
        if self.type_name not in FRESH:
            data = {"card_id": self.named("card"), **data}
        for name, value in data.items():
            if isinstance(value, str) and value.startswith("="):
                data[name] = names.get(value[1:]) or self.named(value[1:])
        kind = CATALOGUE[self.type_name]
        if self.type_name == "event.voided":
            data = {
                "of_source": "/shared",
                "of_id": f"w{self.number}",
                "reason_code": "typed_wrong",
            }
        data = {name: value for name, value in data.items() if name in kind.__struct_fields__}
        if "dealer" in kind.__struct_fields__ and self.type_name in (*FRESH, "copy.acknowledged"):
            data["dealer"] = CREDENTIALS[self.by].dealer or "D1"
        subject = data.get(kind.subject_field or "", self.named("card"))
        day = 20 if self.late else -20
        sent = self.sent("e", self.type_name, subject, data, self.by, self.whose == "row", day)
        return Sent(sent.wire, sent.by, sent.by_row, evidenced=True)

    def sent(
        self,
        place: str,
        type_name: str,
        name: str,
        data: dict[str, Any],
        by: str,
        by_row: bool = False,
        day: int = 0,
    ) -> Sent:
        at_us = START_US + day * DAY_US
        received_us = START_US + (25 if place == "e" else 1) * DAY_US
        wire = {
            "specversion": "1.0",
            "id": f"{place}{self.number}",
            "source": "/shared",
            "type": wire_name(type_name),
            "time": rfc3339(at_us),
            "subject": f"{CATALOGUE[type_name].subject_kind or 'card'}/{name}",
            "data": data,
            "receivedat": rfc3339(received_us),
        }
        return Sent(wire, by, by_row)

    def expected(self) -> tuple[str, str | None]:
        """By the letter of the contract."""
        if self.type_name == "card.erased" and not self.late:
            # A card that was registered after its erasure is none.
            return "waiting", None
        if not self.is_dealers:
            return ("waiting", None) if self.whose == "unknown" else ("recorded", None)
        if self.type_name in FRESH or self.type_name == "copy.acknowledged":
            return "recorded", None
        if self.whose == "unknown":
            return "waiting", None
        if self.by in OF_D1:
            allowed = self.whose in ("own", "row")
        else:
            speaks_of_more = (*OF_THINGS, "activity.attended", "event.voided")
            allowed = self.whose == "row" and self.type_name not in speaks_of_more
        return ("recorded", None) if allowed else ("rejected", "not_allowed")


PLAN = {"programme": "golden", "kind": "promotion", "title": "讲座", "region": "110105"} | {
    "starts_at": "2026-03-09T09:00:00+08:00"
}
CARD = {"person": {"name": "王秀英"}, "source_kind": "walk_in"}
MEMBER = {"kind": "clerk", "person": {"name": "赵"}, "contact": {"phones": []}}
PURCHASE = {"sku": "four", "quantity": 2, "unit_price_fen": 100, "channel": "dealer"}
COMPLAINT = {"kind": "product"}
CONSENT = {"purpose": "archive", "notice_version": "1", "method": "paper", "by": "self"}
REWARD = {"reward_id": "=reward", "purchase_id": "=purchase", "member": "=member"} | {
    "amount_fen": 100,
    "reference": "bank",
}
RULE = {"member_kind": "clerk", "mode": "ALLOWED", "basis": "per_unit", "amount_fen": 1} | {
    "window_days": 1,
    "which": "last",
    "hold_days": 1,
    "training_required": False,
}
DATA: dict[str, dict[str, Any]] = {
    "activity.planned": {**PLAN, "activity_id": "=new"},
    "activity.changed": {"activity_id": "=activity", "title": "新"},
    "activity.held": {"activity_id": "=activity", "reached": 1, "cards_handed_out": 1},
    "activity.cancelled": {"activity_id": "=activity", "reason_code": "rain"},
    "card.registered": {**CARD, "card_id": "=new", "activity_id": "=activity"},
    "card.corrected": {"region": "110101"},
    "card.erased": {"reason_code": "asked"},
    "person.deceased": {},
    "relation.stated": {"other_card_id": "=other", "relation": "spouse"},
    "identity.same": {"other_card_id": "=other", "reason_code": "asked"},
    "identity.different": {"other_card_id": "=other", "reason_code": "asked"},
    "identity.undecided": {"other_card_id": "=other"},
    "activity.attended": {"activity_id": "=activity"},
    "clinic.consulted": {"health": {"pulse_bpm": 70}},
    "trial.started": {"trial_id": "=new", "sku": "four"},
    "trial.ended": {"trial_id": "=trial", "outcome": "satisfied"},
    "gift.given": {"item": "book", "value_fen": 1},
    "club.joined": {"club": "夕阳红"},
    "club.left": {"club": "夕阳红"},
    "follow_up.done": {"channel": "phone", "outcome": "reached"},
    "complaint.raised": {**COMPLAINT, "complaint_id": "=new"},
    "complaint.resolved": {"complaint_id": "=complaint"},
    "purchase.made": {**PURCHASE, "purchase_id": "=new"},
    "purchase.returned": {"return_id": "=new", "purchase_id": "=purchase", "quantity": 1}
    | {"reason_code": "quality"},
    "referral.made": {"referral_id": "=new", "member": "=member", "patient_agreed": True},
    "consent.given": {**CONSENT, "evidence_sha256": "e" * 64},
    "consent.refused": {"purpose": "archive"},
    "consent.withdrawn": {"purpose": "archive"},
    "member.enrolled": {**MEMBER, "member": "=new"},
    "member.changed": {"member": "=member", "kind": "consumer"},
    "member.trained": {"member": "=member", "course": "basic", "passed": True},
    "member.left": {"member": "=member"},
    "value.transferred": {"member": "=member", "item": "book", "value_fen": 1, "form": "book"},
    "dealer.contracted": {"contract_id": "=new", "name": "甲", "regions": [], "kind": "sub"}
    | {"starts_on": "2026-01-01"},
    "dealer.ended": {"dealer": "D1", "contract_id": "K", "ends_on": "2026-12-31"}
    | {"reason_code": "over"},
    "copy.acknowledged": {"up_to": 1, "digest": "0" * 64},
    "reward_policy.published": {"policy": "=new", "effective_from": "2026-01-01", "rules": [RULE]},
    "matching.published": {
        "version": "=new",
        "link_centibits": 1,
        "ask_centibits": 0,
        "levels": [],
    },
    **dict.fromkeys(REWARDS, REWARD),
    "event.voided": {},
}
ALONE = ("dealer.ended",)
"""A contract belongs to the company alone: said apart."""


def makes_sense(type_name: str, whose: str) -> bool:
    """A row leads to a person, and by it only some things may be said (said apart)."""
    if type_name in (*FRESH, "copy.acknowledged"):
        return whose == "own"
    return whose != "row" or type_name in BY_ROW


def cases() -> list[Case]:
    CREDENTIALS.setdefault("dealer-staff", DEALER_STAFF)
    found: list[Case] = []
    for type_name, by, whose, late in product(DATA, SENDERS, WHOSE, (False, True)):
        if type_name in ALONE or not makes_sense(type_name, whose):
            continue
        dealer = CREDENTIALS[by].dealer
        if may_say(by, type_name, {}) and (whose != "row" or dealer is not None):
            found.append(Case(len(found), type_name, by, whose, late))
    return found


DEALER_STAFF = CREDENTIALS["dealer"].__class__("staff", actor="till", dealer="D1")


def outcomes(events: list[Sent]) -> dict[str, tuple[str, str | None]]:
    with clock(), Installation() as installation:
        receipts = installation.accept(events)
        assert {receipt.status for receipt in receipts} == {"accepted"}
        installation.work()
        return {row[0][1]: (row[2], row[3]) for row in installation.snapshot()["outcome"]}


@pytest.mark.parametrize("things_first", [True, False])
def test_of_every_type_a_party_says_what_it_may_and_nothing_else(things_first: bool) -> None:
    told = cases()
    things = [sent for case in told for sent in case.things()]
    said = [case.event() for case in told]
    found = outcomes([*things, *said] if things_first else [*said, *things])
    wrong = [
        (case, found[f"e{case.number}"], case.expected())
        for case in told
        if found[f"e{case.number}"] != case.expected()
    ]
    assert wrong == []
    assert {case.type_name for case in told} == {*CATALOGUE} - {*ALONE, "day.reached"}


def test_the_naive_reading_of_the_contract_says_the_same() -> None:
    for case in cases():
        history = History([*case.things(), case.event()], frozenset())
        assert history.verdicts["/shared", f"e{case.number}"][:2] == case.expected(), case
