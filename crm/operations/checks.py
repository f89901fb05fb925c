"""Every law that can be checked on the data of a running installation.

Each check looks at what was computed once more from the journal (recomputing.py), or adds up what
must add up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select

from campaigns.times import DAY_US, day_end_us, day_start_us
from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import Sentence
from crm.components.index import TIE
from crm.copies.change_log import copy_differences, is_quiet
from crm.copies.tables import COPY_ROW
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.journal.progress import Progress, load_progress
from crm.keyring.keyring import Keyring
from crm.ledger.tables import BALANCE, LEDGER_ENTRY, REWARD
from crm.operations.recomputing import Recomputed, Report, recompute
from crm.outcomes.tables import OUTCOME
from crm.people.tables import CARD, LINK, PERSON
from crm.recording.unfinished import refuse_unfinished
from crm.rewards.judgement import judge_claims

_Found = tuple[bool, Sentence]
"""Whether the law holds, and what was counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One law, whether it holds, and what was counted."""

    name: str
    """A code, in English."""
    law: str
    """The law in words, to be translated."""
    ok: bool
    detail: Sentence


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
    """Every law, one after the other; `report` hears how many cards and rewards were looked at.

    Raises RecordingUnfinished.
    """
    refuse_unfinished(connection)
    progress = load_progress(connection, "embedded")
    day = progress.days_to or progress.first_day
    at_us = day_end_us(day) - 1 if day else 0
    case = _Case(connection, keyring, progress, recompute(connection, keyring, at_us, report))
    for name, (law, holds) in LAWS.items():
        ok, detail = holds(case)
        yield Check(name, law, ok, detail)


def _one_outcome_each(case: _Case) -> _Found:
    query = select(func.count()).where(JOURNAL.c.position <= case.progress.position)
    events = case.connection.execute(query).scalar_one()
    outcomes = _count(case.connection, OUTCOME)
    failed = _count(case.connection, DEAD_LETTER)
    counts = {"events": events, "outcomes": outcomes, "failed": failed}
    return events == outcomes + failed, Sentence(
        N_("{events} 条事件，{outcomes} 个结果，{failed} 条故障"), counts
    )


def _nothing_failed(case: _Case) -> _Found:
    failed = _count(case.connection, DEAD_LETTER)
    return failed == 0, Sentence(N_("{failed} 条故障"), {"failed": failed})


def _days_without_gap(case: _Case) -> _Found:
    first, since, to = case.progress.first_day, case.progress.days_from, case.progress.days_to
    if first is None:
        return True, Sentence(N_("还没有事件"))
    if since is None or to is None:
        return False, Sentence(N_("第一条事件在 {first}，还没有一天到过"), {"first": first})
    days = (day_start_us(to) - day_start_us(since)) // DAY_US + 1
    # One that was taken back and came again is still one day.
    standing = select(func.count()).join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
    is_day = JOURNAL.c.type == "day.reached", OUTCOME.c.outcome == "recorded"
    journaled = case.connection.execute(standing.where(*is_day)).scalar_one()
    counts = {"since": since, "to": to, "days": journaled}
    return since <= first and days == journaled, Sentence(
        N_("{since} 至 {to}，日志里有 {days} 天"), counts
    )


def _components_recomputed(case: _Case) -> _Found:
    return _recomputed(case, TIE)


def _recomputed(case: _Case, table: Table) -> _Found:
    counts = {"count": case.again.rows[table], "wrong": case.again.wrong[table]}
    return counts["wrong"] == 0, Sentence(N_("重算 {count} 条，{wrong} 条不同"), counts)


def _outcomes_recomputed(case: _Case) -> _Found:
    return _recomputed(case, OUTCOME)


def _people_recomputed(case: _Case) -> _Found:
    tables = (CARD, LINK, PERSON)
    counts = {f"{table.name}s": _count(case.connection, table) for table in tables}
    wrong = sum(case.again.wrong[table] for table in tables)
    return wrong == 0, Sentence(
        N_("{cards} 张卡，{links} 个归属，{persons} 人，{wrong} 处不同"), counts | {"wrong": wrong}
    )


def _copies_recomputed(case: _Case) -> _Found:
    rows, unequal = _count(case.connection, COPY_ROW), sorted(case.again.unequal_dealers)
    ok = case.again.wrong[COPY_ROW] == 0
    counts = {"rows": rows, "dealers": len(case.again.dealers)}
    if not unequal:
        return ok, Sentence(N_("{dealers} 个经销商共 {rows} 行，都相等"), counts)
    return ok, Sentence(
        N_("{dealers} 个经销商共 {rows} 行，不相等的：{unequal}"), counts | {"unequal": unequal}
    )


def _dealers_told(case: _Case) -> _Found:
    if is_quiet(case.connection):
        return True, Sentence(N_("副本正在重建"))
    rows, wrong = copy_differences(case.connection, case.keyring)
    return wrong == 0, Sentence(
        N_("告诉过 {count} 行，{wrong} 行不同"), {"count": rows, "wrong": wrong}
    )


def _rewards_recomputed(case: _Case) -> _Found:
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
    return wrong == 0, Sentence(
        N_("{count} 份奖励，{wrong} 份不同"), {"count": len(stored), "wrong": wrong}
    )


def _ledger_sums_to_zero(case: _Case) -> _Found:
    query = select(func.sum(LEDGER_ENTRY.c.amount_fen), func.count())
    total, entries = case.connection.execute(query).one()
    per_reward = (
        select(LEDGER_ENTRY.c.reward_id)
        .group_by(LEDGER_ENTRY.c.reward_id)
        .having(func.sum(LEDGER_ENTRY.c.amount_fen) != 0)
    )
    unbalanced = len(case.connection.execute(per_reward).all())
    ok = (total or 0) == 0 and unbalanced == 0
    counts = {"entries": entries, "total": total or 0, "unbalanced": unbalanced}
    return ok, Sentence(N_("{entries} 行合计 {total} 分，{unbalanced} 份奖励不平"), counts)


def _balances_have_entries(case: _Case) -> _Found:
    booked = _sums(case.connection, LEDGER_ENTRY)
    stored = _sums(case.connection, BALANCE)
    wrong = sum(booked.get(key) != stored.get(key) for key in {*booked, *stored})
    return wrong == 0, Sentence(
        N_("{count} 个余额，{wrong} 个无账可查"), {"count": len(stored), "wrong": wrong}
    )


def _erased_is_gone(case: _Case) -> _Found:
    query = select(JOURNAL.c.subject).where(JOURNAL.c.type == "card.erased").distinct()
    subjects = set(case.connection.execute(query).scalars())
    unfenced = subjects - case.keyring.is_fenced(subjects)
    keys = [name for name, key in case.keyring.data_keys(subjects, create=False).items() if key]
    named = case.connection.execute(
        select(func.count()).where(CARD.c.erased, CARD.c.name.is_not(None))
    ).scalar_one()
    files = sum(case.keyring.has_files(subject) for subject in subjects)
    ok = not unfenced and not keys and named == 0 and files == 0
    counts = {"cards": len(subjects), "unfenced": len(unfenced), "named": named}
    return ok, Sentence(N_("删除 {cards} 张卡，{unfenced} 张没有封存，{named} 张还有姓名"), counts)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _all(connection: Connection, table: Table) -> Any:
    return connection.execute(select(table))


def _sums(connection: Connection, table: Table) -> Mapping[tuple[str, str], int]:
    columns = (table.c.reward_id, table.c.account)
    total = func.sum(table.c.amount_fen)
    query = select(*columns, total).group_by(*columns).having(total != 0)
    return {(reward, account): int(fen) for reward, account, fen in connection.execute(query)}


LAWS: dict[str, tuple[str, Callable[[_Case], _Found]]] = {
    "every recorded event has one outcome": (N_("每条入档的事件恰有一个结果"), _one_outcome_each),
    "nothing lies in the dead letters": (N_("没有入档故障的事件"), _nothing_failed),
    "every day since the first event was reached": (
        N_("从第一条事件起，每一天都到过"),
        _days_without_gap,
    ),
    "components follow from the events": (N_("归在一起的卡由事件推出"), _components_recomputed),
    "outcomes follow from the events": (N_("结果都由事件推出"), _outcomes_recomputed),
    "cards, links and people follow from the events": (
        N_("卡、卡与人、人都由事件推出"),
        _people_recomputed,
    ),
    "every dealer's copy holds what it must, and no more": (
        N_("每个经销商的副本不多也不少"),
        _copies_recomputed,
    ),
    "what dealers were told is what their copies hold": (
        N_("告诉经销商的就是副本里有的"),
        _dealers_told,
    ),
    "rewards follow from the events": (N_("奖励都由事件推出"), _rewards_recomputed),
    "the ledger sums to zero": (N_("账的总和为零"), _ledger_sums_to_zero),
    "every balance has its entries": (N_("每个余额都有账可查"), _balances_have_entries),
    "what was erased is gone": (N_("删除的确已不在"), _erased_is_gone),
}
