"""Reads the forms that one account sent: when, about whom, what became of their events."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection, select

from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.journal.outbox import OUTBOX
from crm.outcomes.tables import OUTCOME
from crm.people.found import FoundPerson
from crm.people.queries import people_by_id
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope
from crm.storage.database import in_pieces

_FORM_ID_LENGTH = 36
_MOST_EVENTS = 3_000


@dataclass(frozen=True, slots=True)
class OwnForm:
    """One form. name: of the person, where whoever asks may see names, and it is recorded."""

    form_id: str
    received_us: int
    types: tuple[str, ...]
    name: str | None
    voided: int = 0

    @property
    def is_taken_back(self) -> bool:
        """Whether nothing of it stands any more."""
        return self.voided == len(self.types)


def own_forms_since(
    connection: Connection,
    source: str,
    since_us: int,
    with_names: bool,
    form_id: str | None = None,
) -> list[OwnForm]:
    """The forms of an account since an instant, the latest first; or one of them.

    Restricted archives have no name here. Words that take others back are no forms of their own.
    """
    query = (
        select(
            JOURNAL.c.id,
            JOURNAL.c.received_us,
            JOURNAL.c.type,
            OUTCOME.c.outcome,
            CARD.c.name,
            PERSON.c.restricted,
        )
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .join(LINK, LINK.c.home == JOURNAL.c.subject, isouter=True)
        .join(CARD, CARD.c.card_id == LINK.c.card_id, isouter=True)
        .join(PERSON, PERSON.c.person_id == LINK.c.person_id, isouter=True)
        .where(JOURNAL.c.source == source, JOURNAL.c.received_us >= since_us)
        .where(JOURNAL.c.type != "event.voided")
        .order_by(JOURNAL.c.position.desc())
        .limit(_MOST_EVENTS)
    )
    if form_id is not None:
        query = query.where(JOURNAL.c.id >= f"{form_id}-", JOURNAL.c.id < f"{form_id}.")
    found: dict[str, OwnForm] = {}
    for event_id, received_us, type_name, outcome, name, restricted in connection.execute(query):
        key = event_id[:_FORM_ID_LENGTH]
        shown = name if with_names and not restricted else None
        form = found.get(key, OwnForm(key, received_us, (), shown))
        voided = form.voided + (outcome == "voided")
        types = (type_name, *form.types)
        found[key] = replace(form, types=types, name=form.name or shown, voided=voided)
    return list(found.values())


def names_at(connection: Connection, subjects: Collection[str]) -> dict[str, str]:
    """Subject of an event → the name on the card it is of; restricted archives have none here."""
    query = (
        select(LINK.c.home, CARD.c.name)
        .join(CARD, CARD.c.card_id == LINK.c.card_id)
        .join(PERSON, PERSON.c.person_id == LINK.c.person_id)
        .where(PERSON.c.restricted.is_(False), CARD.c.name.is_not(None))
    )
    found: dict[str, str] = {}
    for piece in in_pieces(list(subjects)):
        rows = connection.execute(query.where(LINK.c.home.in_(piece)))
        found |= {home: name for home, name in rows}
    return found


def person_of_card(scope: Scope, connection: Connection, card_id: str) -> FoundPerson | None:
    """Whose card it is; None where nobody is written on it, as far as it is recorded."""
    query = select(LINK.c.person_id).where(LINK.c.card_id == card_id)
    person_id = connection.execute(query).scalar()
    if person_id is None:
        return None
    return next(iter(people_by_id(scope, connection, [person_id])), None)


def cards_numbered(connection: Connection, number: str) -> list[str]:
    """The first cards whose ids begin with a number; two are enough to see that it is not one's."""
    query = select(LINK.c.card_id).where(LINK.c.card_id >= number, LINK.c.card_id < f"{number}~")
    return list(connection.execute(query.order_by(LINK.c.card_id).limit(2)).scalars())


Standing = Literal["empty", "accepted", "not_recorded", "erased"]
"""empty: nobody was written on the card. accepted: somebody was.
not_recorded: what was written was refused, put aside or taken back. erased: for good."""


def standing_of(connection: Connection, card_id: str) -> Standing:
    """How a card stands, as far as it is known where its person is not."""
    home = f"card/{card_id}"
    # The outbox first: a row leaves it only after the journal has it.
    waits = connection.execute(select(OUTBOX.c.id).where(OUTBOX.c.subject == home)).first()
    query = (
        select(JOURNAL.c.type, OUTCOME.c.outcome, DEAD_LETTER.c.error)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .join(DEAD_LETTER, DEAD_LETTER.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.subject == home)
    )
    said = connection.execute(query).all()
    if any(row.type == "card.erased" and row.outcome in (None, "recorded") for row in said):
        return "erased"
    written = [row for row in said if row.type == "card.registered"]
    if not said and waits is None:
        return "empty"
    if waits is not None or not written:
        return "accepted"
    is_going = any(row.outcome in (None, "recorded") and row.error is None for row in written)
    return "accepted" if is_going else "not_recorded"
