"""What has left for other systems."""

from typing import Any

import orjson

from campaigns.times import DAY_US, rfc3339
from crm.clock import now_us
from tests.integration.kafka.inbox_events import event


def yesterday() -> str:
    """This moment of the day before."""
    return rfc3339(now_us() - DAY_US)


def said(kind: str, number: int, subject: str, data: dict[str, Any]) -> bytes:
    """Something that headquarters says."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"h-{number}",
            "source": "/hq",
            "type": f"jinxi.{kind}.v1",
            "time": yesterday(),
            "subject": subject,
            "data": data,
        }
    )


def shared_with(dealer: str, number: int) -> list[bytes]:
    """A dealer with a contract, and a person who consents to be in its copy."""
    contract: dict[str, Any] = {
        "dealer": dealer,
        "contract_id": f"x{number}",
        "name": "经销商",
        "kind": "sub",
    }
    contract |= {"regions": ["110000"], "starts_on": "2026-01-01"}
    card_id = f"S{number}"
    card = event(card_id, time=yesterday())
    card["data"] |= {"region": "110105"}
    consent = {"card_id": card_id, "purpose": "share_with_dealer", "dealer": dealer}
    consent |= {"notice_version": "3", "method": "paper", "by": "self"}
    return [
        said("dealer.contracted", 10 * number, f"dealer/{dealer}", contract),
        orjson.dumps(card),
        said("consent.given", 10 * number + 1, f"card/{card_id}", consent),
    ]
