"""Short makers of sharing facts for the tests; every person is invented."""

from datetime import date, datetime
from itertools import count
from typing import Any

from campaigns.times import OrderKey, parse_instant_us
from crm.consents.facts import (
    ActivityInfo,
    ConsentDecision,
    Contract,
    HistoryItem,
    Purchase,
    Reading,
    SharedCard,
)

_serial = count(1)


def at(text: str) -> int:
    """The instant of a Shanghai time: "2026-05-03" or "2026-05-03 09:12"."""
    moment = datetime.fromisoformat(text)
    return parse_instant_us(moment.isoformat() + "+08:00")


def order(text: str) -> OrderKey:
    return (at(text), 0, "paper", f"e{next(_serial):06d}")


def decision(
    said: str, time: str, purpose: str = "share_with_dealer", **fields: Any
) -> ConsentDecision:
    """A decision at "DAY HH:MM", or on "DAY" with day precision."""
    values: dict[str, Any] = {"dealer": "D1" if purpose == "share_with_dealer" else None}
    values |= {"categories": frozenset(), "expires_on": None, "day_precision": len(time) == 10}
    values |= fields
    values["categories"] = frozenset(values["categories"])
    return ConsentDecision(kind=said, purpose=purpose, order=order(time), **values)  # type: ignore[arg-type]


def share(time: str = "2026-03-01 09:00", *categories: str, **fields: Any) -> ConsentDecision:
    return decision("given", time, categories=categories, **fields)


def health(time: str = "2026-03-01 09:05", **fields: Any) -> ConsentDecision:
    return decision("given", time, "health", **fields)


def contract(dealer: str = "D1", *regions: str, **fields: Any) -> Contract:
    values: dict[str, Any] = {
        "contract_id": f"contract-{dealer}",
        "kind": "exclusive",
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "order": order("2025-12-01 09:00"),
    }
    return Contract(dealer=dealer, regions=regions or ("110000",), **(values | fields))


def activity(activity_id: str, dealer: str = "D1") -> dict[str, ActivityInfo]:
    return {activity_id: ActivityInfo(activity_id, dealer)}


def card(card_id: str, *consents: ConsentDecision, **fields: Any) -> SharedCard:
    values: dict[str, Any] = {
        "order": order("2026-02-01 09:00"),
        "names": ("王秀英",),
        "region": "110101",
    }
    return SharedCard(card_id=card_id, consents=consents, **(values | fields))


def item(kind: str, time: str, activity_id: str | None = None, **codes: str) -> HistoryItem:
    return HistoryItem(
        type=kind,
        time=sent(time),
        order=order(time),
        timeprecision="day" if len(time) == 10 else "second",
        activity_id=activity_id,
        codes=tuple(codes.items()),
    )


def reading(time: str, **measured: Any) -> Reading:
    return Reading(time=sent(time), starts_us=at(time), **measured)


def purchase(purchase_id: str, time: str, **fields: Any) -> Purchase:
    values: dict[str, Any] = {
        "sku": "four-box",
        "quantity": 2,
        "returned_units": 0,
        "unit_price_fen": 69_300,
        "channel": "dealer",
    }
    return Purchase(purchase_id, sent(time), at(time), **(values | fields))


def sent(time: str) -> str:
    """The time as a sender writes it; a paper sheet's noon plays no part."""
    return f"{time}T12:00:00+08:00" if len(time) == 10 else time.replace(" ", "T") + ":00+08:00"
