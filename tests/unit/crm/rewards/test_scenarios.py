"""Rewards told as stories: what happened, where each reward stands, what the ledger holds.

A line of tests/fixtures/rewards.txt is `story :: what happened :: rewards :: ledger`. Days count
from the day of the purchase, which is day 0 unless said; `@9` is an hour, without one the day
alone is known. Amounts are fen.

What happened, divided by `;`
    refer MEMBER DAY    buy DAY UNITS [price FEN] [region CODE]    return UNITS DAY
    approve|reject MEMBER DAY [by WHO]    pay MEMBER FEN DAY [by WHO]    reach DAY (400 unless said)
    `p2 …` speaks of a second purchase; `|` divides two patients who are two persons.
Rewards: `MEMBER STATE AMOUNT [reason] [marks…]`, in the order of purchases; none: nothing.
Ledger: the sum of each account over all rewards; accounts at zero are left out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from campaigns.events.rewards import Tier
from crm.rewards.facts import MemberEvent, MemberFact, Moment, Patient, PersonFacts, PolicyFact
from crm.rewards.judgement import judge
from tests.source_tree import ROOT
from tests.unit.crm.rewards.invented import (
    MEMBERS,
    bought,
    day_of,
    member,
    on,
    person,
    policy,
    referred,
    returned,
    rule,
    verdict,
)

FILE = ROOT / "tests" / "fixtures" / "rewards.txt"
PEOPLE: Mapping[str, MemberFact] = {
    **MEMBERS,
    "clerk2": member("clerk2", "clerk"),
    "untrained": member("untrained", "clerk", trained=None),
    "latetrained": member("latetrained", "clerk", trained=1),
    "sameday": member("sameday", "clerk", trained=0),
    "newcomer": member("newcomer", "clerk", enrolled=-3),
    "leaver": member("leaver", "clerk", events=[MemberEvent(on(-5, id="leaver-left"), "left")]),
    "promoted": member(
        "promoted",
        "consumer",
        events=[MemberEvent(on(-2, id="promoted-changed"), "changed", {"kind": "clerk"})],
    ),
    "family": member("family", "clerk", phones=frozenset({"+8613911110000"})),
    "patient": member("patient", "clerk", card_id="card-1"),
}
POLICIES: Mapping[str, tuple[PolicyFact, ...]] = {
    "shipped": (),
    "free": (policy(rule("clerk"), rule("doctor"), rule("consumer")),),
    "percent": (policy(rule("clerk", basis="percent", amount_fen=None, percent_bp=333)),),
    "purchase": (policy(rule("clerk", basis="per_purchase", amount_fen=1000)),),
    "first": (policy(rule("clerk", which="first")),),
    "forbidden": (policy(rule("clerk", mode="FORBIDDEN")),),
    "month": (policy(rule("clerk", cap_fen_month=2500)),),
    "year": (policy(rule("clerk", cap_fen_year=3500)),),
    "event": (policy(rule("clerk", cap_fen_event=1500)),),
    "tiers": (policy(rule("clerk", tiers=(Tier(from_units=4, amount_fen=2000),))),),
    "tiers+cap": (
        policy(rule("clerk", tiers=(Tier(from_units=4, amount_fen=2000),), cap_fen_month=6000)),
    ),
    "tiers%": (policy(rule("clerk", tiers=(Tier(from_units=3, percent_bp=333),))),),
    "firstbuy": (policy(rule("clerk", trigger="first_purchase")),),
    "repeat": (policy(rule("clerk", trigger="first_purchase"), rule("clerk", amount_fen=100)),),
    "region": (policy(rule("clerk", region="110000")),),
    "later": (policy(rule("clerk"), code="later", effective_from=10),),
    "window0": (policy(rule("clerk", window_days=0)),),
}


@dataclass
class _Told:
    """The facts of one patient, as they are read off a story."""

    policy: str
    facts: list[Any] = field(default_factory=list)

    def add(self, words: list[str]) -> None:
        purchase = words.pop(0) if words[0] == "p2" else "p1"
        verb, *rest = words
        named = dict(pairwise(rest))
        if verb == "refer":
            self._refer(purchase, rest, named)
        elif verb == "buy":
            more: dict[str, Any] = {name: name in rest for name in ("erased",)}
            more["compliance_breach"] = "breach" in rest
            if "price" in named:
                more["unit_price_fen"] = int(named["price"])
            moment = _moment(rest[0], id=f"{purchase}-made", actor="seller", received=0)
            more |= {"moment": moment, "region": named.get("region")}
            self.facts.append(bought(id=purchase, quantity=int(rest[1]), **more))
        elif verb == "return":
            number = f"b{len(self.facts)}"
            self.facts.append(returned(int(rest[0]), int(rest[1]), purchase=purchase, id=number))
        else:
            self._word(verb, purchase, rest, named)

    def _refer(self, purchase: str, rest: list[str], named: dict[str, str]) -> None:
        name = f"r{len(self.facts)}-{purchase}"
        received = float(named["late"]) if "late" in named else 0
        moment = _moment(rest[1], id=name, actor="scribe", received=received)
        self.facts.append(referred(rest[0], id=name, moment=moment))

    def _word(self, verb: str, purchase: str, rest: list[str], named: dict[str, str]) -> None:
        kinds = {"approve": "approved", "reject": "rejected", "pay": "paid"}
        day = int(rest[2] if verb == "pay" else rest[1])
        more = {"amount_fen": int(rest[1])} if verb == "pay" else {}
        actor = named.get("by") or {"pay": "cashier"}.get(verb, "chief")
        self.facts.append(
            verdict(
                kinds[verb],
                rest[0],
                day,
                purchase=purchase,
                policy=self.policy,
                actor=actor,
                id=f"{verb}{len(self.facts)}",
                **more,  # type: ignore[arg-type]
            )
        )


def _moment(word: str, **more: Any) -> Moment:
    """`-10` or `0@9`: a day, or an hour of it."""
    day, _, hour = word.partition("@")
    return on(int(day), hour=float(hour) if hour else None, **more)


def persons_of(story: str, code: str) -> Iterator[PersonFacts]:
    """The patients of a story, each a person."""
    for number, of_one in enumerate(story.split("|"), 1):
        told = _Told(code)
        for step in of_one.split(";"):
            words = step.split()
            if words and words[0] != "reach":
                told.add(words)
        phone = "+8613911110000" if number == 1 else "+8613922220000"
        patient = Patient(frozenset({f"card-{number}"}), frozenset({phone}))
        yield person(*told.facts, patient=patient)


def _lines() -> Iterator[Any]:
    name = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = line.removeprefix("## ")
        elif name and line:
            title, story, rewards, ledger = (*line.split("::"), "", "")[:4]
            told = title.strip(), story.strip(), rewards.strip(), ledger.strip()
            yield pytest.param(name, *told, id=f"{name}: {told[0]}")


LINES = list(_lines())


@pytest.mark.parametrize(("name", "title", "story", "rewards", "ledger"), LINES)
def test_a_story_ends_as_it_is_told(
    name: str, title: str, story: str, rewards: str, ledger: str
) -> None:
    policies = POLICIES[name]
    code = "default" if not policies or "buy 9" in story else policies[0].policy
    days = re.findall(r"reach (-?\d+)", story)
    reached = int(days[0]) if days else 400
    judged = judge(list(persons_of(story, code)), PEOPLE, policies, day_of(reached))
    found = sorted(judged.rewards, key=lambda each: each.purchase_id)
    assert [_row(each) for each in found] == [w.strip() for w in rewards.split(";") if w]
    assert _books(judged.balances) == ledger
    for balances in judged.balances.values():
        assert sum(balances.values()) == 0


def _row(reward: Any) -> str:
    reason = [reward.reason] if reward.reason else []
    return " ".join(
        [reward.member, reward.state, str(reward.amount_fen), *reason, *sorted(reward.marks)]
    )


def _books(balances: Mapping[str, Mapping[str, int]]) -> str:
    order = {"reward_expense": "expense", "bank": "bank", "held": "held"}
    order |= {"payable": "payable", "receivable": "receivable"}
    sums = dict.fromkeys(order, 0)
    for of_reward in balances.values():
        for account, fen in of_reward.items():
            sums[account.rpartition(":")[2]] += fen
    return " ".join(f"{order[account]} {fen}" for account, fen in sums.items() if fen)


def test_there_are_stories_enough() -> None:
    assert len(LINES) >= 60
