"""Reads rewards and the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from crm.components.as_of import effective_up_to, whole_past
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.ledger.tables import LEDGER_ENTRY, REWARD
from crm.rewards.judgement import judge_claims
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class RewardRow:
    """One reward as it stands."""

    reward_id: str
    member: str
    purchase_id: str
    referral_id: str | None
    amount_fen: int
    mode: str | None
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One entry and the event that caused it."""

    entry_id: str
    account: str
    reward_id: str
    amount_fen: int
    reason: str
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class RewardSum:
    """The rewards of one state together."""

    state: str
    count: int
    amount_fen: int


def rewards_now(scope: Scope, connection: Connection) -> Iterator[RewardRow]:
    """Every reward, by id."""
    _only_company(scope)
    for row in connection.execute(_rewards()):
        yield RewardRow(*row)


def reward_sums(scope: Scope, connection: Connection) -> list[RewardSum]:
    """How many of each state, and how much; by state."""
    _only_company(scope)
    sums = func.count(), func.sum(REWARD.c.amount_fen)
    query = select(REWARD.c.state, *sums).group_by(REWARD.c.state).order_by(REWARD.c.state)
    return [RewardSum(state, count, int(fen)) for state, count, fen in connection.execute(query)]


def rewards_in_state(
    scope: Scope, connection: Connection, state: str, limit: int, offset: int
) -> list[RewardRow]:
    """One page of the rewards of a state, by id."""
    _only_company(scope)
    query = _rewards().where(REWARD.c.state == state).limit(limit).offset(offset)
    return [RewardRow(*row) for row in connection.execute(query)]


def _rewards() -> Select[Any]:
    return select(
        REWARD.c.reward_id,
        REWARD.c.member,
        REWARD.c.purchase_id,
        REWARD.c.referral_id,
        REWARD.c.amount_fen,
        REWARD.c.mode,
        REWARD.c.state,
        REWARD.c.reason,
    ).order_by(REWARD.c.reward_id, REWARD.c.member)


def rewards_then(
    scope: Scope, connection: Connection, keyring: Keyring, at_us: int
) -> Iterator[RewardRow]:
    """Every reward as of an instant."""
    _only_company(scope)
    past = whole_past(connection, keyring, at_us, effective_up_to(at_us))
    for reward in judge_claims(past.claims).rewards:
        yield RewardRow(
            reward.reward_id,
            reward.member,
            reward.purchase_id,
            reward.referral_id,
            reward.amount_fen,
            reward.mode,
            reward.state,
            reward.reason,
        )


def ledger(scope: Scope, connection: Connection) -> Iterator[LedgerRow]:
    """Every entry in the order in which it was made."""
    _only_company(scope)
    query = (
        select(
            LEDGER_ENTRY.c.entry_id,
            LEDGER_ENTRY.c.account,
            LEDGER_ENTRY.c.reward_id,
            LEDGER_ENTRY.c.amount_fen,
            LEDGER_ENTRY.c.reason,
            JOURNAL.c.source,
            JOURNAL.c.id,
        )
        .join(JOURNAL, JOURNAL.c.position == LEDGER_ENTRY.c.position)
        .order_by(LEDGER_ENTRY.c.number)
    )
    for row in connection.execute(query):
        yield LedgerRow(*row)


def _only_company(scope: Scope) -> None:
    scope.require("money", "rewards are the company's")
