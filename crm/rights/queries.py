"""Reads the register of requests, for headquarters and compliance alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, select

from campaigns.times import day_start_us
from crm.accounts.tables import ACCOUNT
from crm.copies.tables import COPY_ROW
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring, unseal
from crm.outcomes.tables import OUTCOME
from crm.people.queries import cards_of
from crm.people.tables import CARD
from crm.rights.request import (
    DONE_BY,
    AskedBy,
    Kind,
    Request,
    Step,
    bar_of,
    by_urgency,
    doubt_of,
    due_on,
)
from crm.rights.tables import RIGHTS_REQUEST, RIGHTS_STEP
from crm.scope import OutOfScope, Scope


def require_right_to_see(scope: Scope) -> None:
    """OutOfScope for whoever has nothing to do with requests."""
    if not sees_requests(scope):
        raise OutOfScope("requests of people are for headquarters and compliance")


def sees_requests(scope: Scope) -> bool:
    """Whether the register is open to this viewer."""
    return scope.may("requests")


def requests(
    scope: Scope, connection: Connection, keyring: Keyring, today: date, *, closed: bool = False
) -> list[Request]:
    """Open requests, the overdue ones first; with `closed` those that are closed after them."""
    require_right_to_see(scope)
    found = _read(connection, keyring, None if closed else _is_open())
    return sorted(found, key=lambda request: by_urgency(request, today))


def request_of(
    scope: Scope, connection: Connection, keyring: Keyring, request_id: str
) -> Request | None:
    """One request with all its steps."""
    require_right_to_see(scope)
    found = _read(connection, keyring, RIGHTS_REQUEST.c.request_id == request_id)
    return next(iter(found), None)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as whoever entered it knows of it: nothing of how it is answered."""

    kind: Kind
    received_on: date
    due_on: date
    is_closed: bool


def heard_by(scope: Scope, connection: Connection, cards: Iterable[str], actor: str) -> list[Heard]:
    """The requests of one person that an account entered itself, the latest first."""
    scope.require("hears", "who hears what people ask for")
    return _heard(connection, cards, RIGHTS_REQUEST.c.opened_by == actor)


def _heard(
    connection: Connection, cards: Iterable[str], by_whom: ColumnElement[bool]
) -> list[Heard]:
    columns = RIGHTS_REQUEST.c
    query = (
        select(columns.kind, columns.received_on, columns.due_on, _is_open())
        .where(columns.card_id.in_(sorted(cards)), by_whom)
        .order_by(columns.received_on.desc(), columns.request_id)
    )
    return [
        Heard(kind, received_on, due, not is_open)
        for kind, received_on, due, is_open in connection.execute(query)
    ]


def passed_on(scope: Scope, connection: Connection, card_id: str) -> list[Heard]:
    """The requests of a card that the dealer's accounts passed on, the latest first."""
    scope.require("passes_on", "who passes on what people ask for")
    ours = select(ACCOUNT.c.actor).where(ACCOUNT.c.dealer == scope.dealer)
    return _heard(connection, [card_id], RIGHTS_REQUEST.c.opened_by.in_(ours))


def open_alike(
    scope: Scope, connection: Connection, keyring: Keyring, name: str, kind: Kind
) -> list[Request]:
    """What one person asked for before, of one kind, as long as it is not answered: to a dealer
    what its own accounts passed on of a card, to the company whatever it has of the person."""
    columns = RIGHTS_REQUEST.c
    which = columns.kind == kind
    if scope.may("passes_on"):
        ours = select(ACCOUNT.c.actor).where(ACCOUNT.c.dealer == scope.dealer)
        which &= (columns.card_id == name) & columns.opened_by.in_(ours)
    else:
        scope.require("hears", "who hears what people ask for")
        which &= columns.card_id.in_(cards_of(scope, connection, name))
    return _read(connection, keyring, which & _is_open())


def is_own_card(scope: Scope, connection: Connection, card_id: str) -> bool:
    """Whether a card belongs to the dealer that looks (`docs/events.md`, who may say what)."""
    scope.require("passes_on", "who passes on what people ask for")
    query = (
        select(JOURNAL.c.position)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.subject == f"card/{card_id}", JOURNAL.c.type == "card.registered")
        .where(JOURNAL.c.role == f"dealer/{scope.dealer}", OUTCOME.c.outcome == "recorded")
    )
    return connection.execute(query).first() is not None


def card_of_row(scope: Scope, connection: Connection, key: str) -> str | None:
    """The first card behind a row of the dealer's copy; None where it has none of this key."""
    scope.require("passes_on", "who passes on what people ask for")
    query = select(COPY_ROW.c.cards)
    query = query.where(COPY_ROW.c.dealer == scope.dealer, COPY_ROW.c.key == key)
    cards = connection.execute(query).scalar()
    return None if cards is None else str(orjson.loads(cards)[0])


def has_died(scope: Scope, connection: Connection, name: str) -> bool:
    """Whether the person that a card or person id leads to is known to have died."""
    scope.require("hears", "who hears what people ask for")
    # A card whose registration was voided leads to nobody any more.
    cards = cards_of(scope, connection, name) or (name,)
    query = select(CARD.c.card_id).where(CARD.c.card_id.in_(cards), CARD.c.deceased)
    return connection.execute(query).first() is not None


def bar_to(scope: Scope, connection: Connection, name: str, asked_by: AskedBy) -> str | None:
    """Why what somebody asks for a person can only be refused; None when it may be granted."""
    return bar_of(asked_by, deceased=has_died(scope, connection, name))


def doubt_about(scope: Scope, connection: Connection, name: str, asked_by: AskedBy) -> str | None:
    """What speaks against that this one asks for the person; None for whom nobody knows."""
    if not cards_of(scope, connection, name):
        return None
    return doubt_of(asked_by, deceased=has_died(scope, connection, name))


def opened_by(scope: Scope, connection: Connection, request_id: str) -> str:
    """The account that entered a request."""
    require_right_to_see(scope)
    query = select(RIGHTS_REQUEST.c.opened_by)
    found = connection.execute(query.where(RIGHTS_REQUEST.c.request_id == request_id))
    return str(found.scalar_one())


def requests_of(
    scope: Scope, connection: Connection, keyring: Keyring, cards: Iterable[str]
) -> list[Request]:
    """Every request of one person, the latest first."""
    require_right_to_see(scope)
    found = _read(connection, keyring, RIGHTS_REQUEST.c.card_id.in_(sorted(cards)))
    return sorted(found, key=lambda each: (each.received_on, each.request_id), reverse=True)


@dataclass(frozen=True, slots=True)
class DoneBy:
    """A recorded event that can show that a request was granted."""

    source: str
    id: str
    received_us: int
    actor: str


def events_that_did_it(
    scope: Scope, connection: Connection, request: Request, cards: Iterable[str]
) -> list[DoneBy]:
    """What was recorded of the person since the request came in, and is what it asks for."""
    require_right_to_see(scope)
    needed = DONE_BY.get(request.kind)
    if needed is None:
        return []
    columns = (JOURNAL.c.source, JOURNAL.c.id, JOURNAL.c.received_us, JOURNAL.c.actor)
    query = (
        select(*columns)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.subject.in_([f"card/{card_id}" for card_id in cards]))
        .where(JOURNAL.c.type == needed, OUTCOME.c.outcome == "recorded")
        .where(JOURNAL.c.received_us >= day_start_us(request.received_on))
        .order_by(JOURNAL.c.received_us.desc())
    )
    return [DoneBy(*row) for row in connection.execute(query)]


def open_counts(scope: Scope, connection: Connection, today: date) -> tuple[int, int]:
    """(how many requests are open, how many of them overdue)."""
    require_right_to_see(scope)
    query = select(RIGHTS_REQUEST.c.received_on, RIGHTS_REQUEST.c.due_on).where(_is_open())
    due = [_due_on(row) for row in connection.execute(query)]
    return len(due), sum(day < today for day in due)


def _is_open() -> ColumnElement[bool]:
    closed = select(RIGHTS_STEP.c.request_id).where(RIGHTS_STEP.c.outcome.is_not(None))
    return RIGHTS_REQUEST.c.request_id.not_in(closed)


def _read(
    connection: Connection, keyring: Keyring, which: ColumnElement[bool] | None
) -> list[Request]:
    query = select(RIGHTS_REQUEST) if which is None else select(RIGHTS_REQUEST).where(which)
    rows = connection.execute(query).all()
    ids = select(RIGHTS_REQUEST.c.request_id)
    ids = ids if which is None else ids.where(which)
    of_these = select(RIGHTS_STEP).where(RIGHTS_STEP.c.request_id.in_(ids))
    steps: dict[str, list[Any]] = {}
    for step in connection.execute(of_these.order_by(RIGHTS_STEP.c.number)):
        steps.setdefault(step.request_id, []).append(step)
    keys = keyring.data_keys((f"card/{row.card_id}" for row in rows), create=False)
    return [
        _request(row, steps.get(row.request_id, ()), keys[f"card/{row.card_id}"]) for row in rows
    ]


def _request(row: Any, steps: Iterable[Any], key: bytes | None) -> Request:
    return Request(
        row.request_id,
        row.kind,
        row.card_id,
        row.asked_by,
        row.channel,
        row.received_on,
        _due_on(row),
        _text(row.sealed, key, f"{row.request_id}/0"),
        tuple(
            Step(
                step.at_us,
                step.actor,
                step.outcome,
                step.reason,
                step.event_source,
                step.event_id,
                _text(step.sealed, key, f"{row.request_id}/{step.number}"),
            )
            for step in steps
        ),
    )


def _due_on(row: Any) -> date:
    """As it was said at the entry, or earlier: a weekend may have been made a workday since."""
    promised: date = row.due_on
    return min(promised, due_on(row.received_on))


def _text(sealed: bytes | None, key: bytes | None, bound_to: str) -> str | None:
    """The words; None where nothing was written, and once the card's key is destroyed."""
    if sealed is None or key is None:
        return None
    return unseal(key, sealed, bound_to.encode()).decode()
