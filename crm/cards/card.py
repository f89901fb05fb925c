"""A card as it stands: as written once, with every correction folded in, in effective order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from msgspec import UNSET, Struct, structs

from campaigns.events.people import CardCorrected, CardRegistered, PersonDeceased
from campaigns.times import OrderKey
from crm.journal.logged_event import LoggedEvent

SECTIONS = {
    "person": ("name", "sex", "birth_date", "birth_year", "id_number"),
    "contact": ("phones", "address", "mail"),
    "health": ("conditions", "medicines", "devices"),
    "private": ("note",),
}


@dataclass(frozen=True, slots=True)
class Card:
    """What is in force on one card; an erased card has nothing personal.

    order: of its registration.
    deceased: whether this card says that the person died; deceased_on: the day, where known.
    events: what is recorded and takes effect on it, the registration first.
    is_corrected_by_row: whether another dealer than the one it belongs to has corrected it.
    """

    card_id: str
    order: OrderKey
    source: str
    source_kind: str
    name: str | None
    sex: str | None
    birth_date: date | None
    birth_year: int | None
    id_number: str | None
    phones: tuple[str, ...]
    address: str | None
    mail: str | None
    conditions: tuple[str, ...]
    medicines: tuple[str, ...]
    devices: tuple[str, ...]
    note: str | None
    region: str | None
    dealer: str | None
    activity_id: str | None
    deceased: bool
    deceased_on: date | None
    erased: bool
    events: tuple[LoggedEvent, ...]
    is_corrected_by_row: bool = False


def fold_card(registered: LoggedEvent, effective: Sequence[LoggedEvent], *, erased: bool) -> Card:
    """The card that `registered` brought into being; `effective` are its other recorded events."""
    data = registered.data
    assert isinstance(data, CardRegistered)
    values: dict[str, Any] = {}
    for section, names in SECTIONS.items():
        written = None if registered.blank else getattr(data, section)
        for name in names:
            values[name] = getattr(written, name, None)
    values["region"] = data.region
    deaths = []
    is_corrected_by_row = False
    for event in effective:
        if isinstance(event.data, CardCorrected):
            _correct(values, event.data)
            is_corrected_by_row |= not registered.is_open_to(event)
        elif isinstance(event.data, PersonDeceased):
            deaths.append(event.data.on)
    if erased:
        values |= dict.fromkeys(name for names in SECTIONS.values() for name in names)
    return Card(
        card_id=data.card_id,
        order=registered.order,
        source=registered.source,
        source_kind=data.source_kind,
        name=values["name"],
        sex=values["sex"],
        birth_date=values["birth_date"],
        birth_year=values["birth_year"],
        id_number=values["id_number"],
        phones=tuple(values["phones"] or ()),
        address=values["address"],
        mail=values["mail"],
        conditions=tuple(values["conditions"] or ()),
        medicines=tuple(values["medicines"] or ()),
        devices=tuple(values["devices"] or ()),
        note=values["note"],
        region=values["region"],
        dealer=data.dealer,
        activity_id=data.activity_id,
        deceased=bool(deaths),
        deceased_on=next((day for day in reversed(deaths) if day is not None), None),
        erased=erased,
        events=(registered, *effective),
        is_corrected_by_row=is_corrected_by_row,
    )


def as_told(card: Card) -> Card:
    """The card by what the company wrote, and whoever it belongs to.

    What another dealer corrects by a row of its copy is no word on who somebody is: nobody may say
    that by a row (docs/events.md, "Who may say what about whom").
    """
    if not card.is_corrected_by_row:
        return card
    registered, *others = card.events
    told = [e for e in others if registered.is_open_to(e) or not isinstance(e.data, CardCorrected)]
    return fold_card(registered, told, erased=card.erased)


def card_with(card: Card, event: LoggedEvent) -> Card:
    """The card after one more recorded event, later than all others, that corrects nothing."""
    return replace(card, events=(*card.events, event))


def _correct(values: dict[str, Any], patch: CardCorrected) -> None:
    """A merge patch: null clears, lists are replaced, what is not named stays (RFC 7396)."""
    if patch.region is not UNSET:
        values["region"] = patch.region
    for section, names in SECTIONS.items():
        change = getattr(patch, section)
        if change is None:
            values |= dict.fromkeys(names)
        elif isinstance(change, Struct):
            named = structs.asdict(change)
            values |= {name: value for name, value in named.items() if value is not UNSET}
