"""What the written rules say of a set of events, beside what an installation has stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from campaigns.ids import reward_id
from campaigns.times import DAY_US, day_end_us, shanghai_day
from crm.copies.row_keys import row_keys
from tests.installations import Installation, Snapshot
from tests.naive_facts import (
    activities,
    contracts,
    identity_cards,
    member_facts,
    pair_decisions,
    person_facts,
    policy_facts,
    shared_cards,
)
from tests.naive_history import History
from tests.unit.crm.copies.naive_copies import naive_copy
from tests.unit.crm.identity.naive_people import NaivePeople
from tests.unit.crm.rewards.naive_rewards import naive_judgement
from tests.worlds import CLOCK_US, DEALERS, POLICIES, Sent

CLOCK_SOURCE = "/jinxi/clock"

Outcomes = dict[tuple[str, str], tuple[str, str | None, str | None, str]]
"""Identity → outcome, reason, what is waited for, marks."""


@dataclass(frozen=True)
class Expected:
    """Everything that the oracles say of events, once every day up to that of the clock came."""

    outcomes: Outcomes
    people: dict[str, str]
    households: dict[str, str]
    copies: dict[str, list[tuple[tuple[str, ...], bytes]]]
    rewards: dict[str, tuple[Any, ...]]
    balances: set[tuple[str, str, int]]


def reached_days(sent: Sequence[Sent], at_us: int = CLOCK_US) -> frozenset[date]:
    """From the first event's day, no more than a year before it came, to the day of the clock."""
    today = shanghai_day(at_us)
    year_us = 366 * DAY_US
    asked = (max(each.starts_us, each.received_us - year_us) for each in sent)
    first = min(map(shanghai_day, asked), default=today)
    return frozenset(first + timedelta(days=n) for n in range((today - first).days + 1))


def expected(sent: Sequence[Sent], installation: Installation, at_us: int = CLOCK_US) -> Expected:
    """By the letter of the rules; the installation lends only the key of the copies' rows."""
    today = shanghai_day(at_us)
    history = History(sent, reached_days(sent, at_us))
    who = NaivePeople(identity_cards(history), pair_decisions(history))
    facts = person_facts(history, who.groups)
    rows, refused, marks, books = naive_judgement(
        facts, member_facts(history), policy_facts(history), today
    )
    outcomes: Outcomes = {}
    for event in history.events:
        found = history.verdicts[event.key]
        if event.key in refused:
            found = ("rejected", "not_allowed", None)
        marked = ["compliance_breach"] if history.breaches(event) else marks.get(event.key, ())
        outcomes[event.key] = (*found, ",".join(sorted(marked)))
    return Expected(
        outcomes,
        who.person_of(),
        who.household_of(),
        copies_of(history, who.groups, installation, day_end_us(today) - 1),
        {
            key: (row[1], *row[2:9], ",".join(sorted(row[9])))
            for key, row in rows.items()
            if key not in ambiguous(history)
        },
        {(account, key, fen) for key, held in books.items() for account, fen in held.items()},
    )


def ambiguous(history: History) -> set[str]:
    """Ids of rewards under which a payment for something else was written."""
    names = ("default", "unheard", *POLICIES)
    return {
        event.data["reward_id"]
        for event in history.counted("reward.paid")
        if event.data["reward_id"]
        not in {reward_id(event.data["purchase_id"], event.data["member"], name) for name in names}
    }


def copies_of(
    history: History,
    people: Sequence[set[str]],
    installation: Installation,
    at_us: int,
    dealers: Sequence[str] = DEALERS,
) -> dict[str, list[tuple[tuple[str, ...], bytes]]]:
    cards = shared_cards(history)
    persons = [[cards[name] for name in group] for group in people]
    key = row_keys(installation.keyring.secret("copies"))
    return {
        dealer: sorted(
            (contributing, orjson.dumps(row, option=orjson.OPT_SORT_KEYS))
            for contributing, row in naive_copy(
                dealer, persons, contracts(history), activities(history), at_us, key
            )
        )
        for dealer in dealers
    }


def stored(snapshot: Snapshot) -> Expected:
    """The same of what an installation has stored."""
    return Expected(
        {row[0]: row[2:6] for row in snapshot["outcome"] if row[0][0] != CLOCK_SOURCE},
        {row[0]: row[2] for row in snapshot["link"]},
        {row[0]: row[1] for row in snapshot["person"]},
        {
            dealer: sorted(
                (tuple(orjson.loads(row[3])), row[4])
                for row in snapshot["copy_row"]
                if row[0] == dealer
            )
            for dealer in DEALERS
        },
        # What a reward rests on stands beside: it is told elsewhere, and judged by nothing.
        {row[0]: (row[1], *row[4:12]) for row in snapshot["reward"]},
        {tuple(row) for row in snapshot["ledger balances"]},
    )


def assert_as_written(sent: Sequence[Sent], installation: Installation) -> None:
    """What is stored is what the rules say, in both directions."""
    wanted, found = expected(sent, installation), stored(installation.snapshot())
    erring = ambiguous(History(sent, reached_days(sent)))
    for name in Expected.__annotations__:
        should, does = getattr(wanted, name), getattr(found, name)
        if name == "rewards":
            does = {key: row for key, row in does.items() if key in should or key not in erring}
        assert does == should, (name, _difference(should, does))


def _difference(should: Any, does: Any) -> Any:
    """The entries in which the two differ: (as written, as stored)."""
    if isinstance(should, dict):
        keys = [key for key in {*should, *does} if should.get(key) != does.get(key)]
        return {key: (should.get(key), does.get(key)) for key in keys}
    return should - does, does - should
