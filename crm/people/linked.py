"""Whose a card is, as people are known now; and cards among the subjects of events."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column

from crm.people.tables import CARD, LINK
from crm.storage.reads import stored_rows

_KIND = "card/"
"""Of which kind the subjects of events are that are cards."""


def people_of_cards(connection: Connection, cards: Iterable[str]) -> Mapping[str, str]:
    """The person of each card; without those of which nothing is recorded."""
    return dict(stored_rows(connection, (LINK.c.card_id, LINK.c.person_id), LINK.c.card_id, cards))


def cards_beside(connection: Connection, cards: Iterable[str]) -> dict[str, list[str]]:
    """Of each card all cards of its person, itself among them."""
    person_of = people_of_cards(connection, cards)
    together: dict[str, list[str]] = {}
    of_people = (LINK.c.person_id, LINK.c.card_id)
    for person_id, card_id in stored_rows(
        connection, of_people, LINK.c.person_id, frozenset(person_of.values())
    ):
        together.setdefault(person_id, []).append(card_id)
    return {card_id: together[person_id] for card_id, person_id in person_of.items()}


def cards_of_people(connection: Connection, ids: Collection[str]) -> dict[str, list[str]]:
    """The cards of each of some people, by any id that a person ever had; of nobody unknown."""
    own = (CARD.c.own_person_id, CARD.c.card_id)
    first: dict[str, str] = dict(stored_rows(connection, own, CARD.c.own_person_id, ids))
    person_of = people_of_cards(connection, first.values())
    wanted = frozenset(person_of.values())
    cards: dict[str, list[str]] = {}
    of_people = (LINK.c.person_id, LINK.c.card_id)
    for person_id, card_id in stored_rows(connection, of_people, LINK.c.person_id, wanted):
        cards.setdefault(person_id, []).append(card_id)
    return {
        name: sorted(cards[person_of[card_id]])
        for name, card_id in first.items()
        if card_id in person_of
    }


def subject_of(card_id: ColumnElement[str]) -> ColumnElement[str]:
    """The subject of the events of a card."""
    return literal_column(f"'{_KIND}'").concat(card_id)


def card_of(subject: ColumnElement[str]) -> ColumnElement[str]:
    """The id of the card that a subject is; of subjects of another kind, nothing of use."""
    return func.substr(subject, len(_KIND) + 1)


def is_of(subject: ColumnElement[str], card_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a subject is the card; said twice, so that either is found by the other's index."""
    return and_(subject == subject_of(card_id), card_id == card_of(subject))
