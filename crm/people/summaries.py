"""Everybody with ids only, now and as of an instant."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm.components.as_of import whole_past
from crm.components.evaluation import Evaluation
from crm.components.event_filter import effective_up_to
from crm.keyring.keyring import Keyring
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """One person, with ids only."""

    person_id: str
    cards: tuple[str, ...]
    household_id: str
    deceased: bool
    restricted: bool
    erased: tuple[str, ...]


def people_now(scope: Scope, connection: Connection) -> Iterator[PersonSummary]:
    """Everybody, by person id; cards as text in order."""
    scope.require("people", "people are the company's; a dealer has its copy")
    query = (
        select(
            PERSON.c.person_id,
            PERSON.c.household_id,
            PERSON.c.deceased,
            PERSON.c.restricted,
            LINK.c.card_id,
            CARD.c.erased,
        )
        .join(LINK, LINK.c.person_id == PERSON.c.person_id)
        .join(CARD, CARD.c.card_id == LINK.c.card_id)
        .order_by(PERSON.c.person_id, LINK.c.card_id)
    )
    person: PersonSummary | None = None
    for person_id, household_id, deceased, restricted, card_id, erased in connection.execute(query):
        if person is not None and person.person_id != person_id:
            yield person
            person = None
        cards = (*person.cards, card_id) if person else (card_id,)
        gone = person.erased if person else ()
        person = PersonSummary(
            person_id,
            cards,
            household_id,
            deceased,
            restricted,
            (*gone, card_id) if erased else gone,
        )
    if person is not None:
        yield person


def people_then(
    scope: Scope, connection: Connection, keyring: Keyring, at_us: int
) -> Iterator[PersonSummary]:
    """Everybody as of an instant."""
    scope.require("people", "people are the company's; a dealer has its copy")
    past = whole_past(connection, keyring, at_us, effective_up_to(at_us))
    yield from sorted(summaries(past), key=lambda person: person.person_id)


def summaries(evaluation: Evaluation) -> Iterator[PersonSummary]:
    """Everybody in an evaluation."""
    for person in evaluation.persons:
        yield PersonSummary(
            person.person_id,
            tuple(sorted(card.card_id for card in person.cards)),
            person.household_id,
            person.deceased,
            person.restricted,
            tuple(sorted(card.card_id for card in person.cards if card.erased)),
        )
