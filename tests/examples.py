"""Events for tests: one written by hand in a line, and any valid one as a Hypothesis strategy.

All people here are invented.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from hypothesis import strategies as st
from msgspec import inspect

from campaigns.catalogue import CATALOGUE, wire_name
from campaigns.events.base import ID_PATTERN, LARGEST_FEN, LETTERS_PATTERN, MAIL_PATTERN
from campaigns.times import SHANGHAI

Wire = dict[str, Any]

HAPPENED = "2026-05-03T09:12:00+08:00"
_REGIONS = ("130102", "130100", "130000", "110105", "440306", "510104")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-"


def an_event(type_name: str, data: Wire, **attributes: Any) -> Wire:
    """An event by its short name; its subject names what the data names.

    Attributes replace those of the envelope; one that is `...` is left out.
    """
    kind = CATALOGUE[type_name]
    named = data.get(kind.subject_field or "", "x")
    wire = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/tests/hall",
        "type": wire_name(type_name),
        "time": HAPPENED,
        "subject": f"{kind.subject_kind or 'card'}/{named}",
        "data": data,
    } | attributes
    return {name: value for name, value in wire.items() if value is not ...}


def a_card(card_id: str = "card-1", **changes: Any) -> Wire:
    """A registration; keywords replace fields of the data, `attributes` those of the envelope."""
    attributes = changes.pop("attributes", {})
    data = {"card_id": card_id, "person": {"name": "王秀英"}, "source_kind": "walk_in"} | changes
    wire = an_event("card.registered", data, id=f"reg-{card_id}") | attributes
    return {name: value for name, value in wire.items() if value is not ...}


def written(event: Wire) -> bytes:
    """The event as a line without its end."""
    return orjson.dumps(event)


IDS = st.text(_LETTERS, max_size=12).map(lambda tail: f"n{tail}")
"""Ids; they begin with a letter that no personal number holds."""
DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
BIRTHS = st.dates(date(1920, 1, 1), date(1990, 12, 31))
MOMENTS = st.datetimes(
    datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(SHANGHAI)
).map(lambda moment: moment.replace(microsecond=0))


def values_of(described: inspect.Type) -> st.SearchStrategy[Any]:
    """JSON values that a field of this type takes."""
    match described:
        case inspect.UnionType():
            return st.one_of(*map(values_of, described.types))
        case inspect.NoneType():
            return st.none()
        case inspect.StructType():
            return _objects(described)
        case inspect.VarTupleType():
            return st.lists(values_of(described.item_type), max_size=3)
        case inspect.LiteralType():
            return st.sampled_from(sorted(described.values, key=str))
        case inspect.DateType():
            return DAYS.map(date.isoformat)
        case inspect.DateTimeType():
            return MOMENTS.map(datetime.isoformat)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            least = described.ge if described.gt is None else described.gt + 1
            return st.integers(int(least or 0), int(min(described.le or 10**6, 10**9)))
        case inspect.FloatType():
            return st.floats(described.ge, described.le)
        case inspect.StrType():
            return _texts(described)
    raise TypeError(f"no examples of {described}")


def _texts(described: inspect.StrType) -> st.SearchStrategy[str]:
    if described.pattern == ID_PATTERN:
        return IDS
    if described.pattern == MAIL_PATTERN:
        return st.text(_LETTERS.replace(":", ""), min_size=1, max_size=9).map(
            "{}@mail.example.com".format
        )
    if described.pattern == LETTERS_PATTERN:
        return st.sampled_from(["", "箱", "boxes"])
    if described.pattern is None:
        return st.text(min_size=described.min_length or 0, max_size=20)
    if "6" in described.pattern:
        if "{64}" in described.pattern:
            return st.binary(min_size=32, max_size=32).map(bytes.hex)
        return st.sampled_from(_REGIONS)
    raise TypeError(f"no examples of {described.pattern}")


def _objects(described: inspect.StructType) -> st.SearchStrategy[Wire]:
    fields = {
        field.encode_name: BIRTHS.map(date.isoformat)
        if field.encode_name == "birth_date"
        else st.integers(1900, 2000)
        if field.encode_name == "birth_year"
        else values_of(field.type)
        for field in described.fields
    }
    needed = {field.encode_name for field in described.fields if field.required}
    return st.fixed_dictionaries(
        {name: made for name, made in fields.items() if name in needed},
        optional={name: made for name, made in fields.items() if name not in needed},
    )


def _sharing_names_a_dealer(data: Wire) -> Wire:
    if data["purpose"] == "share_with_dealer":
        return data | {"dealer": data.get("dealer") or "D1"}
    return {name: value for name, value in data.items() if name != "dealer"}


def _ends_after_start(data: Wire) -> Wire:
    for start, end in (("starts_at", "ends_at"), ("starts_on", "ends_on")):
        if data.get(start) and data.get(end):
            data[start], data[end] = sorted((data[start], data[end]))
    return data


def _planned(data: Wire) -> Wire:
    """Ends after its start, and each thing to be taken along is listed once."""
    if data.get("materials"):
        data["materials"] = list({each["item"]: each for each in data["materials"]}.values())
    return _ends_after_start(data)


def _two_cards(data: Wire) -> Wire:
    return data | {"other_card_id": f"other-{data['other_card_id']}"[:64]}


def _rules_name_amounts(data: Wire) -> Wire:
    for rule in data["rules"]:
        needed = "percent_bp" if rule["basis"] == "percent" else "amount_fen"
        rule[needed] = rule.get(needed) or 0
    return data


def _costs_what_something_costs(data: Wire) -> Wire:
    return data | {"unit_price_fen": min(data["unit_price_fen"], LARGEST_FEN // data["quantity"])}


def _asks_before_it_links(data: Wire) -> Wire:
    data["ask_centibits"] = min(data["ask_centibits"], data["link_centibits"])
    return data


_MENDED: dict[str, Callable[[Wire], Wire]] = {
    "consent.given": _sharing_names_a_dealer,
    "consent.refused": _sharing_names_a_dealer,
    "consent.withdrawn": _sharing_names_a_dealer,
    "activity.planned": _planned,
    "activity.changed": _planned,
    "dealer.contracted": _ends_after_start,
    "relation.stated": _two_cards,
    "identity.same": _two_cards,
    "identity.different": _two_cards,
    "identity.undecided": _two_cards,
    "reward_policy.published": _rules_name_amounts,
    "purchase.made": _costs_what_something_costs,
    "matching.published": _asks_before_it_links,
}


def valid_data(type_name: str) -> st.SearchStrategy[Wire]:
    """The data of any valid event of a type, by its short name."""
    described = inspect.type_info(CATALOGUE[type_name])
    return values_of(described).map(_MENDED.get(type_name, dict))


@st.composite
def valid_events(draw: st.DrawFn, *type_names: str) -> Wire:
    """Any valid event (of these types, by short name): a day of 2026, from one of a few sources."""
    type_name = draw(st.sampled_from(type_names or tuple(CATALOGUE)))
    optional: Wire = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "datacontenttype": st.just("application/json"),
                "timeprecision": st.sampled_from(["second", "day"]),
                "sequence": st.integers(-5, 5),
            },
        )
    )
    moment: datetime = draw(MOMENTS)
    return an_event(
        type_name,
        draw(valid_data(type_name)),
        id=draw(IDS),
        source=draw(st.sampled_from(["/tests/hall", "/sheets/D1", "urn:tests:phone-3"])),
        time=moment.isoformat(),
        **optional,
    )


LATER_US = int((datetime(2027, 1, 2, tzinfo=SHANGHAI)).timestamp()) * 1_000_000
"""An instant after every event of `valid_events`."""


def days_after(text: str, days: int) -> str:
    """An RFC 3339 time some days later."""
    return (datetime.fromisoformat(text) + timedelta(days=days)).isoformat()
