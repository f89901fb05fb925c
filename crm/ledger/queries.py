"""Reads rewards and the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from crm.components.as_of import whole_past
from crm.components.event_filter import effective_up_to
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.ledger.rows import claim_in
from crm.ledger.tables import CLAIM, LEDGER_ENTRY, PAYMENT, REWARD
from crm.rewards.claims import Claim
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


def rewards_now(scope: Scope, connection: Connection) -> Iterator[RewardRow]:
    """Every reward, by id."""
    _only_company(scope)
    for row in connection.execute(_rewards()):
        yield RewardRow(*row)


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
    for row in connection.execute(_entries()):
        yield LedgerRow(*row)


def ledger_of(scope: Scope, connection: Connection, reward_id: str) -> list[LedgerRow]:
    """The entries of one reward, in the order in which they were made."""
    _only_company(scope)
    query = _entries().where(LEDGER_ENTRY.c.reward_id == reward_id)
    return [LedgerRow(*row) for row in connection.execute(query)]


def claims_of_member(scope: Scope, connection: Connection, member: str) -> list[Claim]:
    """All that a member may have earned, before caps."""
    _only_company(scope)
    query = select(CLAIM.c.body).where(CLAIM.c.member == member).order_by(CLAIM.c.reward_id)
    return [claim_in(body) for body in connection.execute(query).scalars()]


def subject_of_reward(
    scope: Scope, connection: Connection, reward_id: str
) -> tuple[str, str] | None:
    """(subject of the purchase, member) of a reward; None when there is no such one."""
    _only_company(scope)
    query = select(CLAIM.c.subject, REWARD.c.member).join(
        REWARD, (REWARD.c.reward_id == CLAIM.c.reward_id) & (REWARD.c.member == CLAIM.c.member)
    )
    row = connection.execute(query.where(CLAIM.c.reward_id == reward_id).limit(1)).first()
    return None if row is None else (row[0], row[1])


def _entries() -> Select[Any]:
    return (
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


def _only_company(scope: Scope) -> None:
    scope.require("books", "rewards are the company's")


def moved_by(scope: Scope, connection: Connection, position: int) -> list[tuple[str, str, int]]:
    """(reward, account, fen) of what an event moved in the ledger, by its place in the journal."""
    _only_company(scope)
    columns = (LEDGER_ENTRY.c.reward_id, LEDGER_ENTRY.c.account, LEDGER_ENTRY.c.amount_fen)
    query = select(*columns).where(LEDGER_ENTRY.c.position == position)
    rows = connection.execute(query.order_by(LEDGER_ENTRY.c.number))
    return [(reward_id, account, amount) for reward_id, account, amount in rows]


def paid_with(scope: Scope, connection: Connection, reference: str) -> list[tuple[str, str]]:
    """(source, id) of the payments that were made under a reference."""
    scope.require("money", "payments")
    query = select(PAYMENT.c.source, PAYMENT.c.id).where(PAYMENT.c.reference == reference)
    rows = connection.execute(query.order_by(PAYMENT.c.source, PAYMENT.c.id).limit(50))
    return [(source, event_id) for source, event_id in rows]
