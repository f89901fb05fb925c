"""Weights that are published, and what is said under them."""

from campaigns.times import DAY_US, rfc3339
from crm.identity.default_weights import SHIPPED
from tests.worlds import CLOCK_US, Sent


def said(type_name: str, subject: str, number: int, **data: object) -> Sent:
    wire = {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "/hq",
        "type": f"jinxi.{type_name}.v1",
        "subject": subject,
        "time": rfc3339(CLOCK_US - 40 * DAY_US + number * DAY_US),
        "data": data,
    }
    return Sent(wire, "company")


def published(version: str, number: int, *, none: bool = False) -> Sent:
    rows = [
        {"thing": thing, "level": level, "centibits": weight}
        for thing, levels in SHIPPED.of.items()
        for level, weight in levels.items()
    ]
    return said(
        "matching.published",
        f"matching/{version}",
        number,
        version=version,
        link_centibits=SHIPPED.link,
        ask_centibits=SHIPPED.ask,
        levels=[] if none else rows,
    )
