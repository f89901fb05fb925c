"""Writes payment orders: a place is taken before money moves, and left when it does not.

The event that tells of a payment is said by the page, under an id that comes from the order; so a
crash between the two leaves an order that can be ended anew without saying the payment twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    Update,
    and_,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from campaigns.cloudevents import decode_data
from campaigns.events.rewards import RewardPaid
from crm.journal.events import JOURNAL
from crm.journal.logged_event import EventKey
from crm.journal.outbox import OUTBOX
from crm.outcomes.tables import OUTCOME
from crm.reward_desk.bank_file import Line, digest, written
from crm.reward_desk.desk import DeskRow, LeftOut
from crm.reward_desk.on_its_way import are_unpaid, owed_by, taken_back
from crm.reward_desk.orders import ONE_EVENT, Order, OrderRow, Payer
from crm.reward_desk.set_off import amounts_after, set_off_by
from crm.reward_desk.tables import PAYMENT_FILE, PAYMENT_LEFT_OUT, PAYMENT_ORDER
from crm.storage.database import writing
from crm.storage.locks import PAYING, hold

_COLUMNS = [PAYMENT_ORDER.c[name] for name in OrderRow.__dataclass_fields__]
_TOLD_FIELDS = ("reward_id", "purchase_id", "member", "amount_fen", "reference")


class NotForBank(ValueError):
    """What is handed over in kind was to go into a file for a bank; the argument names it."""


class NothingLeft(Exception):
    """The members owe back as much as is open, or more: nothing was ordered."""


class PaymentTaken(Exception):
    """Somebody is paying, or has just paid, the same: nothing was ordered."""


def order_payment(engine: Engine, payer: Payer, row: DeskRow, order: Order) -> None:
    """Take the place for one payment; PaymentTaken when it is taken, or was ordered before.

    What it sets off is worked out anew from what the member owes back at this moment.
    """
    with _ordering(engine, [row]) as (connection, (now,)):
        order = replace(order, set_off_fen=set_off_by(now, order.amount_fen))
        connection.execute(insert(PAYMENT_ORDER), [_values(payer, now, order)])


_NONE_LEFT_OUT: Mapping[str, LeftOut] = MappingProxyType({})


def order_file(
    engine: Engine,
    payer: Payer,
    rows: Sequence[DeskRow],
    left_out: Mapping[str, LeftOut] = _NONE_LEFT_OUT,
) -> str:
    """Order what is open of each reward, as one file; returns its id. PaymentTaken: none is.

    What members owe back at this moment is set off. NotForBank: one of them is handed over in kind.
    NothingLeft: all of it is owed back. left_out: of what else was asked for, why it is not in it.
    """
    for row in rows:
        if row.in_kind:
            raise NotForBank(row.reward_id)
    with _ordering(engine, rows) as (connection, found):
        amounts = amounts_after(found)
        ordered = [(row, amounts[row.reward_id]) for row in found if row.reward_id in amounts]
        if not ordered:
            raise NothingLeft
        orders = [(row, new_order(row, amount_fen)) for row, amount_fen in ordered]
        content = written(
            [
                Line(order.reference, row.member, row.payee, row.through, order.amount_fen)
                for row, order in orders
            ]
        )
        file_id = str(uuid4())
        file = {
            "file_id": file_id,
            "made_us": payer.now_us,
            "actor": payer.actor,
            "lines": len(orders),
            "amount_fen": sum(order.amount_fen for _, order in orders),
            "sha256": digest(content),
        }
        connection.execute(insert(PAYMENT_FILE), [file])
        lines = [
            _values(payer, row, order, file_id, line) for line, (row, order) in enumerate(orders, 1)
        ]
        connection.execute(insert(PAYMENT_ORDER), lines)
        owed = (row.reward_id for row in found if row.reward_id not in amounts)
        why: dict[str, LeftOut] = {**left_out, **dict.fromkeys(owed, "owed_back")}
        left = [{"file_id": file_id, "reward_id": each, "reason": why[each]} for each in why]
        if left:
            connection.execute(insert(PAYMENT_LEFT_OUT), left)
    return file_id


def new_order(row: DeskRow, amount_fen: int, reference: str = "", order_id: str = "") -> Order:
    """A payment of a reward; without a reference under one that is made of the order's own id."""
    order_id = order_id or str(uuid4())
    reference = reference or f"JX{order_id.replace('-', '')[:14].upper()}"
    set_off_fen = set_off_by(row, amount_fen)
    return Order(
        order_id, row.reward_id, row.member, row.purchase_id, amount_fen, set_off_fen, reference
    )


@contextmanager
def _ordering(
    engine: Engine, rows: Sequence[DeskRow]
) -> Iterator[tuple[Connection, list[DeskRow]]]:
    """One transaction that orders payments, and the rewards with what their members owe back now.

    Of several who order at once each sees what the one before has ordered. PaymentTaken: one of
    them is being paid, or was paid since somebody looked.
    """
    try:
        with writing(engine) as connection:
            hold(connection, PAYING)
            if not are_unpaid(connection, rows):
                raise PaymentTaken
            _leave_voided(connection, rows)
            owed = owed_by(connection, {row.member for row in rows})
            yield (
                connection,
                [replace(row, member_owes_fen=owed.get(row.member, 0)) for row in rows],
            )
    except IntegrityError as error:
        raise PaymentTaken from error


def _values(
    payer: Payer, row: DeskRow, order: Order, file_id: str | None = None, line: int = 1
) -> dict[str, Any]:
    return {
        **asdict(order),
        "file_id": file_id,
        "line": line,
        "payee": row.payee[:200],
        "through": row.through,
        "slot": _slot(row),
        "ordered_us": payer.now_us,
        "actor": payer.actor,
        "state": "ordered",
    }


def _slot(row: DeskRow) -> str:
    return f"{row.reward_id}/{row.paid_fen}"


def _leave_voided(connection: Connection, rows: Sequence[DeskRow]) -> None:
    """A payment that was taken back has left its place."""
    placed = (
        select(PAYMENT_ORDER.c.order_id, PAYMENT_ORDER.c.event_source, OUTCOME.c.outcome)
        .join(
            JOURNAL,
            and_(
                JOURNAL.c.source == PAYMENT_ORDER.c.event_source,
                JOURNAL.c.id == PAYMENT_ORDER.c.order_id + ONE_EVENT,
            ),
        )
        .outerjoin(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(PAYMENT_ORDER.c.slot.in_([_slot(row) for row in rows]))
    )
    unrecorded = taken_back(connection, [row.reward_id for row in rows])
    ids = [
        order_id
        for order_id, source, outcome in connection.execute(placed)
        if outcome == "voided" or EventKey(source, order_id + ONE_EVENT) in unrecorded
    ]
    connection.execute(
        update(PAYMENT_ORDER).where(PAYMENT_ORDER.c.order_id.in_(ids)).values(slot=None)
    )


Begun = Literal["begun", "told", "other", "taken"]
"""begun: this payer may say it now; told: it was said already; other: what was said under the
order's id is another payment; taken: somebody else is saying it, or the money has not gone."""


def begin_telling(engine: Engine, payer: Payer, order_id: str) -> Begun:
    """Ask to tell of a payment: of two who want to the first alone may.

    Who began and did not come to an end may begin again, anybody else after TAKE_OVER_US. What
    was said before is ended and not said again, whoever asks: another's event has another source.
    """
    with writing(engine) as connection:
        row = _locked(connection, order_id)
        said = None if row is None else _ended_as_said(connection, row, payer)
        if said is not None:
            return said
        if row is None or not row.may_tell(payer.actor, payer.now_us):
            return "taken"
        values = {
            "state": "telling",
            "ended_us": payer.now_us,
            "ended_by": payer.actor,
            "event_source": payer.source,
        }
        connection.execute(_of(order_id).values(values))
        return "begun"


def end_telling(engine: Engine, payer: Payer, order_id: str) -> bool:
    """The event was handed over: whether it is durable. If it was refused, the order is open."""
    with writing(engine) as connection:
        row = _locked(connection, order_id)
        if row is None:
            return False
        said = _ended_as_said(connection, row, payer)
        if said != "told" and row.state == "telling" and row.ended_by == payer.actor:
            connection.execute(_of(order_id).values(state="ordered", ended_us=None, ended_by=None))
        return said == "told"


def fail_order(engine: Engine, payer: Payer, order_id: str) -> Literal["failed", "told", "taken"]:
    """The money has not gone: the place is free again.

    told: the event says that it has gone, and stands. taken: somebody else began it, or anybody
    to tell of it, less than TAKE_OVER_US ago.
    """
    with writing(engine) as connection:
        row = _locked(connection, order_id)
        if row is None or row.state == "failed":
            return "failed"
        if _ended_as_said(connection, row, payer) == "told":
            return "told"
        if not row.may_fail(payer.actor, payer.now_us):
            return "taken"
        values = {"state": "failed", "ended_us": payer.now_us, "ended_by": payer.actor}
        connection.execute(_of(order_id).values(values | {"slot": None}))
        return "failed"


def _locked(connection: Connection, order_id: str) -> OrderRow | None:
    """The order, which nobody else changes until this transaction ends; None: there is none."""
    query = select(*_COLUMNS).where(PAYMENT_ORDER.c.order_id == order_id)
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else OrderRow(*row)


def _of(order_id: str) -> Update:
    return update(PAYMENT_ORDER).where(PAYMENT_ORDER.c.order_id == order_id)


def _ended_as_said(
    connection: Connection, row: OrderRow, payer: Payer
) -> Literal["told", "other"] | None:
    """What is held under the order's id; when it is this payment, the order is ended."""
    if row.state == "paid":
        return "told"
    said = _said(connection, row)
    if said == "told":
        values = {"state": "paid", "ended_us": payer.now_us}
        connection.execute(_of(row.order_id).values(values))
    return said


def _said(connection: Connection, row: OrderRow) -> Literal["told", "other"] | None:
    """Whether the door has taken an event under the order's id, and whether it is this payment."""

    def held(table: Table) -> tuple[ColumnElement[bool], ...]:
        return table.c.source == row.event_source, table.c.id == row.event_id

    # The outbox first: a row leaves it only after the journal has it.
    waiting = connection.execute(select(OUTBOX.c.subject).where(*held(OUTBOX))).scalar()
    kept = select(JOURNAL.c.type, JOURNAL.c.plain).where(*held(JOURNAL))
    event = connection.execute(kept).first()
    if event is None:
        # What waits tells only of what it is: of this reward, by the form of this order.
        is_ours = waiting == f"reward/{row.reward_id}"
        return None if waiting is None else "told" if is_ours else "other"
    told = decode_data(event.type, event.plain, None)
    is_ours = isinstance(told, RewardPaid) and all(
        getattr(told, name) == getattr(row, name) for name in _TOLD_FIELDS
    )
    return "told" if is_ours else "other"
