"""A new installation may begin with the shipped weights: they are published like any others.

The event is the same wherever it is said, so that what is filled again from a topic says it once.
"""

from typing import Any

import orjson
from sqlalchemy import Engine

from campaigns.catalogue import wire_name
from campaigns.intake import HEADQUARTERS, Intake
from crm.feed.settling import Accepted, accepted_so_far
from crm.identity.default_weights import SHIPPED
from crm.storage.database import reading

_PUBLISHED = "matching.published"
_SOURCE, _TIME = "/jinxi/first-start", "2026-01-01T00:00:00+08:00"


def shipped_levels() -> list[dict[str, Any]]:
    """The shipped weights as an event holds them."""
    return [
        {"thing": thing, "level": level, "centibits": centibits}
        for thing, levels in SHIPPED.of.items()
        for level, centibits in levels.items()
    ]


def begin_with_weights(engine: Engine, intake: Intake) -> bool:
    """Publish the shipped weights where nothing was ever taken in; whether that was so."""
    with reading(engine) as connection:
        if accepted_so_far(connection) != Accepted(0, 0):
            return False
    data = {
        "version": SHIPPED.version,
        "link_centibits": SHIPPED.link,
        "ask_centibits": SHIPPED.ask,
        "levels": shipped_levels(),
    }
    event = {
        "specversion": "1.0",
        "id": SHIPPED.version,
        "source": _SOURCE,
        "type": wire_name(_PUBLISHED),
        "subject": f"matching/{SHIPPED.version}",
        "time": _TIME,
        "data": data,
    }
    intake.accept([orjson.dumps(event)], HEADQUARTERS)
    return True
