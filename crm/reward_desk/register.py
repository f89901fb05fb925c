"""Writes payment orders: a place is taken before money moves, and left when it does not.

The event that tells of a payment is said by the page, under an id that comes from the order; so a
crash between the two leaves an order that can be ended anew without saying the payment twice.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import uuid4

from sqlalchemy import Connection, Engine, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.reward_desk.bank_file import Line, digest, written
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.tables import PAYMENT_FILE, PAYMENT_ORDER
from crm.storage.database import writing

_ONE = "-1"
"""An order is one word: its event is the first, and last, of what it says."""


class PaymentTaken(Exception):
    """Somebody is paying, or has just paid, the same: nothing was ordered."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who orders: the account's actor and events' source, and when."""

    actor: str
    source: str
    now_us: int


@dataclass(frozen=True, slots=True)
class Order:
    """One payment that was ordered."""

    order_id: str
    reward_id: str
    member: str
    purchase_id: str
    amount_fen: int
    reference: str

    @property
    def event_id(self) -> str:
        """Of the event that will tell of the payment."""
        return self.order_id + _ONE


def order_payment(engine: Engine, payer: Payer, row: DeskRow, order: Order) -> None:
    """Take the place for one payment; PaymentTaken when it is taken, or was ordered before."""
    _insert(engine, payer, [row], [order], None)


def order_file(engine: Engine, payer: Payer, rows: Sequence[DeskRow]) -> str:
    """Order what is open of each reward, as one file; returns its id. PaymentTaken: none is."""
    orders = [new_order(row, row.open_fen) for row in rows]
    content = written(
        [
            Line(order.reference, row.member, row.payee, row.through, order.amount_fen)
            for order, row in zip(orders, rows, strict=True)
        ]
    )
    file = {
        "file_id": str(uuid4()),
        "made_us": payer.now_us,
        "actor": payer.actor,
        "lines": len(orders),
        "amount_fen": sum(order.amount_fen for order in orders),
        "sha256": digest(content),
    }
    _insert(engine, payer, rows, orders, file)
    return str(file["file_id"])


def new_order(row: DeskRow, amount_fen: int, reference: str = "", order_id: str = "") -> Order:
    """A payment of a reward; without a reference under one that is made of the order's own id."""
    order_id = order_id or str(uuid4())
    reference = reference or f"JX{order_id.replace('-', '')[:14].upper()}"
    return Order(order_id, row.reward_id, row.member, row.purchase_id, amount_fen, reference)


def _insert(
    engine: Engine,
    payer: Payer,
    rows: Sequence[DeskRow],
    orders: Sequence[Order],
    file: dict[str, object] | None,
) -> None:
    values = [
        {
            **asdict(order),
            "file_id": None if file is None else file["file_id"],
            "line": line,
            "payee": row.payee[:200],
            "through": row.through,
            "slot": _slot(row),
            "ordered_us": payer.now_us,
            "actor": payer.actor,
            "state": "ordered",
        }
        for line, (order, row) in enumerate(zip(orders, rows, strict=True), 1)
    ]
    try:
        with writing(engine) as connection:
            _leave_voided(connection, [_slot(row) for row in rows])
            if file is not None:
                connection.execute(insert(PAYMENT_FILE), [file])
            connection.execute(insert(PAYMENT_ORDER), values)
    except IntegrityError as error:
        raise PaymentTaken from error


def _slot(row: DeskRow) -> str:
    return f"{row.reward_id}/{row.paid_fen}"


def _leave_voided(connection: Connection, slots: Sequence[str]) -> None:
    """A payment that was taken back has left its place."""
    said = and_(
        JOURNAL.c.source == PAYMENT_ORDER.c.event_source,
        JOURNAL.c.id == PAYMENT_ORDER.c.order_id + _ONE,
    )
    gone = (
        select(PAYMENT_ORDER.c.order_id)
        .join(JOURNAL, said)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(PAYMENT_ORDER.c.slot.in_(slots), OUTCOME.c.outcome == "voided")
    )
    ids = list(connection.execute(gone).scalars())
    connection.execute(
        update(PAYMENT_ORDER).where(PAYMENT_ORDER.c.order_id.in_(ids)).values(slot=None)
    )


def begin_telling(engine: Engine, payer: Payer, order_id: str) -> bool:
    """Whether this payer may now tell of the payment: of two who want to the first alone.

    Who began and did not come to an end may begin again: the event has the same id.
    """
    mine = and_(PAYMENT_ORDER.c.state == "telling", PAYMENT_ORDER.c.ended_by == payer.actor)
    values = {"state": "telling", "ended_by": payer.actor, "event_source": payer.source}
    with writing(engine) as connection:
        begun = connection.execute(
            update(PAYMENT_ORDER)
            .where(
                PAYMENT_ORDER.c.order_id == order_id,
                or_(PAYMENT_ORDER.c.state == "ordered", mine),
            )
            .values(values)
        )
        return begun.rowcount == 1


def end_telling(engine: Engine, payer: Payer, order_id: str) -> None:
    """The event is durable: the payment is told."""
    told = PAYMENT_ORDER.c.order_id == order_id, PAYMENT_ORDER.c.state == "telling"
    with writing(engine) as connection:
        connection.execute(
            update(PAYMENT_ORDER).where(*told).values(state="paid", ended_us=payer.now_us)
        )


def fail_order(engine: Engine, payer: Payer, order_id: str) -> None:
    """The money has not gone: the place is free again."""
    open_one = PAYMENT_ORDER.c.order_id == order_id, PAYMENT_ORDER.c.state == "ordered"
    values = {
        "state": "failed",
        "slot": None,
        "ended_us": payer.now_us,
        "ended_by": payer.actor,
    }
    with writing(engine) as connection:
        connection.execute(update(PAYMENT_ORDER).where(*open_one).values(values))
