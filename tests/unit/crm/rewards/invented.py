"""Invented members, patients and facts, written short: days count from 2026-03-01."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from campaigns.events.rewards import PolicyRule
from campaigns.ids import reward_id
from campaigns.times import SECOND_US, day_start_us
from crm.rewards.facts import (
    MemberEvent,
    MemberFact,
    Moment,
    Patient,
    PersonFacts,
    PolicyFact,
    PurchaseFact,
    ReferralFact,
    ReturnFact,
    VerdictFact,
)
from crm.rewards.judgement import Judgement, Reward, judge

FIRST_DAY = date(2026, 3, 1)
LATE = FIRST_DAY + timedelta(days=400)
PATIENT = Patient(frozenset({"card-1"}), frozenset({"+8613911110000"}))


def on(
    day: int,
    *,
    hour: float | None = None,
    id: str,
    actor: str = "desk",
    received: float | None = None,
) -> Moment:
    """A moment on a day; without an hour it is known by its day only."""
    starts_us = day_start_us(FIRST_DAY + timedelta(days=day))
    received_us = starts_us if received is None else day_start_us(FIRST_DAY)
    if received is not None:
        received_us += int(received * 86_400) * SECOND_US
    if hour is not None:
        starts_us += int(hour * 3_600) * SECOND_US
    return Moment((starts_us, 0, "test", id), hour is None, received_us, actor)


def day_of(day: int) -> date:
    """The date of a day's number."""
    return FIRST_DAY + timedelta(days=day)


def member(
    code: str, kind: str, *, enrolled: int = -300, trained: int | None = -200, **more: Any
) -> MemberFact:
    """A member with enrolment, training and further events."""
    events = [
        MemberEvent(
            on(enrolled, id=f"{code}-enrolled", actor="enroller"),
            "enrolled",
            {"kind": kind, "institution_kind": None},
        ),
        *more.pop("events", ()),
    ]
    if trained is not None:
        events.append(MemberEvent(on(trained, id=f"{code}-trained"), "trained", passed=True))
    return MemberFact(code, tuple(events), **more)


MEMBERS = {
    "doctor": member("doctor", "doctor"),
    "clerk": member("clerk", "clerk"),
    "consumer": member("consumer", "consumer", trained=None),
}


def bought(day: int = 0, *, id: str = "p1", quantity: int = 3, **more: Any) -> PurchaseFact:
    """A purchase of some units on a day."""
    moment = more.pop("moment", None) or on(day, id=f"{id}-made", actor="seller")
    price_fen = more.pop("unit_price_fen", 69_300)
    return PurchaseFact(id, "card-1", moment, "four-box", quantity, price_fen, **more)


def referred(by: str, day: int = -10, *, id: str = "r1", **more: Any) -> ReferralFact:
    """A referral by a member on a day."""
    moment = more.pop("moment", None) or on(day, id=f"{id}-made", actor="scribe", **more)
    return ReferralFact(id, "card-1", by, moment)


def returned(quantity: int, day: int = 5, *, purchase: str = "p1", id: str = "b1") -> ReturnFact:
    """Some units of a purchase came back."""
    return ReturnFact(id, purchase, on(day, id=f"{id}-made"), quantity)


def verdict(
    kind: Any,
    by: str,
    day: int = 40,
    *,
    amount_fen: int = 6_000,
    purchase: str = "p1",
    policy: str = "default",
    actor: str = "chief",
    id: str = "",
    named: str | None = None,
) -> VerdictFact:
    """A word or payment on the reward of a purchase for a member."""
    moment = on(day, id=id or f"{kind}-{purchase}-{by}-{day}", actor=actor)
    named = reward_id(purchase, by, policy) if named is None else named
    return VerdictFact(kind, named, purchase, by, amount_fen, moment)


def rule(kind: str = "clerk", **changed: Any) -> PolicyRule:
    """A rule that allows 1,000 fen a unit without a hold, but for what is said."""
    given: dict[str, Any] = {
        "member_kind": kind,
        "mode": "ALLOWED",
        "basis": "per_unit",
        "amount_fen": 1_000,
        "window_days": 90,
        "which": "last",
        "hold_days": 0,
        "training_required": False,
    }
    return PolicyRule(**{**given, **changed})


def policy(*rules: PolicyRule, code: str = "trial", effective_from: int = -400) -> PolicyFact:
    """A published policy."""
    return PolicyFact(code, day_of(effective_from), rules, (effective_from, 0, "test", code))


def person(*facts: Any, patient: Patient = PATIENT) -> PersonFacts:
    """A person with facts of any kind."""

    def of(kind: type) -> tuple[Any, ...]:
        return tuple(fact for fact in facts if isinstance(fact, kind))

    voided = tuple(f for f in facts if type(f).__name__ == "VoidedPurchase")
    return PersonFacts(
        patient, of(PurchaseFact), of(ReferralFact), of(ReturnFact), of(VerdictFact), voided
    )


def judged(
    *facts: Any,
    members: Mapping[str, MemberFact] = MEMBERS,
    policies: tuple[PolicyFact, ...] = (),
    reached: int | None = 400,
    patient: Patient = PATIENT,
) -> Judgement:
    """The judgement of one person's facts."""
    reached_day = None if reached is None else day_of(reached)
    return judge([person(*facts, patient=patient)], members, policies, reached_day)


def only(judgement: Judgement) -> Reward:
    """The one reward of a judgement."""
    (reward,) = judgement.rewards
    return reward


def books(judgement: Judgement) -> dict[str, int]:
    """The balances of the one reward that has any, by the last part of each account."""
    if not judgement.balances:
        return {}
    (balances,) = judgement.balances.values()
    return {account.rpartition(":")[2]: fen for account, fen in balances.items()}
