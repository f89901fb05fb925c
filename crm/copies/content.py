"""What a row of a dealer's copy says: the categories and their keys, made of contributing cards.

Lists are sorted and hold nothing twice: texts by code point, dated items by the instant they
happened and then by their canonical JSON. What is unknown is left out, and so are lists and
categories in which nothing is known.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from campaigns.canonical import canonical_json
from campaigns.identifiers import mobile_e164
from crm.consents.facts import HistoryItem, Purchase, Reading, SharedCard
from crm.copies.sharing_rule import Circumstances

Content = dict[str, Any]
"""A value that JSON can hold, with text keys."""
Dated = tuple[int, Content]
"""The instant (µs) an item happened at, and what the row says of it."""

Value = TypeVar("Value")

UNKNOWN: tuple[object, ...] = (None, "", [], {})


def category_content(
    category: str, cards: Sequence[SharedCard], dealer: str, at: Circumstances
) -> Content | list[Content]:
    """One category of the dealer's row, from the cards that give it, in effective order.

    Empty when nothing is known.
    """
    return _CATEGORIES[category](cards, dealer, at)


def _identity(cards: Sequence[SharedCard], dealer: str, at: Circumstances) -> Content:
    """Of several sexes or birth dates the first card's; a date is preferred to a mere year."""
    born = _first(card.birth_date for card in cards)
    return _filled(
        {
            "names": _texts(name for card in cards for name in card.names),
            "sex": _first(card.sex for card in cards),
            "birth_date": born.isoformat() if born else None,
            "birth_year": None if born else _first(card.birth_year for card in cards),
        }
    )


def _contact(cards: Sequence[SharedCard], dealer: str, at: Circumstances) -> Content:
    return _filled(
        {
            "phones": _texts(mobile_e164(raw) or raw for card in cards for raw in card.phones),
            "addresses": _texts(card.address for card in cards),
            "regions": _texts(card.region for card in cards),
        }
    )


def _health(cards: Sequence[SharedCard], dealer: str, at: Circumstances) -> Content:
    return _filled(
        {
            "conditions": _texts(text for card in cards for text in card.conditions),
            "medicines": _texts(text for card in cards for text in card.medicines),
            "devices": _texts(text for card in cards for text in card.devices),
            "readings": _in_time(
                (reading.starts_us, _reading(reading))
                for card in cards
                for reading in card.readings
                if reading.starts_us <= at.at_us and _is_measured(reading)
            ),
        }
    )


def _history(cards: Sequence[SharedCard], dealer: str, at: Circumstances) -> list[Content]:
    happened = (item for card in cards for item in card.history if item.starts_us <= at.at_us)
    return _in_time(
        (item.starts_us, _history_item(item, dealer, at)) for item in _attended_once(happened)
    )


def _attended_once(items: Iterable[HistoryItem]) -> Iterator[HistoryItem]:
    """What counts: one activity is attended once, on however many sheets.

    Of the cards of this row alone: that one of another card came first would tell of that card.
    """
    attended = set()
    for item in sorted(items, key=attrgetter("order")):
        if item.type == "activity.attended":
            if item.activity_id in attended:
                continue
            attended.add(item.activity_id)
        yield item


def _purchases(cards: Sequence[SharedCard], dealer: str, at: Circumstances) -> list[Content]:
    return _in_time(
        (purchase.starts_us, _purchase(purchase))
        for card in cards
        for purchase in card.purchases
        if purchase.starts_us <= at.at_us
    )


_CATEGORIES: Mapping[
    str, Callable[[Sequence[SharedCard], str, Circumstances], Content | list[Content]]
] = {
    "identity": _identity,
    "contact": _contact,
    "health": _health,
    "history": _history,
    "purchases": _purchases,
}


def _history_item(item: HistoryItem, dealer: str, at: Circumstances) -> Content:
    told = {"type": item.type, "time": item.time, "timeprecision": item.timeprecision}
    if item.activity_id is None:
        return told | dict(item.codes)
    if at.carries_out(dealer, item.activity_id):
        return told | {"activity_id": item.activity_id} | dict(item.codes)
    # Another dealer's ids and codes would tell that it knows the person.
    return told


def _reading(reading: Reading) -> Content:
    return _filled(
        {
            "time": reading.time,
            "systolic_mmhg": reading.systolic_mmhg,
            "diastolic_mmhg": reading.diastolic_mmhg,
            "pulse_bpm": reading.pulse_bpm,
            "note": reading.note,
        }
    )


def _is_measured(reading: Reading) -> bool:
    """A reading that says nothing would only tell of a visit, which is history."""
    return len(_reading(reading)) > 1


def _purchase(purchase: Purchase) -> Content:
    return _filled(
        {
            "purchase_id": purchase.purchase_id,
            "time": purchase.time,
            "sku": purchase.sku,
            "quantity": purchase.quantity,
            "returned": purchase.returned_units,
            "unit_price_fen": purchase.unit_price_fen,
            "channel": purchase.channel,
            "serials": _texts(purchase.serials),
        }
    )


def _filled(content: Content) -> Content:
    return {name: value for name, value in content.items() if value not in UNKNOWN}


def _first(values: Iterable[Value | None]) -> Value | None:
    return next((value for value in values if value is not None), None)


def _texts(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def _in_time(dated: Iterable[Dated]) -> list[Content]:
    items = {(starts_us, canonical_json(content)): content for starts_us, content in dated}
    return [items[key] for key in sorted(items)]
