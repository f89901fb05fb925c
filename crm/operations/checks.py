"""Every law that can be checked on the data of a running installation.

Each check recomputes what is stored from the journal by the pure evaluation, all cards together
instead of component by component, or adds up what must add up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select

from campaigns.times import DAY_US, day_end_us, day_start_us
from crm.components.as_of import Past, past_and_present
from crm.components.evaluation import Evaluation
from crm.copies.change_log import is_quiet, told_rows
from crm.copies.digest import digest
from crm.copies.keys import row_keys
from crm.copies.projection import rows_of_copies
from crm.copies.queries import copy_now
from crm.copies.tables import COPY_ROW
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.journal.progress import Progress, load_progress
from crm.keyring.keyring import Keyring
from crm.ledger.tables import BALANCE, LEDGER_ENTRY, REWARD
from crm.outcomes.projection import outcome_rows
from crm.outcomes.tables import OUTCOME
from crm.people.projection import card_rows, link_rows, person_rows
from crm.people.tables import CARD, LINK, PERSON
from crm.rewards.judgement import judge_claims
from crm.scope import HEADQUARTERS_SCOPE


@dataclass(frozen=True, slots=True)
class Check:
    """One law, whether it holds, and what was counted."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class _Case:
    """What the checks look at."""

    connection: Connection
    keyring: Keyring
    progress: Progress
    past: Past
    known: Evaluation


def run_checks(connection: Connection, keyring: Keyring) -> Iterator[Check]:
    """Every law, one after the other."""
    progress = load_progress(connection, "embedded")
    day = progress.days_to or progress.first_day
    at_us = day_end_us(day) - 1 if day else 0
    past, known = past_and_present(connection, keyring, at_us, lambda event: True)
    case = _Case(connection, keyring, progress, past, known)
    for name, law in LAWS.items():
        ok, detail = law(case)
        yield Check(name, ok, detail)


def _one_outcome_each(case: _Case) -> tuple[bool, str]:
    query = select(func.count()).where(JOURNAL.c.position <= case.progress.position)
    events = case.connection.execute(query).scalar_one()
    outcomes = _count(case.connection, OUTCOME)
    failed = _count(case.connection, DEAD_LETTER)
    return events == outcomes + failed, f"{events} events, {outcomes} outcomes, {failed} failed"


def _nothing_failed(case: _Case) -> tuple[bool, str]:
    failed = _count(case.connection, DEAD_LETTER)
    return failed == 0, f"{failed} dead letters"


def _days_without_gap(case: _Case) -> tuple[bool, str]:
    first, since, to = case.progress.first_day, case.progress.days_from, case.progress.days_to
    if first is None:
        return True, "no event yet"
    if since is None or to is None:
        return False, f"first event {first}, no day reached"
    days = (day_start_us(to) - day_start_us(since)) // DAY_US + 1
    # One that was taken back and came again is still one day.
    standing = select(func.count()).join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
    is_day = JOURNAL.c.type == "day.reached", OUTCOME.c.outcome == "recorded"
    journaled = case.connection.execute(standing.where(*is_day)).scalar_one()
    return since <= first and days == journaled, f"{since} to {to}, {journaled} days journaled"


def _outcomes_recomputed(case: _Case) -> tuple[bool, str]:
    judged = [(case.known.events, case.known.outcomes), *case.past.shared_outcomes()]
    wanted = {
        row["position"]: row
        for events, outcomes in judged
        for row in outcome_rows(events, outcomes)
    }
    stored = {row.position: dict(row._mapping) for row in _all(case.connection, OUTCOME)}
    wrong = sum(stored.get(place) != wanted.get(place) for place in {*stored, *wanted})
    return wrong == 0, f"{len(wanted)} recomputed, {wrong} differ"


def _people_recomputed(case: _Case) -> tuple[bool, str]:
    pairs = (
        (CARD, "card_id", card_rows),
        (LINK, "card_id", link_rows),
        (PERSON, "person_id", person_rows),
    )
    counts = []
    wrong = 0
    for table, key, rows in pairs:
        wanted = {row[key]: row for row in rows(case.known)}
        stored = {row._mapping[key]: dict(row._mapping) for row in _all(case.connection, table)}
        wrong += len([name for name in {*wanted, *stored} if wanted.get(name) != stored.get(name)])
        counts.append(f"{len(stored)} {table.name}s")
    return wrong == 0, f"{', '.join(counts)}, {wrong} differ"


def _copies_recomputed(case: _Case) -> tuple[bool, str]:
    row_key = row_keys(case.keyring.secret("copies"))
    wanted: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of_copies(case.known, row_key):
        wanted.setdefault(row.dealer, []).append(row.content)
    stored_dealers = select(COPY_ROW.c.dealer).distinct()
    dealers = {*wanted, *case.connection.execute(stored_dealers).scalars()}
    unequal = [
        dealer
        for dealer in sorted(dealers)
        if digest(wanted.get(dealer, []))
        != digest(row.content for row in copy_now(HEADQUARTERS_SCOPE, case.connection, dealer))
    ]
    rows = _count(case.connection, COPY_ROW)
    return not unequal, f"{rows} rows of {len(dealers)} dealers, unequal: {unequal or 'none'}"


def _dealers_told(case: _Case) -> tuple[bool, str]:
    if is_quiet(case.connection):
        return True, "the copies are being rebuilt"
    told, wrong = told_rows(case.connection, case.keyring)
    return wrong == 0, f"{told} rows told, {wrong} differ"


def _rewards_recomputed(case: _Case) -> tuple[bool, str]:
    judgement = judge_claims(case.known.claims)
    wanted = {
        (reward.reward_id, reward.member): (reward.state, reward.amount_fen, reward.reason)
        for reward in judgement.rewards
    }
    stored = {
        (row.reward_id, row.member): (row.state, row.amount_fen, row.reason)
        for row in _all(case.connection, REWARD)
    }
    wrong = sum(stored.get(key) != wanted.get(key) for key in {*wanted, *stored})
    return wrong == 0, f"{len(stored)} rewards, {wrong} differ"


def _ledger_sums_to_zero(case: _Case) -> tuple[bool, str]:
    query = select(func.sum(LEDGER_ENTRY.c.amount_fen), func.count())
    total, entries = case.connection.execute(query).one()
    per_reward = (
        select(LEDGER_ENTRY.c.reward_id)
        .group_by(LEDGER_ENTRY.c.reward_id)
        .having(func.sum(LEDGER_ENTRY.c.amount_fen) != 0)
    )
    unbalanced = len(case.connection.execute(per_reward).all())
    ok = (total or 0) == 0 and unbalanced == 0
    return ok, f"{entries} entries sum to {total or 0} fen, {unbalanced} rewards unbalanced"


def _balances_have_entries(case: _Case) -> tuple[bool, str]:
    booked = _sums(case.connection, LEDGER_ENTRY)
    stored = _sums(case.connection, BALANCE)
    wrong = sum(booked.get(key) != stored.get(key) for key in {*booked, *stored})
    return wrong == 0, f"{len(stored)} balances, {wrong} without their entries"


def _erased_is_gone(case: _Case) -> tuple[bool, str]:
    query = select(JOURNAL.c.subject).where(JOURNAL.c.type == "card.erased").distinct()
    homes = set(case.connection.execute(query).scalars())
    unfenced = homes - case.keyring.is_fenced(homes)
    keys = [name for name, key in case.keyring.keys(homes, create=False).items() if key]
    named = case.connection.execute(
        select(func.count()).where(CARD.c.erased, CARD.c.name.is_not(None))
    ).scalar_one()
    files = sum(case.keyring.has_files(home) for home in homes)
    ok = not unfenced and not keys and named == 0 and files == 0
    return ok, f"{len(homes)} erased, {len(unfenced)} without a fence, {named} still named"


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _all(connection: Connection, table: Table) -> Any:
    return connection.execute(select(table))


def _sums(connection: Connection, table: Table) -> Mapping[tuple[str, str], int]:
    columns = (table.c.reward_id, table.c.account)
    total = func.sum(table.c.amount_fen)
    query = select(*columns, total).group_by(*columns).having(total != 0)
    return {(reward, account): int(fen) for reward, account, fen in connection.execute(query)}


LAWS: dict[str, Callable[[_Case], tuple[bool, str]]] = {
    "every recorded event has one outcome": _one_outcome_each,
    "nothing lies in the dead letters": _nothing_failed,
    "every day since the first event was reached": _days_without_gap,
    "outcomes follow from the events": _outcomes_recomputed,
    "cards, links and people follow from the events": _people_recomputed,
    "every dealer's copy holds what it must, and no more": _copies_recomputed,
    "what dealers were told is what their copies hold": _dealers_told,
    "rewards follow from the events": _rewards_recomputed,
    "the ledger sums to zero": _ledger_sums_to_zero,
    "every balance has its entries": _balances_have_entries,
    "what was erased is gone": _erased_is_gone,
}
