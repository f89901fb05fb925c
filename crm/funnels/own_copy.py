"""What a dealer's funnel is made of: the rows of its copy as they stand, and nothing else.

So no number of it can tell what no consent gives the dealer: it could count the same by hand.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from campaigns.events.base import LARGEST_FEN
from campaigns.times import OrderKey, day_start_us, parse_instant_us, shanghai_day
from crm.consents.gathering import HISTORY_TYPES
from crm.funnels.attributes import Attributes, Detail, attributes_of
from crm.funnels.columns import ACTIVITY, BY_DAY, RETURNED, Columns
from crm.funnels.gathering import FEN, PURCHASE, Gathering
from crm.funnels.report import Standing
from crm.funnels.touchpoint import TOUCHPOINT_TYPES

TYPES_OF_COPIES = frozenset(TOUCHPOINT_TYPES) & (HISTORY_TYPES | {PURCHASE})
"""The touchpoints that a dealer's copy can hold: others are nobody's in its funnels."""
NOT_IN_COPIES = frozenset(("dealer", "source", "member_kind"))
"""The breakdowns that no row of a copy tells of."""
_NO_FIELDS = frozenset(("type", "time", "timeprecision", "returned"))
_DIGITS = 15
"""Of a hash in hexadecimal: so many fit a number of 63 bits."""

Copied = tuple[str, bytes]
"""A row's key, and the row as the dealer has it: canonical JSON."""
Lent = tuple[str, dict[str, object]]
"""An activity, and what it lends to the touchpoints at it."""


@dataclass(frozen=True, slots=True)
class OwnCopy:
    """A dealer's copy as columns; a person is the key of its row."""

    columns: Columns
    attributes: Attributes
    standing: Standing


def own_copy(rows: Iterable[Copied], activities: Iterable[Lent], changed_us: int) -> OwnCopy:
    """A dealer's copy. activities: the dealer's own; those lend that its rows name.

    changed_us: when the copy last changed.
    """
    rows = sorted(rows)
    seen = _hash_of(rows)
    columns, details = _read(rows)
    named = columns.word_codes(ACTIVITY)
    lent = sorted((each for each in activities if named.known(each[0]) is not None), key=_name)
    columns.set_lent(lent)
    seen.update(msgspec.json.encode(lent, order="deterministic"))
    standing = Standing(changed_us, int(seen.hexdigest()[:_DIGITS], 16))
    return OwnCopy(columns, attributes_of(columns, details, {}), standing)


def state_of(rows: Iterable[Copied], activities: Iterable[Lent], changed_us: int) -> bytes:
    """Equal where a copy would come out equal: what it takes to read it anew is saved."""
    seen = _hash_of(sorted(rows))
    seen.update(msgspec.json.encode(sorted(activities, key=_name), order="deterministic"))
    seen.update(str(changed_us).encode())
    digest: bytes = seen.digest()
    return digest


def _hash_of(rows: Iterable[Copied]) -> Any:
    seen = sha256()
    for key, content in rows:
        seen.update(f"{key} {len(content)}\n".encode())
        seen.update(content)
    return seen


def _name(lent: Lent) -> str:
    return lent[0]


def _read(rows: Iterable[Copied]) -> tuple[Columns, list[Detail]]:
    """The columns, and what the rows say of their people; one row is in memory at a time."""
    columns, details = Columns(), []
    gathered: dict[str, Gathering] = {}
    orders: list[OrderKey] = []
    paid_fen: list[int] = []
    for key, content in rows:
        row = msgspec.json.decode(content)
        details.append(_detail(key, row))
        for type_name, starts_us, state, fields in _touchpoints(row):
            into = gathered.setdefault(type_name, Gathering(columns))
            into.add(key, starts_us, len(orders), state, fields)
            orders.append((starts_us, len(orders), "", ""))
        paid_fen += map(_paid_fen, row.get("purchases", ()))
    for type_name, gathering in gathered.items():
        batch = gathering.batch()
        if type_name == PURCHASE:
            batch.fields[FEN] = np.array(paid_fen, np.int64)
        columns.kind(type_name).replace(
            np.empty(0, np.int64),
            batch,
            lambda events: {event: orders[event] for event in events},
        )
    columns.mark_attended_again()
    return columns, details


def _touchpoints(row: Mapping[str, Any]) -> Iterator[tuple[str, int, int, dict[str, object]]]:
    for item in row.get("history", ()):
        if item["type"] in TYPES_OF_COPIES:
            yield item["type"], *_when(item["time"], item["timeprecision"] == "day"), _fields(item)
    for item in row.get("purchases", ()):
        # A row says no precision of a purchase; what is known to the day is written as midnight.
        at_us = parse_instant_us(item["time"])
        starts_us, state = _when(item["time"], at_us == day_start_us(shanghai_day(at_us)))
        if item["returned"] >= item["quantity"]:
            state |= RETURNED
        yield PURCHASE, starts_us, state, _fields(item)


def _paid_fen(item: Mapping[str, int]) -> int:
    left = max(0, item["quantity"] - item["returned"])
    return min(left * item["unit_price_fen"], LARGEST_FEN)


def _when(time: str, by_day: bool) -> tuple[int, int]:
    at_us = parse_instant_us(time)
    return (day_start_us(shanghai_day(at_us)), BY_DAY) if by_day else (at_us, 0)


def _fields(item: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in item.items() if name not in _NO_FIELDS}


def _detail(key: str, row: Mapping[str, Any]) -> Detail:
    identity = row.get("identity", {})
    born = identity.get("birth_date") or identity.get("birth_year")
    regions = row.get("contact", {}).get("regions") or [None]
    return Detail(key, identity.get("sex"), born and str(born), regions[0])
