"""Reads the desk: pages of queues, one reward, payments and their references, payment files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from crm.ledger.rows import ACTORS
from crm.ledger.tables import BALANCE, PAYMENT, REWARD
from crm.members.tables import MEMBER
from crm.people.queries import PAGE_ROWS
from crm.people.tables import CARD, LINK, PERSON
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.hands import with_traces
from crm.reward_desk.on_its_way import BEGUN, being_paid, owed_by, settling
from crm.reward_desk.orders import FileRow, OrderRow
from crm.reward_desk.queues import QUEUES, WHOLE, WITH_MEMBER, QueuePart, of_scope
from crm.reward_desk.tables import PAYMENT_FILE, PAYMENT_LEFT_OUT, PAYMENT_ORDER
from crm.scope import Scope
from crm.storage.database import in_pieces
from crm.watch.queries import watched


@dataclass(frozen=True, slots=True)
class PaidOnce:
    """One payment as it was told. told_by: an actor."""

    source: str
    id: str
    reward_id: str
    reference: str
    amount_fen: int
    paid_on: date
    told_by: str


def queue_page(
    scope: Scope,
    connection: Connection,
    name: str,
    today: date,
    *,
    limit: int,
    offset: int = 0,
    part: QueuePart = WHOLE,
) -> list[DeskRow]:
    """One page of a queue as it is on a day, what is free first at its head."""
    _require(scope)
    query = _rows(scope).where(QUEUES[name].condition, *part.conditions()).order_by(*part.order())
    return _filled(scope, connection, query.params(today=today).limit(limit).offset(offset))


def queue_length(
    scope: Scope, connection: Connection, name: str, today: date, part: QueuePart
) -> int:
    """How many rewards of a queue are asked for."""
    _require(scope)
    rule = QUEUES[name].condition
    query = select(func.count()).select_from(WITH_MEMBER).where(rule, *part.conditions())
    return int(connection.execute(of_scope(scope, query.params(today=today))).scalar_one())


def member_page(
    scope: Scope,
    connection: Connection,
    member: str,
    limit: int,
    month: tuple[date, date] | None = None,
) -> list[DeskRow]:
    """The latest rewards of a member, by the day of the purchase.

    month: its first day and that of the next: those alone that were bought or paid in it.
    """
    _require(scope)
    query = _rows(scope).where(REWARD.c.member == member)
    if month is not None:
        first, after = month
        paid = select(PAYMENT.c.reward_id).where(
            PAYMENT.c.member == member, PAYMENT.c.paid_on >= first, PAYMENT.c.paid_on < after
        )
        bought = (REWARD.c.bought_on >= first) & (REWARD.c.bought_on < after)
        query = query.where(bought | REWARD.c.reward_id.in_(paid))
    latest = query.order_by(REWARD.c.bought_on.desc(), REWARD.c.reward_id).limit(limit)
    return _filled(scope, connection, latest)


def desk_rows(scope: Scope, connection: Connection, reward_ids: Iterable[str]) -> list[DeskRow]:
    """Some rewards, by id; unknown ids are left out."""
    _require(scope)
    found: list[DeskRow] = []
    for piece in in_pieces(sorted(set(reward_ids))):
        query = _rows(scope).where(REWARD.c.reward_id.in_(piece)).order_by(REWARD.c.reward_id)
        found += _filled(scope, connection, query)
    return found


def rewards_numbered(scope: Scope, connection: Connection, number: str) -> list[DeskRow]:
    """The rewards whose ids begin with a number, as members and pages tell it."""
    _require(scope)
    begins = number.lower()
    those = REWARD.c.reward_id >= f"{begins}-", REWARD.c.reward_id < f"{begins}."
    query = _rows(scope).where(*those).order_by(REWARD.c.reward_id)
    return _filled(scope, connection, query.limit(PAGE_ROWS))


def _rows(scope: Scope) -> Select[Any]:
    query = (
        select(REWARD, MEMBER.c.name, MEMBER.c.kind, MEMBER.c.institution)
        .add_columns(MEMBER.c.institution_kind, MEMBER.c.dealer, LINK.c.person_id)
        .add_columns(CARD.c.name.label("patient"), PERSON.c.restricted)
        .select_from(WITH_MEMBER)
        .outerjoin(CARD, CARD.c.card_id == REWARD.c.card_id)
        .outerjoin(LINK, LINK.c.card_id == REWARD.c.card_id)
        .outerjoin(PERSON, PERSON.c.person_id == LINK.c.person_id)
    )
    return of_scope(scope, query)


def _filled(scope: Scope, connection: Connection, query: Select[Any]) -> list[DeskRow]:
    rows = connection.execute(query).all()
    ids = [row.reward_id for row in rows]
    sums = _balances(connection, ids)
    ordered = being_paid(connection, ids)
    unrecorded = settling(connection, ids)
    members = {row.member for row in rows}
    owed = owed_by(connection, members)
    held_back = watched(scope, connection, members)
    found = (_desk_row(scope, row, sums) for row in rows)
    told = (
        replace(
            row,
            member_owes_fen=owed.get(row.member, 0),
            ordered=row.reward_id in ordered,
            settling=row.reward_id in unrecorded,
            watched=row.reward_id in held_back,
        )
        for row in found
    )
    return with_traces(scope, connection, told)


def _balances(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, str, str], int]:
    """(reward, member, last part of the account) → balance in fen."""
    query = select(BALANCE).where(BALANCE.c.reward_id.in_(ids))
    return {
        (row.reward_id, row.member, row.account.rpartition(":")[2]): row.amount_fen
        for row in connection.execute(query)
    }


def _desk_row(scope: Scope, row: Any, sums: dict[tuple[str, str, str], int]) -> DeskRow:
    shown = scope.may("people") and (scope.may("restricted") or not row.restricted)
    return DeskRow(
        reward_id=row.reward_id,
        purchase_id=row.purchase_id,
        member=row.member,
        member_name=row.name,
        member_kind=row.kind,
        institution=row.institution,
        institution_kind=row.institution_kind,
        dealer=row.dealer,
        card_id=row.card_id if scope.dealer is None else None,
        person_id=row.person_id if scope.may("archive") else None,
        name=row.patient if shown else None,
        bought_on=row.bought_on,
        quantity=row.quantity,
        returned=row.returned,
        policy=row.policy,
        rule_number=row.rule_number,
        mode=row.mode,
        state=row.state,
        reason=row.reason,
        releases_on=row.releases_on,
        marks=_split(row.marks, ","),
        amount_fen=row.amount_fen,
        granted_fen=row.granted_fen,
        paid_fen=row.paid_fen,
        open_fen=-sums.get((row.reward_id, row.member, "payable"), 0),
        owed_back_fen=max(sums.get((row.reward_id, row.member, "receivable"), 0), 0),
        set_off_fen=max(-sums.get((row.reward_id, row.member, "receivable"), 0), 0),
        entered_by=_split(row.entered_by, ACTORS),
        approved_by=_split(row.approved_by, ACTORS),
        paid_by=_split(row.paid_by, ACTORS),
    )


def _split(text: str, separator: str) -> tuple[str, ...]:
    return tuple(text.split(separator)) if text else ()


def payments_of(scope: Scope, connection: Connection, reward_id: str) -> list[PaidOnce]:
    """Every payment of a reward, by day."""
    _require_company(scope)
    query = select(*_PAID).where(PAYMENT.c.reward_id == reward_id)
    rows = connection.execute(query.order_by(PAYMENT.c.paid_on, PAYMENT.c.source, PAYMENT.c.id))
    return [PaidOnce(*row) for row in rows]


def is_reference_used(scope: Scope, connection: Connection, reference: str, but: str = "") -> bool:
    """Whether a payment was told, or is on its way, under the same reference.

    but: the order that asks.
    """
    _require_company(scope)
    told = select(PAYMENT.c.id).where(
        PAYMENT.c.reference == reference, PAYMENT.c.id.not_like(f"{but}-%") if but else true()
    )
    ordered = select(PAYMENT_ORDER.c.order_id).where(
        PAYMENT_ORDER.c.reference == reference,
        PAYMENT_ORDER.c.state != "failed",
        PAYMENT_ORDER.c.order_id != but,
    )
    return any(connection.execute(query.limit(1)).first() for query in (told, ordered))


_PAID = (
    *(PAYMENT.c.source, PAYMENT.c.id, PAYMENT.c.reward_id, PAYMENT.c.reference),
    *(PAYMENT.c.amount_fen, PAYMENT.c.paid_on, PAYMENT.c.actor),
)


def payment_files(
    scope: Scope, connection: Connection, file_id: str | None = None, most: int = 200
) -> list[FileRow]:
    """The payment files, the newest first; or one of them."""
    _require_company(scope)
    query = select(PAYMENT_FILE).order_by(PAYMENT_FILE.c.made_us.desc(), PAYMENT_FILE.c.file_id)
    if file_id is not None:
        query = query.where(PAYMENT_FILE.c.file_id == file_id)
    rows = connection.execute(query.limit(most)).all()
    states: dict[str, dict[str, int]] = {}
    by = PAYMENT_ORDER.c.file_id, PAYMENT_ORDER.c.state
    for piece in in_pieces([row.file_id for row in rows]):
        counted = select(*by, func.count()).where(PAYMENT_ORDER.c.file_id.in_(piece))
        for name, state, count in connection.execute(counted.group_by(*by)):
            states.setdefault(name, {})[state] = count
    return [FileRow(**row._mapping, states=states.get(row.file_id, {})) for row in rows]


def orders_of_file(scope: Scope, connection: Connection, file_id: str) -> list[OrderRow]:
    """The lines of a payment file, in their order."""
    _require_company(scope)
    return _orders(connection, PAYMENT_ORDER.c.file_id == file_id)


def left_out_of_file(scope: Scope, connection: Connection, file_id: str) -> dict[str, str]:
    """Reward → why it is not in a payment file, though somebody asked for it."""
    _require_company(scope)
    columns = PAYMENT_LEFT_OUT.c.reward_id, PAYMENT_LEFT_OUT.c.reason
    query = select(*columns).where(PAYMENT_LEFT_OUT.c.file_id == file_id)
    return {row.reward_id: row.reason for row in connection.execute(query.order_by(columns[0]))}


def order_named(scope: Scope, connection: Connection, order_id: str) -> OrderRow | None:
    """One order as it was stored, whatever became of it."""
    _require_company(scope)
    return next(iter(_orders(connection, PAYMENT_ORDER.c.order_id == order_id)), None)


def open_orders(scope: Scope, connection: Connection, reward_id: str) -> list[OrderRow]:
    """Payments of a reward that were begun and neither told nor given up."""
    _require_company(scope)
    return _orders(connection, PAYMENT_ORDER.c.reward_id == reward_id, BEGUN)


def lone_orders(scope: Scope, connection: Connection) -> list[OrderRow]:
    """Payments by themselves that were begun and neither told nor given up, the oldest first.

    Also those whose reward is gone.
    """
    _require_company(scope)
    by_themselves = PAYMENT_ORDER.c.file_id.is_(None)
    return sorted(_orders(connection, by_themselves, BEGUN), key=lambda order: order.ordered_us)


def _orders(connection: Connection, *conditions: ColumnElement[bool]) -> list[OrderRow]:
    columns = [PAYMENT_ORDER.c[name] for name in OrderRow.__dataclass_fields__]
    query = select(*columns).where(*conditions)
    ordered = query.order_by(PAYMENT_ORDER.c.line, PAYMENT_ORDER.c.ordered_us)
    return [OrderRow(*row) for row in connection.execute(ordered)]


def _require(scope: Scope) -> None:
    scope.require("money", "rewards and their money")


def _require_company(scope: Scope) -> None:
    scope.require("books", "payments are the company's")
