"""Postings a second of the ledger, next to what SQLite alone takes, and next to `beancount`.

`python -m tests.bench.ledger [--rewards N]`: rewards of one policy are judged and booked in memory,
as the recording does it, from claims to entries; the same entries are written by SQLite alone, one
transaction; and, where `beancount` is installed, checked by it from the text that a bookkeeper
would hand it. Processor time, the least of several runs; the ways take turns, since a machine may
be slower a minute later. Nothing is installed for it; what is missing is named.
"""

import argparse
import importlib
import sqlite3
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from random import Random
from time import process_time
from types import ModuleType
from typing import Any

from campaigns.events.rewards import PolicyRule
from campaigns.ids import reward_id
from campaigns.times import SECOND_US, day_start_us
from crm.rewards.attribution import Membership
from crm.rewards.claims import Bench, Claim, claims_of
from crm.rewards.facts import (
    Moment,
    Patient,
    PersonFacts,
    PolicyFact,
    PurchaseFact,
    ReferralFact,
    VerdictFact,
)
from crm.rewards.judgement import judge_claims
from crm.rewards.policy import timetable
from crm.rewards.postings import Entry, entries

FIRST_DAY = date(2026, 1, 1)
MEMBERS = 200
RUNS = 5
_RULE = PolicyRule(
    member_kind="clerk",
    mode="ALLOWED",
    basis="per_unit",
    amount_fen=2_000,
    window_days=90,
    which="last",
    hold_days=0,
    training_required=False,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One way: how many postings, and how many seconds of a processor they took."""

    name: str
    postings: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Postings a second."""
        return self.postings / self.seconds


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rewards", type=int, default=10_000)
    asked = parser.parse_args()
    persons, bench = made(asked.rewards)
    booked = book(persons, bench)
    ways: dict[str, Callable[[], object]] = {
        "jinxi: judged and booked": lambda: book(persons, bench),
        "SQLite: the same rows, one transaction": lambda: floor(booked),
    }
    peer = _peer()
    if peer is None:
        print("beancount: not installed, so nothing stands beside it", file=sys.stderr)
    else:
        text = as_text(booked)
        ways["beancount: the same entries checked"] = lambda: peer(text)
    ours, *others = in_turn(ways, len(booked))
    print(f"{ours.name:42} {ours.postings:>9,} {ours.per_second:>12,.0f}/s")
    for each in others:
        times = ours.per_second / each.per_second
        print(
            f"{each.name:42} {each.postings:>9,} {each.per_second:>12,.0f}/s, jinxi {times:.2f} x"
        )


def made(rewards: int, seed: int = 7) -> tuple[list[PersonFacts], Bench]:
    """So many patients who were referred, bought, and whose member was paid."""
    random = Random(seed)
    persons = []
    for number in range(rewards):
        member, day = f"M{random.randrange(MEMBERS)}", random.randrange(300)
        bought = PurchaseFact(f"P{number}", f"C{number}", _moment(day, f"b{number}"), "x", 2, 100)
        referral = ReferralFact(f"R{number}", f"C{number}", member, _moment(day - 1, f"r{number}"))
        named = reward_id(bought.purchase_id, member, "bench")
        told = _moment(day + 5, f"v{number}")
        word = VerdictFact("paid", named, bought.purchase_id, member, 4_000, told)
        patient = Patient(frozenset({f"C{number}"}), frozenset())
        persons.append(PersonFacts(patient, (bought,), (referral,), (), (word,)))
    fact = PolicyFact("bench", FIRST_DAY - timedelta(400), (_RULE,), (1, 0, "b", "p"))
    known = {f"M{n}": _membership(f"M{n}") for n in range(MEMBERS)}
    return persons, Bench(known, timetable([fact]), FIRST_DAY + timedelta(400))


def _moment(day: int, name: str) -> Moment:
    at_us = day_start_us(FIRST_DAY) + (day * 86_400 + 36_000) * SECOND_US
    return Moment((at_us, 0, "bench", name), False, at_us, "desk")


def _membership(code: str) -> Membership:
    values = {"kind": "clerk", "institution_kind": None}
    return Membership(code, _moment(-200, code), values, (), None, None, frozenset(), None)


def book(persons: list[PersonFacts], bench: Bench) -> list[Entry]:
    """Claims, balances and entries, as the recording makes them of each event."""
    booked: list[Entry] = []
    for person in persons:
        claims: list[Claim] = claims_of(person, bench)[0]
        balances = judge_claims(claims).balances
        booked += entries("bench", person.purchases[0].purchase_id, {}, balances)
    return booked


def floor(booked: list[Entry]) -> None:
    """What the file takes, whoever reckons."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE e (id TEXT PRIMARY KEY, r TEXT, a TEXT, f INTEGER, w TEXT)")
    rows = [(e.entry_id, e.reward_id, e.account, e.amount_fen, e.reason) for e in booked]
    with connection:
        connection.executemany("INSERT INTO e VALUES (?, ?, ?, ?, ?)", rows)
    connection.close()


def as_text(booked: list[Entry]) -> str:
    """The entries as a bookkeeper writes them for beancount, two postings a transaction."""
    names = {entry.account: _account(entry.account) for entry in booked}
    opened = [f"2020-01-01 open {name} CNY" for name in sorted(set(names.values()))]
    lines = []
    for debit, credit in zip(booked[::2], booked[1::2], strict=True):
        lines.append(f'2026-06-01 * "{debit.reason}"')
        for side in (debit, credit):
            lines.append(f"  {names[side.account]}  {side.amount_fen / 100:.2f} CNY")
    return "\n".join([*opened, *lines, ""])


def _account(name: str) -> str:
    head, _, rest = name.partition(":")
    of_company = "Expenses" if rest.endswith("expense") else "Assets"
    root = of_company if head == "company" else "Liabilities"
    return f"{root}:{head.title()}:{rest.replace(':', '-').replace('_', '-').title()}"


def _peer() -> Callable[[str], Any] | None:
    try:
        loader: ModuleType = importlib.import_module("beancount.loader")
    except ImportError:
        return None

    def check(text: str) -> Any:
        found, errors, _ = loader.load_string(text)
        if errors:
            raise ValueError(errors[0])
        return found

    return check


def in_turn(ways: Mapping[str, Callable[[], object]], postings: int) -> list[Measured]:
    """Each way RUNS times, one after another."""
    least = dict.fromkeys(ways, inf)
    for _ in range(RUNS):
        for name, act in ways.items():
            begun = process_time()
            act()
            least[name] = min(least[name], process_time() - begun)
    return [Measured(name, postings, seconds) for name, seconds in least.items()]


if __name__ == "__main__":
    main()
