"""Writes the register of requests: a request is opened, noted, closed; nothing is ever changed."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, select

from campaigns.ids import derived_id
from campaigns.times import shanghai_day
from crm.copies.row_names import ROW
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring, seal
from crm.outcomes.tables import OUTCOME
from crm.people.queries import cards_of
from crm.rights.queries import card_of_row, has_died, is_own_card, request_of
from crm.rights.request import (
    IN_FUTURE,
    NOT_FOUND,
    AskedBy,
    Channel,
    Closing,
    Kind,
    Request,
    RequestRefused,
    due_on,
    fault_of,
)
from crm.rights.tables import RIGHTS_REQUEST, RIGHTS_STEP
from crm.scope import Scope
from crm.storage.database import insert_new, writing


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who writes, and when: `actor` is the opaque id of an account."""

    scope: Scope
    actor: str
    now_us: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for; `name` is a card or person id.

    form_id: of the form in which it was typed: what comes twice from one form, word for word, is a
    second tap and no second request.
    """

    name: str
    kind: Kind
    asked_by: AskedBy
    channel: Channel
    received_on: date
    text: str | None = None
    form_id: str | None = None


def open_request(engine: Engine, keyring: Keyring, clerk: Clerk, asked: Asked) -> str:
    """Enter a request; returns its id. RequestRefused when there is no such person.

    It is entered whoever asks: whether they may is for the answer to say; and by whoever hears it,
    in a hall too, so that the clock runs from that day.
    """
    clerk.scope.require("hears", "who hears what people ask for")
    with writing(engine) as connection:
        cards = cards_of(clerk.scope, connection, asked.name)
        if not cards:
            raise RequestRefused(NOT_FOUND)
        card_id = asked.name if asked.name in cards else cards[0]
        return _opened(connection, keyring, clerk, card_id, asked)


def pass_on(engine: Engine, keyring: Keyring, clerk: Clerk, asked: Asked) -> str:
    """Enter what somebody asks a dealer for, which the company answers; returns its id.

    `asked.name` is a row of its copy (`row/KEY`) or a card that belongs to it; RequestRefused where
    it is neither.
    """
    clerk.scope.require("passes_on", "who passes on what people ask for")
    with writing(engine) as connection:
        card_id: str | None = asked.name
        if asked.name.startswith(ROW):
            card_id = card_of_row(clerk.scope, connection, asked.name.removeprefix(ROW))
        elif not is_own_card(clerk.scope, connection, asked.name):
            card_id = None
        if card_id is None:
            raise RequestRefused(NOT_FOUND)
        return _opened(connection, keyring, clerk, card_id, asked)


def _opened(
    connection: Connection, keyring: Keyring, clerk: Clerk, card_id: str, asked: Asked
) -> str:
    if asked.received_on > shanghai_day(clerk.now_us):
        raise RequestRefused(IN_FUTURE)
    request_id = id_of(clerk, card_id, asked)
    row = {
        "request_id": request_id,
        "kind": asked.kind,
        "card_id": card_id,
        "asked_by": asked.asked_by,
        "channel": asked.channel,
        "received_on": asked.received_on,
        "due_on": due_on(asked.received_on),
        "opened_us": clerk.now_us,
        "opened_by": clerk.actor,
        "sealed": _sealed(keyring, card_id, asked.text, f"{request_id}/0"),
    }
    insert_new(connection, RIGHTS_REQUEST, [row])
    return request_id


def id_of(clerk: Clerk, card_id: str, asked: Asked) -> str:
    """The id that a request gets: to a second tap on one form the same."""
    if asked.form_id is None:
        return str(uuid4())
    said = (asked.kind, asked.asked_by, asked.channel, str(asked.received_on), asked.text or "")
    return derived_id("request", asked.form_id, clerk.actor, card_id, *said)


def note_step(
    engine: Engine,
    keyring: Keyring,
    clerk: Clerk,
    request_id: str,
    text: str,
    form_id: str | None = None,
) -> None:
    """Note what was done on the way to an answer; RequestRefused when it is closed.

    form_id: what comes twice from one form, word for word, is noted once.
    """
    _add_step(engine, keyring, clerk, request_id, text, form_id=form_id)


def close_request(
    engine: Engine,
    keyring: Keyring,
    clerk: Clerk,
    request_id: str,
    closing: Closing,
    form_id: str | None = None,
) -> None:
    """Close a request, granted or refused; RequestRefused when it may not be closed so, or was
    closed otherwise."""
    _add_step(engine, keyring, clerk, request_id, closing.text, closing, form_id=form_id)


def _add_step(
    engine: Engine,
    keyring: Keyring,
    clerk: Clerk,
    request_id: str,
    text: str | None,
    closing: Closing | None = None,
    *,
    form_id: str | None = None,
) -> None:
    clerk.scope.require("answers", "who answers requests of people")
    with writing(engine) as connection:
        # Of two who close at once the second one waits here, and then sees it closed.
        row = RIGHTS_REQUEST.c.request_id == request_id
        connection.execute(select(RIGHTS_REQUEST.c.request_id).where(row).with_for_update())
        request = request_of(clerk.scope, connection, keyring, request_id)
        if request is None:
            raise RequestRefused(NOT_FOUND)
        said_id = _said_id(clerk, request_id, form_id, text, closing)
        if said_id is not None and _is_said(connection, request_id, said_id):
            return
        fault = _fault(clerk.scope, connection, request, closing)
        if fault is not None:
            raise RequestRefused(fault)
        number = len(request.steps) + 1
        step = {
            "request_id": request_id,
            "number": number,
            "at_us": clerk.now_us,
            "actor": clerk.actor,
            "outcome": closing.outcome if closing else None,
            "reason": closing.reason if closing and closing.outcome == "refused" else None,
            "event_source": closing.event[0] if closing and closing.event else None,
            "event_id": closing.event[1] if closing and closing.event else None,
            "sealed": _sealed(keyring, request.card_id, text, f"{request_id}/{number}"),
            "said_id": said_id,
        }
        connection.execute(insert(RIGHTS_STEP), [step])


def _said_id(
    clerk: Clerk, request_id: str, form_id: str | None, text: str | None, closing: Closing | None
) -> str | None:
    """The same of a second tap on one form; None of what comes from no form."""
    if form_id is None:
        return None
    ended = (closing.outcome, closing.reason or "", *(closing.event or ())) if closing else ()
    return derived_id("step", form_id, clerk.actor, request_id, *ended, text or "")


def _is_said(connection: Connection, request_id: str, said_id: str) -> bool:
    this = RIGHTS_STEP.c.request_id == request_id, RIGHTS_STEP.c.said_id == said_id
    return connection.execute(select(RIGHTS_STEP.c.number).where(*this)).first() is not None


def _fault(
    scope: Scope, connection: Connection, request: Request, closing: Closing | None
) -> str | None:
    # A card whose registration was voided leads to nobody any more.
    cards = cards_of(scope, connection, request.card_id) or (request.card_id,)
    events = _named_event(connection, cards, closing.event if closing else None)
    return fault_of(
        request,
        # A note is refused for the same reason as any second closing: the request is closed.
        closing or Closing("refused", "other"),
        deceased=has_died(scope, connection, request.card_id),
        events=events,
    )


def _named_event(
    connection: Connection, cards: tuple[str, ...], event: tuple[str, str] | None
) -> frozenset[str]:
    """The type of the event, where it is of one of these cards and took effect."""
    if event is None:
        return frozenset()
    source, event_id = event
    subjects = [f"card/{card_id}" for card_id in cards]
    query = (
        select(JOURNAL.c.type)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
        .where(JOURNAL.c.subject.in_(subjects), OUTCOME.c.outcome == "recorded")
    )
    return frozenset(connection.execute(query).scalars())


def _sealed(keyring: Keyring, card_id: str, text: str | None, bound_to: str) -> bytes | None:
    """Words that may name somebody, under the card's key; nothing once the card is erased."""
    if not text:
        return None
    key = keyring.data_keys([f"card/{card_id}"], create=True)[f"card/{card_id}"]
    return None if key is None else seal(key, text.encode(), bound_to.encode())
