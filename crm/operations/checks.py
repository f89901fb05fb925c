"""Every law that can be checked on the data of a running installation.

Each check looks at what was computed once more from the journal (recomputing.py), or adds up what
must add up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select

from campaigns.times import DAY_US, day_end_us, day_start_us
from crm.components.index import TIE
from crm.copies.change_log import is_quiet, told_rows
from crm.copies.tables import COPY_ROW
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.journal.progress import Progress, load_progress
from crm.keyring.keyring import Keyring
from crm.ledger.tables import BALANCE, LEDGER_ENTRY, REWARD
from crm.operations.recomputing import Recomputed, Report, recompute
from crm.outcomes.tables import OUTCOME
from crm.people.tables import CARD, LINK, PERSON
from crm.rewards.judgement import judge_claims


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
    again: Recomputed


def run_checks(
    connection: Connection, keyring: Keyring, report: Report | None = None
) -> Iterator[Check]:
    """Every law, one after the other; `report` hears how many cards and rewards were looked at."""
    progress = load_progress(connection, "embedded")
    day = progress.days_to or progress.first_day
    at_us = day_end_us(day) - 1 if day else 0
    case = _Case(connection, keyring, progress, recompute(connection, keyring, at_us, report))
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


def _components_recomputed(case: _Case) -> tuple[bool, str]:
    wrong = case.again.wrong[TIE]
    return wrong == 0, f"{case.again.rows[TIE]} recomputed, {wrong} differ"


def _outcomes_recomputed(case: _Case) -> tuple[bool, str]:
    wrong = case.again.wrong[OUTCOME]
    return wrong == 0, f"{case.again.rows[OUTCOME]} recomputed, {wrong} differ"


def _people_recomputed(case: _Case) -> tuple[bool, str]:
    tables = (CARD, LINK, PERSON)
    counts = [f"{_count(case.connection, table)} {table.name}s" for table in tables]
    wrong = sum(case.again.wrong[table] for table in tables)
    return wrong == 0, f"{', '.join(counts)}, {wrong} differ"


def _copies_recomputed(case: _Case) -> tuple[bool, str]:
    rows, unequal = _count(case.connection, COPY_ROW), sorted(case.again.unequal_dealers)
    ok = case.again.wrong[COPY_ROW] == 0
    return ok, f"{rows} rows of {len(case.again.dealers)} dealers, unequal: {unequal or 'none'}"


def _dealers_told(case: _Case) -> tuple[bool, str]:
    if is_quiet(case.connection):
        return True, "the copies are being rebuilt"
    told, wrong = told_rows(case.connection, case.keyring)
    return wrong == 0, f"{told} rows told, {wrong} differ"


def _rewards_recomputed(case: _Case) -> tuple[bool, str]:
    judgement = judge_claims(case.again.claims)
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
    "components follow from the events": _components_recomputed,
    "outcomes follow from the events": _outcomes_recomputed,
    "cards, links and people follow from the events": _people_recomputed,
    "every dealer's copy holds what it must, and no more": _copies_recomputed,
    "what dealers were told is what their copies hold": _dealers_told,
    "rewards follow from the events": _rewards_recomputed,
    "the ledger sums to zero": _ledger_sums_to_zero,
    "every balance has its entries": _balances_have_entries,
    "what was erased is gone": _erased_is_gone,
}
