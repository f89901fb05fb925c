"""Reads the forms that one account sent: when, about whom, what became of their events."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import orjson
from sqlalchemy import Connection, false, func, select, union

from campaigns.events.people import CardRegistered
from crm.entries.own_events import Spoken, spoken_of
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL, decode, rows_at
from crm.journal.outbox import OUTBOX
from crm.keyring.keyring import Keyring
from crm.outcomes.tables import OUTCOME
from crm.people.asking import numbered
from crm.people.found import FoundPerson
from crm.people.linked import is_of, subject_of
from crm.people.queries import people_by_id
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope
from crm.storage.database import in_pieces

_FORM_ID_LENGTH = 36
_MOST_EVENTS = 3_000
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class OwnForm:
    """One form. name: of the person, where whoever asks may see names, and it is recorded.

    subjects: the subjects of its events. written_us: when it was written, on the phone or on paper;
    by_day: of which the day alone is known.
    """

    form_id: str
    received_us: int
    spoken: tuple[Spoken, ...]
    name: str | None
    voided: int = 0
    subjects: frozenset[str] = frozenset()
    written_us: int = 0
    by_day: bool = False

    @property
    def waited(self) -> bool:
        """Whether it was received at another time than it was written, as far as people tell."""
        return self.by_day or abs(self.received_us - self.written_us) >= _MINUTE_US

    @property
    def is_taken_back(self) -> bool:
        """Whether nothing of it stands any more."""
        return self.voided == len(self.spoken)


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
            JOURNAL.c.plain,
            JOURNAL.c.subject,
            OUTCOME.c.outcome,
            CARD.c.name,
            PERSON.c.restricted,
            JOURNAL.c.starts_us,
            JOURNAL.c.day_precision,
        )
        .select_from(JOURNAL)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .join(LINK, is_of(JOURNAL.c.subject, LINK.c.card_id), isouter=True)
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
    for row in connection.execute(query):
        key = row.id[:_FORM_ID_LENGTH]
        shown = row.name if with_names and not row.restricted else None
        new = OwnForm(key, row.received_us, (), shown, 0, frozenset(), row.starts_us)
        form = found.get(key, replace(new, by_day=bool(row.day_precision)))
        found[key] = replace(
            form,
            spoken=(spoken_of(row.type, orjson.loads(row.plain)), *form.spoken),
            name=form.name or shown,
            voided=form.voided + (row.outcome == "voided"),
            subjects=form.subjects | {row.subject},
        )
    return list(found.values())


def subjects_of(
    connection: Connection, identities: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Source and id → what the event is about (`card/…`)."""
    found: dict[tuple[str, str], str] = {}
    by_source: dict[str, list[str]] = {}
    for source, event_id in identities:
        by_source.setdefault(source, []).append(event_id)
    for source, ids in by_source.items():
        query = select(JOURNAL.c.id, JOURNAL.c.subject).where(JOURNAL.c.source == source)
        for piece in in_pieces(ids):
            rows = connection.execute(query.where(JOURNAL.c.id.in_(piece)))
            found |= {(source, event_id): subject for event_id, subject in rows}
    return found


def names_written(
    connection: Connection, keyring: Keyring, source: str, subjects: Collection[str]
) -> dict[str, str]:
    """Subject of a card → the name that the account wrote on it itself, of some subjects.

    Restricted archives have none here, nor those that were erased.
    """
    query = (
        select(JOURNAL.c.position)
        .select_from(JOURNAL)
        .join(LINK, is_of(JOURNAL.c.subject, LINK.c.card_id), isouter=True)
        .join(PERSON, PERSON.c.person_id == LINK.c.person_id, isouter=True)
        .where(JOURNAL.c.source == source, JOURNAL.c.type == "card.registered")
        .where(func.coalesce(PERSON.c.restricted, false()).is_(False))
    )
    positions: list[int] = []
    for piece in in_pieces(sorted(subjects)):
        positions += connection.execute(query.where(JOURNAL.c.subject.in_(piece))).scalars()
    written = decode(rows_at(connection, positions), keyring)
    return {
        event.subject: event.data.person.name
        for event in written
        if isinstance(event.data, CardRegistered) and not event.blank
    }


def names_at(connection: Connection, subjects: Collection[str]) -> dict[str, str]:
    """Subject of an event → the name on the card it is of; restricted archives have none here."""
    query = (
        select(subject_of(LINK.c.card_id), CARD.c.name)
        .join(CARD, CARD.c.card_id == LINK.c.card_id)
        .join(PERSON, PERSON.c.person_id == LINK.c.person_id)
        .where(PERSON.c.restricted.is_(False), CARD.c.name.is_not(None))
    )
    found: dict[str, str] = {}
    for piece in in_pieces(list(subjects)):
        cards = [subject.removeprefix("card/") for subject in piece]
        rows = connection.execute(query.where(LINK.c.card_id.in_(cards)))
        found |= {subject: name for subject, name in rows}
    return found


def person_of_card(scope: Scope, connection: Connection, card_id: str) -> FoundPerson | None:
    """Whose card it is; None where nobody is written on it, as far as it is recorded."""
    query = select(LINK.c.person_id).where(LINK.c.card_id == card_id)
    person_id = connection.execute(query).scalar()
    if person_id is None:
        return None
    return next(iter(people_by_id(scope, connection, [person_id])), None)


def cards_numbered(connection: Connection, number: str) -> list[str]:
    """The first cards that have a number; two are enough to see that it is not one's."""
    ways = [select(CARD.c.card_id).where(way) for way in numbered(number)]
    return sorted(connection.execute(union(*ways).limit(2)).scalars())


Standing = Literal["empty", "accepted", "not_recorded", "erased"]
"""empty: nobody was written on the card. accepted: somebody was.
not_recorded: what was written was refused, put aside or taken back. erased: for good."""


def standing_of(connection: Connection, card_id: str) -> Standing:
    """How a card stands, as far as it is known where its person is not."""
    subject = f"card/{card_id}"
    # The outbox first: a row leaves it only after the journal has it.
    waits = connection.execute(select(OUTBOX.c.id).where(OUTBOX.c.subject == subject)).first()
    query = (
        select(JOURNAL.c.type, OUTCOME.c.outcome, DEAD_LETTER.c.error)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .join(DEAD_LETTER, DEAD_LETTER.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.subject == subject)
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
