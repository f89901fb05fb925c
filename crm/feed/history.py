"""Writes and reads what was sent to a dealer, what it acknowledged, and what both signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from crm.copies.receipts import Receipt
from crm.feed.tables import (
    COPY_ACKNOWLEDGEMENT,
    COPY_RECEIPT,
    COPY_SEEN,
    COPY_SENT,
    DEALER_KEY,
)
from crm.scope import Scope
from crm.storage.database import insert_new

FED = ("changes", "topic")
"""Ways of sending by which a dealer gets all its changes, one after the other."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that leaves (tables.py says what each is)."""

    dealer: str
    at_us: int
    actor: str
    what: str
    up_to: int
    changes: int
    last: int


def keep_sent(connection: Connection, sent: Sent) -> None:
    """Keep it; it is durable before anything leaves."""
    values = {name: getattr(sent, name) for name in Sent.__slots__}
    connection.execute(insert(COPY_SENT), [values])


def was_sent(connection: Connection, dealer: str, what: str, up_to: int) -> bool:
    """Whether something left in this way for this dealer that reached just so far."""
    columns = COPY_SENT.c
    same = (columns.dealer == dealer, columns.up_to == up_to, columns.what == what)
    return connection.execute(select(columns.number).where(*same).limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Taken:
    """In which way a copy last left for a dealer, to which of its actors, and how many times."""

    what: str
    actor: str
    at_us: int
    times: int


def taken_since(
    scope: Scope, connection: Connection, dealer: str, since: int, until_us: int
) -> list[Taken]:
    """Who took a dealer's copy that reached a change or a later one, the latest first."""
    scope.require("looks", "who took which copy")
    columns = COPY_SENT.c
    latest = func.max(columns.at_us)
    query = (
        select(columns.what, columns.actor, latest, func.count())
        .where(columns.dealer == dealer, columns.up_to >= since, columns.at_us <= until_us)
        .group_by(columns.what, columns.actor)
        .order_by(latest.desc(), columns.what, columns.actor)
    )
    return [Taken(*row) for row in connection.execute(query)]


def sent_up_to(connection: Connection, dealer: str) -> int:
    """The highest number that was sent to the dealer in its feed, 0 before the first."""
    query = select(func.max(COPY_SENT.c.up_to)).where(
        COPY_SENT.c.dealer == dealer, COPY_SENT.c.what.in_(FED)
    )
    return connection.execute(query).scalar() or 0


def seen_up_to(connection: Connection, actor: str) -> int:
    """Up to which change an account has seen its dealer's copy, 0 before the first time."""
    query = select(COPY_SEEN.c.up_to).where(COPY_SEEN.c.actor == actor)
    return connection.execute(query).scalar() or 0


def keep_seen(connection: Connection, actor: str, dealer: str, up_to: int, at_us: int) -> None:
    """Keep that an account has seen what changed; what was seen stays seen."""
    row = {"actor": actor, "dealer": dealer, "up_to": up_to, "at_us": at_us}
    insert_new(connection, COPY_SEEN, [row])
    own = COPY_SEEN.c.actor == actor, COPY_SEEN.c.up_to < up_to
    connection.execute(update(COPY_SEEN).where(*own).values(row))


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a dealer's side said that it holds, and how that compared (tables.py)."""

    dealer: str
    day: date
    up_to: int
    digest: str
    rows: int
    state: str
    closes_up_to: int
    at_us: int
    actor: str
    claimed_at: str
    signature: str | None


def keep_acknowledgement(connection: Connection, said: Acknowledgement) -> None:
    """Keep it; one that was said before on the same day stays as it is."""
    values = {name: getattr(said, name) for name in Acknowledgement.__slots__}
    insert_new(connection, COPY_ACKNOWLEDGEMENT, [values])


def last_acknowledgements(connection: Connection) -> dict[str, Acknowledgement]:
    """Dealer → the last that it said."""
    query = select(COPY_ACKNOWLEDGEMENT).order_by(COPY_ACKNOWLEDGEMENT.c.at_us)
    latest = select(
        COPY_ACKNOWLEDGEMENT.c.dealer, func.max(COPY_ACKNOWLEDGEMENT.c.at_us).label("at_us")
    ).group_by(COPY_ACKNOWLEDGEMENT.c.dealer)
    last = latest.subquery()
    same = (COPY_ACKNOWLEDGEMENT.c.dealer == last.c.dealer) & (
        COPY_ACKNOWLEDGEMENT.c.at_us == last.c.at_us
    )
    return {row.dealer: Acknowledgement(*row) for row in _rows(connection, query.join(last, same))}


def closed_up_to(connection: Connection) -> dict[str, int]:
    """Dealer → the number up to which its withdrawals count as carried out."""
    highest = func.max(COPY_ACKNOWLEDGEMENT.c.closes_up_to)
    query = select(COPY_ACKNOWLEDGEMENT.c.dealer, highest).group_by(COPY_ACKNOWLEDGEMENT.c.dealer)
    return {dealer: up_to for dealer, up_to in connection.execute(query)}


def equal_since(connection: Connection, dealer: str, last: int) -> int | None:
    """When it first showed that the copy with this last number is equal; None: never yet."""
    columns = COPY_ACKNOWLEDGEMENT.c
    query = select(func.min(columns.at_us)).where(
        columns.dealer == dealer, columns.up_to == last, columns.state == "equal"
    )
    return connection.execute(query).scalar()


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt as it was issued, and the dealer's signature once it is there."""

    dealer: str
    day: date
    up_to: int
    receipt: bytes
    rows: int
    at_us: int
    company_signature: str
    dealer_signature: str | None = None
    dealer_key: str | None = None
    countersigned_us: int | None = None


def issue_receipt(
    connection: Connection, receipt: Receipt, at_us: int, signature: str
) -> KeptReceipt:
    """Keep a receipt, or find the one that was issued for the same state on the same day."""
    signed = receipt.signed_bytes
    kept = KeptReceipt(
        receipt.dealer, receipt.day, receipt.up_to, signed, receipt.rows, at_us, signature
    )
    values = {name: getattr(kept, name) for name in KeptReceipt.__slots__}
    insert_new(connection, COPY_RECEIPT, [values])
    found = receipt_of(connection, receipt.dealer, receipt.day, receipt.up_to)
    assert found is not None
    return found


def receipt_of(connection: Connection, dealer: str, day: date, up_to: int) -> KeptReceipt | None:
    """The receipt of a state on a day."""
    query = select(COPY_RECEIPT).where(*_is_receipt(dealer, day, up_to))
    return next(map(_receipt, _rows(connection, query)), None)


def countersign(
    connection: Connection, kept: KeptReceipt, signature: str, public_key: str, at_us: int
) -> None:
    """Keep the dealer's signature; the first one stays."""
    unsigned = COPY_RECEIPT.c.dealer_signature.is_(None)
    values = {
        "dealer_signature": signature,
        "dealer_key": public_key,
        "countersigned_us": at_us,
    }
    where = (*_is_receipt(kept.dealer, kept.day, kept.up_to), unsigned)
    connection.execute(update(COPY_RECEIPT).where(*where).values(values))


def daily_receipts(connection: Connection, dealer: str, most: int = 400) -> list[KeptReceipt]:
    """The dealer's receipts, the newest day first: of each day the last that both signed, else
    the last."""
    query = select(COPY_RECEIPT).where(COPY_RECEIPT.c.dealer == dealer)
    ordered = query.order_by(
        COPY_RECEIPT.c.day.desc(),
        COPY_RECEIPT.c.dealer_signature.is_(None),
        COPY_RECEIPT.c.at_us.desc(),
    )
    return _first_of_each(map(_receipt, _rows(connection, ordered)), most)


def receipts_of_day(connection: Connection, day: date) -> dict[str, KeptReceipt]:
    """Dealer → its last receipt of the day."""
    query = select(COPY_RECEIPT).where(COPY_RECEIPT.c.day == day).order_by(COPY_RECEIPT.c.at_us)
    return {kept.dealer: kept for kept in map(_receipt, _rows(connection, query))}


def dealer_key(connection: Connection, dealer: str) -> str | None:
    """The dealer's public key that holds now."""
    query = select(DEALER_KEY.c.public_key)
    return connection.execute(query.where(*_holds(dealer))).scalar()


def take_key(connection: Connection, dealer: str, public_key: str, at_us: int) -> str:
    """Make a key known when there is none; returns the one that holds."""
    row = {"dealer": dealer, "taken_us": at_us, "public_key": public_key, "released_us": None}
    insert_new(connection, DEALER_KEY, [row])
    return dealer_key(connection, dealer) or ""


def release_key(connection: Connection, dealer: str, at_us: int) -> bool:
    """Let go of the dealer's key, so that another may be made known; False: there was none."""
    change = update(DEALER_KEY).where(*_holds(dealer)).values(released_us=at_us)
    return connection.execute(change).rowcount > 0


def _holds(dealer: str) -> tuple[Any, ...]:
    return DEALER_KEY.c.dealer == dealer, DEALER_KEY.c.released_us.is_(None)


def _is_receipt(dealer: str, day: date, up_to: int) -> tuple[Any, ...]:
    columns = COPY_RECEIPT.c
    return columns.dealer == dealer, columns.day == day, columns.up_to == up_to


def _first_of_each(receipts: Iterable[KeptReceipt], most: int) -> list[KeptReceipt]:
    found: dict[date, KeptReceipt] = {}
    for kept in receipts:
        if len(found) == most and kept.day not in found:
            break
        found.setdefault(kept.day, kept)
    return list(found.values())


def _receipt(row: Any) -> KeptReceipt:
    values = row._mapping
    return KeptReceipt(**{**values, "receipt": bytes(values["receipt"])})


def _rows(connection: Connection, query: Any) -> Iterable[Any]:
    return connection.execute(query)
