"""Random worlds of rewards: two persons, three members, facts so close that they collide.

A world is made from a seed that Hypothesis draws: thousands of them cost a second.
"""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from hypothesis import strategies as st

from campaigns.events.rewards import PolicyRule, Tier
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
    VoidedPurchase,
)
from tests.unit.crm.rewards.invented import FIRST_DAY, day_of, rule

CODES = ("a", "a", "b", "c")
PHONES = ("+8613911110000", "+8613911110001")
MODES = ("FORBIDDEN", "TRACK_ONLY", "HOLD_FOR_REVIEW", "NON_CASH", "ALLOWED", "ALLOWED")
FACTS = ("purchases", "referrals", "returns", "verdicts")


@dataclass(frozen=True)
class World:
    """Everything that a judgement takes."""

    persons: tuple[PersonFacts, ...]
    members: dict[str, MemberFact]
    policies: tuple[PolicyFact, ...]
    reached_day: date | None


def worlds() -> st.SearchStrategy[World]:
    """Worlds that can be judged."""
    return st.integers(0, 2**48).map(lambda seed: Maker(Random(seed)).world())


def wider_worlds() -> st.SearchStrategy[World]:
    """Worlds whose rules have triggers, tiers and caps of a purchase as well."""
    return st.integers(0, 2**48).map(lambda seed: Maker(Random(seed), with_more=True).world())


class Maker:
    """Makes one world."""

    def __init__(self, random: Random, *, with_more: bool = False) -> None:
        """With more: triggers, tiers and caps of a purchase, which the oracle does not know."""
        self.random = random
        self.with_more = with_more

    def pick(self, *choices: Any) -> Any:
        """One of the choices, each as likely."""
        return self.random.choice(choices)

    def once_in(self, times: int) -> bool:
        """True once in so many times."""
        return self.random.randrange(times) == 0

    def moment(self, id: str, first: int, last: int, *, actors: str = "uvwxyz") -> Moment:
        """A moment between two days, often known by its day only, now and then received late."""
        start_us = day_start_us(FIRST_DAY) + self.random.randint(first, last) * 86_400 * SECOND_US
        hour = self.pick(None, None, 9, 15)
        later_us = self.pick(0, 0, 0, 7, 8, 12) * 86_400 * SECOND_US
        order = (start_us + (hour or 0) * 3_600 * SECOND_US, self.pick(0, 0, 1), "test", id)
        return Moment(order, hour is None, start_us + later_us, self.pick(*actors))

    def world(self) -> World:
        """A world."""
        policies = tuple(self.policy(code) for code in self.pick("", "", "t", "ts"))
        return World(
            tuple(self.person(number, policies) for number in range(2)),
            {code: self.member(code) for code in "abc"},
            policies,
            self.pick(None, day_of(2), day_of(33), day_of(100), day_of(100)),
        )

    def member(self, code: str) -> MemberFact:
        """A member with some history; now and then one that was never enrolled."""
        events = []
        if not self.once_in(12):
            days = self.pick((-100, -50), (-100, -50), (-100, -50), (-2, 1))
            at = self.moment(f"{code}-enrolled", *days)
            events.append(MemberEvent(at, "enrolled", self.values()))
        if self.once_in(4):
            at = self.moment(f"{code}-changed", -5, 3)
            events.append(MemberEvent(at, "changed", self.values()))
        if not self.once_in(6):
            at = self.moment(f"{code}-trained", -50, 2)
            events.append(MemberEvent(at, "trained", passed=not self.once_in(6)))
        if self.once_in(6):
            events.append(MemberEvent(self.moment(f"{code}-left", -4, 3), "left"))
        phones = frozenset(PHONES[:1] if self.once_in(8) else ())
        return MemberFact(code, tuple(events), phones, "card-0" if self.once_in(10) else None)

    def values(self) -> dict[str, str | None]:
        """Kind and institution kind, the latter not always named."""
        values: dict[str, str | None] = {"kind": self.pick("doctor", "clerk", "clerk", "consumer")}
        values |= self.pick({}, {"institution_kind": self.pick("pharmacy", "none", None)})
        return values

    def policy(self, code: str) -> PolicyFact:
        """A published policy."""
        rules = tuple(self.rule() for _ in range(self.pick(1, 3, 5, 7)))
        day = self.random.randint(-5, 2)
        return PolicyFact(code, day_of(day), rules, (self.pick(0, 1), 0, "test", code))

    def rule(self) -> PolicyRule:
        """A rule of any shape."""
        return rule(
            self.pick("doctor", "clerk", "consumer"),
            institution_kind=self.pick(None, None, None, "pharmacy"),
            region=self.pick(None, None, None, "110000", "110100", "310115"),
            mode=self.pick(*MODES),
            basis=self.pick("per_unit", "percent", "per_purchase"),
            amount_fen=self.pick(0, 1_000, 1_999),
            percent_bp=self.pick(0, 333),
            trigger=self.pick(None, None, None, "first_purchase", "repeat_purchase")
            if self.with_more
            else None,
            tiers=self.tiers() if self.with_more else None,
            cap_fen_event=self.pick(None, None, 1_200) if self.with_more else None,
            cap_fen_month=self.pick(None, None, 1_500, 4_000),
            cap_fen_year=self.pick(None, None, 2_500, 5_000),
            window_days=self.pick(0, 2, 5, 10),
            which=self.pick("last", "last", "first"),
            hold_days=self.random.randint(0, 3),
            training_required=self.pick(True, False, False),
        )

    def tiers(self) -> tuple[Tier, ...] | None:
        """None, one or two tiers; an amount or a percentage."""
        starts = self.pick((), (), (2,), (3,), (2, 4))
        made = (
            Tier(from_units=start, **self.pick({"amount_fen": 700}, {"percent_bp": 250}))
            for start in starts
        )
        return tuple(made) or None

    def person(self, number: int, policies: tuple[PolicyFact, ...]) -> PersonFacts:
        """One person: purchases, referrals, returns, verdicts."""
        card_id, names = f"card-{number}", ["default", *(each.policy for each in policies)]
        referrals = tuple(
            ReferralFact(id, card_id, self.pick(*CODES), self.moment(id, -5, 1))
            for id in (f"r{number}{index}" for index in range(self.pick(0, 1, 2, 2, 3)))
        )
        purchases, returns, verdicts = [], [], []
        for id in (f"p{number}{index}" for index in range(self.pick(0, 1, 2, 3))):
            purchase = self.purchase(id, card_id)
            purchases.append(purchase)
            if self.once_in(3):
                back = self.random.randint(1, purchase.quantity)
                returns.append(ReturnFact(f"{id}-b", id, self.moment(f"{id}-b", 0, 6), back))
            named = [max(referrals, key=lambda r: r.moment.order).member] * 20 if referrals else []
            verdicts += self.verdicts(id, ("approved", "rejected", "paid", "paid"), named, names)
        voided = f"v{number}"
        if self.once_in(8):
            verdicts += self.verdicts(voided, ("paid",), [], names)
        return PersonFacts(
            Patient(frozenset({card_id}), frozenset({PHONES[number]})),
            tuple(purchases),
            referrals,
            tuple(returns),
            tuple(verdicts),
            (VoidedPurchase(voided),),
        )

    def purchase(self, id: str, card_id: str) -> PurchaseFact:
        """A purchase."""
        return PurchaseFact(
            id,
            card_id,
            self.moment(id, -1, 3),
            "four-box",
            self.pick(1, 2, 3),
            self.pick(0, 69_301),
            self.pick(None, "110105", "310115"),
            compliance_breach=self.once_in(12),
            erased=self.once_in(8),
        )

    def verdicts(
        self, purchase_id: str, kinds: tuple[Any, ...], named: list[str], policies: list[str]
    ) -> list[VerdictFact]:
        """Some verdicts on one purchase, each on the reward of a member under a policy."""
        given = []
        for index in range(self.pick(0, 0, 1, 2, 3)):
            member = self.pick(*named, *"abc")
            policy = self.pick("unheard", *policies * 8)
            given.append(
                VerdictFact(
                    self.pick(*kinds),
                    reward_id(purchase_id, member, policy),
                    purchase_id,
                    member,
                    self.pick(500, 1_000, 1_500, 2_000, 4_000, 5_000),
                    self.moment(f"{purchase_id}-verdict-{index}", 0, 40),
                )
            )
        return given
