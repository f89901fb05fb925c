"""Whose a card is, as people are known now."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from crm.people.tables import LINK
from crm.storage.reads import stored_rows


def people_of_cards(connection: Connection, cards: Iterable[str]) -> Mapping[str, str]:
    """The person of each card; without those of which nothing is recorded."""
    return dict(stored_rows(connection, (LINK.c.card_id, LINK.c.person_id), LINK.c.card_id, cards))
