"""Events as another system puts them into an inbox."""

from typing import Any

from sqlalchemy import select

from crm.people.tables import CARD
from crm.storage.database import reading
from tests.installations import Installation

STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}

NAME = "王秀英"


def event(card_id: str, **more: Any) -> dict[str, Any]:
    """A card that a dealer's system registers."""
    return {
        "specversion": "1.0",
        "id": f"e-{card_id}",
        "source": "/dealers/D01/erp",
        "type": "jinxi.card.registered.v1",
        "time": "2026-03-02T09:00:00+08:00",
        "subject": f"card/{card_id}",
        "datacontenttype": "application/json",
        "data": {"card_id": card_id, "person": {"name": NAME}, "source_kind": "dealer"},
        **more,
    }


def cards(installation: Installation) -> set[str]:
    with reading(installation.engine) as connection:
        return set(connection.execute(select(CARD.c.card_id)).scalars())
