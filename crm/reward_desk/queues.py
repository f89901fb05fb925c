"""What waits for whom at the desk, and what each queue comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    and_,
    bindparam,
    func,
    literal,
    not_,
    or_,
    select,
)

from crm.ledger.tables import BALANCE, PAYMENT, REWARD
from crm.members.tables import MEMBER
from crm.scope import Scope

WITH_MEMBER = REWARD.outerjoin(MEMBER, MEMBER.c.member == REWARD.c.member)
Measure = Literal["due", "open", "paid", "owed_back"]
"""What of a reward a queue adds up: what is left after returns and caps, what may be paid now,
what was paid, what was paid too much less what was set off."""


def _balance(account: str) -> ColumnElement[int]:
    """What a reward's account of its member stands at, in fen; 0 where nothing is booked."""
    booked = select(func.coalesce(func.sum(BALANCE.c.amount_fen), 0)).where(
        BALANCE.c.reward_id == REWARD.c.reward_id,
        BALANCE.c.member == REWARD.c.member,
        BALANCE.c.account.like(f"%:{account}"),
    )
    return booked.correlate(REWARD).scalar_subquery()


_MEASURES: Mapping[Measure, ColumnElement[int]] = MappingProxyType(
    {
        "due": REWARD.c.amount_fen,
        "open": -_balance("payable"),
        "paid": REWARD.c.paid_fen,
        "owed_back": _balance("receivable"),
    }
)
_OWING = (
    select(BALANCE.c.member)
    .where(BALANCE.c.account.like("%:receivable"))
    .group_by(BALANCE.c.member)
    .having(func.sum(BALANCE.c.amount_fen) > 0)
)
"""Members who owe back more than was set off."""
_TWICE = select(PAYMENT.c.reference).group_by(PAYMENT.c.reference).having(func.count() > 1)
_ALARMING = or_(
    *(REWARD.c.marks.like(f"%{mark}%") for mark in ("approver_paid", "paid_early", "nothing_due"))
)
_IS_OPEN = and_(REWARD.c.state.in_(("payable", "paid")), _balance("payable") < 0)


@dataclass(frozen=True, slots=True)
class QueueRule:
    """Which rewards stand in a queue, and what is added up of them; None: nothing is due there."""

    condition: ColumnElement[bool]
    measure: Measure | None


_UNDECIDED = and_(
    REWARD.c.state == "held", REWARD.c.mode == "HOLD_FOR_REVIEW", REWARD.c.approved_by == ""
)
_IS_FROZEN = REWARD.c.releases_on > bindparam("today", type_=Date())


def _in_state(state: str, measure: Measure | None) -> QueueRule:
    return QueueRule(REWARD.c.state == state, measure)


QUEUES: Mapping[str, QueueRule] = MappingProxyType(
    {
        "to_decide": QueueRule(_UNDECIDED, "due"),
        "late": QueueRule(
            and_(REWARD.c.state == "blocked", REWARD.c.reason == "late_referral"), None
        ),
        "payable": QueueRule(and_(_IS_OPEN, REWARD.c.mode != "NON_CASH"), "open"),
        "to_hand_over": QueueRule(and_(_IS_OPEN, REWARD.c.mode == "NON_CASH"), "open"),
        "held": QueueRule(and_(REWARD.c.state == "held", or_(_IS_FROZEN, not_(_UNDECIDED))), "due"),
        "blocked": _in_state("blocked", None),
        "tracked": _in_state("tracked", None),
        "rejected": _in_state("rejected", None),
        "paid": _in_state("paid", "paid"),
        "clawed_back": _in_state("clawed_back", None),
        "owed_back": QueueRule(
            and_(REWARD.c.member.in_(_OWING), _balance("receivable") != 0), "owed_back"
        ),
        "alarms": QueueRule(
            or_(
                _ALARMING,
                REWARD.c.reward_id.in_(
                    select(PAYMENT.c.reward_id).where(PAYMENT.c.reference.in_(_TWICE))
                ),
            ),
            "paid",
        ),
    }
)
"""A reward may stand in several. Conditions ask for the parameter `today`: a hold that is over by
the calendar leaves nothing to wait for but a person."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: how many rewards, and what its measure adds up to, in fen; None: it has none."""

    name: str
    count: int
    amount_fen: int | None


def queues(scope: Scope, connection: Connection, today: date) -> list[Queue]:
    """All queues, the empty ones too; a dealer's are those of its members."""
    scope.require("money", "rewards and their money")
    found = []
    for name, rule in QUEUES.items():
        measured = literal(0) if rule.measure is None else _MEASURES[rule.measure]
        columns: list[Any] = [func.count(), func.coalesce(func.sum(measured), 0)]
        query = select(*columns).select_from(WITH_MEMBER).where(rule.condition).params(today=today)
        count, amount_fen = connection.execute(of_scope(scope, query)).one()
        found.append(Queue(name, count, None if rule.measure is None else int(amount_fen)))
    return found


def of_scope(scope: Scope, query: Select[Any]) -> Select[Any]:
    """Of rewards with their members those that the viewer sees."""
    return query if scope.dealer is None else query.where(MEMBER.c.dealer == scope.dealer)


@dataclass(frozen=True, slots=True)
class QueuePart:
    """Which rewards of a queue are asked for, and in which order; empty: all, as they get free.

    member: how a code begins. by: one of SORTS.
    """

    member: str = ""
    kind: str = ""
    dealer: str = ""
    by: str = ""
    downwards: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a reward of it fulfils."""
        found: list[ColumnElement[bool]] = []
        if self.member:
            found.append(REWARD.c.member.startswith(self.member, autoescape=True))
        if self.kind:
            found.append(MEMBER.c.kind == self.kind)
        if self.dealer:
            found.append(MEMBER.c.dealer == self.dealer)
        return found

    def order(self) -> list[ColumnElement[Any]]:
        """What is not known comes last, either way."""
        column = SORTS.get(self.by)
        if column is None:
            return [REWARD.c.releases_on, REWARD.c.reward_id]
        return [
            column.is_(None),
            column.desc() if self.downwards else column.asc(),
            REWARD.c.reward_id,
        ]


SORTS: Mapping[str, ColumnElement[Any]] = MappingProxyType(
    {
        "member": REWARD.c.member,
        "dealer": MEMBER.c.dealer,
        "bought": REWARD.c.bought_on,
        "until": REWARD.c.releases_on,
        "amount": REWARD.c.amount_fen,
        "paid": REWARD.c.paid_fen,
    }
)
"""By what a queue can be sorted."""
WHOLE = QueuePart()
