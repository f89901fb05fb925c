"""An archive as FHIR, for headquarters: the person, each card as written, and what came of events.

One Patient stands for the person and holds what all cards say; one stands for each card as it is
now, linked to it, so that cards that contradict each other both remain. What an event brought is
followed by a Provenance that names the event, its instant of arrival and who sent it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import structs

from campaigns.events.base import PERSONAL_FIELDS
from campaigns.events.care import ClinicConsulted
from campaigns.events.consents import ConsentGiven, ConsentRefused, ConsentWithdrawn
from campaigns.events.people import (
    CardCorrected,
    CardErased,
    CardRegistered,
    PersonDeceased,
    RelationStated,
)
from campaigns.events.purchases import PurchaseMade
from campaigns.identifiers import mobile_e164
from campaigns.times import rfc3339
from crm.cards.card import Card
from crm.components.evaluation import Evaluation, PersonView
from crm.consents.uses import Closed
from crm.fhir.care import happening, health_resources, observations, purchase_resources
from crm.fhir.consents import consent_resource
from crm.fhir.elements import (
    devices_of,
    fhir_id,
    fhir_time,
    identifier,
    part_id,
    provenance,
    reference,
    region_address,
)
from crm.fhir.relatives import buyer, relative
from crm.fhir.terms import (
    ACTOR,
    CARD_ID,
    ENTERER,
    EVENT_ID,
    PERSON_ID,
    RESIDENT_ID_NUMBER,
    Element,
)
from crm.journal.logged_event import LoggedEvent

_OF_THE_CARD = CardRegistered | CardCorrected | CardErased | PersonDeceased


class ArchiveRestricted(Exception):
    """The person has not agreed to the archive or took it back: it is stored and not used."""


def archive_resources(person: PersonView, evaluation: Evaluation, closed: Closed) -> list[Element]:
    """Every resource of one archive, the person's Patient first, each once.

    What is of health is left out while the person says no to that.

    Raises ArchiveRestricted where the archive may only be stored.
    """
    if closed.archive:
        raise ArchiveRestricted(person.person_id)
    patient = _person(person)
    made: list[Element] = [patient]
    for card in person.cards:
        written = _card(card, patient)
        made.append(written)
        made += _of_events(patient, written, card, evaluation, with_health=not closed.health)
    return list({(one["resourceType"], one["id"]): one for one in made}.values())


def bundle(resources: list[Element], base: str, at_us: int) -> Element:
    """The resources as one collection of the instant."""
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": rfc3339(at_us),
        "entry": [
            {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one}
            for one in resources
        ],
    }


def _person(person: PersonView) -> Element:
    cards = person.cards
    return {
        "resourceType": "Patient",
        "id": fhir_id(person.person_id),
        "identifier": [
            identifier(PERSON_ID, person.person_id),
            *(identifier(CARD_ID, card.card_id) for card in cards),
            *_numbers(cards),
        ],
        **_facts(cards, person.deceased),
        "link": [
            {"other": {"reference": f"Patient/{_card_patient_id(card)}"}, "type": "seealso"}
            for card in cards
        ],
    }


def _card(card: Card, person: Element) -> Element:
    return {
        "resourceType": "Patient",
        "id": _card_patient_id(card),
        "identifier": [identifier(CARD_ID, card.card_id), *_numbers([card])],
        **_facts([card], card.deceased),
        "link": [{"other": reference(person), "type": "refer"}],
    }


def _card_patient_id(card: Card) -> str:
    # A card id may look like the id of the person that is made of it.
    return part_id(card.card_id, "card", None)


def _facts(cards: Iterable[Card], deceased: bool) -> Element:
    """What cards say of a person; of several sexes or births the first card's."""
    cards = list(cards)
    born = _first(card.birth_date for card in cards) or _first(card.birth_year for card in cards)
    phones = _each(mobile_e164(raw) or raw for card in cards for raw in card.phones)
    told = {
        "name": [{"text": name} for name in _each(card.name for card in cards)],
        "telecom": [{"system": "phone", "value": phone} for phone in phones]
        + [{"system": "email", "value": mail} for mail in _each(card.mail for card in cards)],
        "gender": _first(card.sex for card in cards),
        "birthDate": None if born is None else str(born),
        "deceasedBoolean": deceased,
        "address": [_address(*where) for where in _each(map(_place, cards)) if any(where)],
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _numbers(cards: Iterable[Card]) -> list[Element]:
    numbers = _each(card.id_number for card in cards)
    return [identifier(RESIDENT_ID_NUMBER, number) for number in numbers]


def _place(card: Card) -> tuple[str | None, str | None]:
    return card.address, card.region


def _address(text: str | None, region: str | None) -> Element:
    return ({"text": text} if text else {}) | (region_address(region) if region else {})


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _each(values: Iterable[Any]) -> list[Any]:
    return [value for value in dict.fromkeys(values) if value]


def _of_events(
    patient: Element, written: Element, card: Card, evaluation: Evaluation, *, with_health: bool
) -> Iterator[Element]:
    health = {"conditions": card.conditions, "medicines": card.medicines, "devices": card.devices}
    yield from health_resources(patient, health if with_health else {})
    for event in card.events:
        if isinstance(event.data, _OF_THE_CARD):
            targets, made = [written], []
        else:
            targets = made = list(_of_event(patient, card, event, evaluation, with_health))
        yield from made
        if targets:
            yield _from(event, targets)


def _of_event(
    patient: Element, card: Card, event: LoggedEvent, evaluation: Evaluation, with_health: bool
) -> Iterable[Element]:
    data = event.data
    if isinstance(data, ConsentGiven | ConsentRefused | ConsentWithdrawn):
        return [consent_resource(patient, card, event, evaluation.at_us)]
    if isinstance(data, RelationStated):
        return [relative(patient, data)]
    if isinstance(data, ClinicConsulted):
        measured = structs.asdict(data.health)
        reading = {name: value for name, value in measured.items() if value is not None}
        seen = (
            observations(patient, {"time": event.time, **reading})
            if reading and with_health
            else []
        )
        return [happening(patient, _item(event)), *seen]
    if isinstance(data, PurchaseMade):
        returned = evaluation.judged.returned_units.get(data.purchase_id, 0)
        return [*purchase_resources(patient, _purchase(event, returned)), *buyer(patient, data)]
    return [happening(patient, _item(event)), *_devices(patient, event)]


def _item(event: LoggedEvent) -> dict[str, Any]:
    """The event in the shape of a copy's history, with every code it has."""
    return {
        "type": event.type_name,
        "time": event.time,
        "timeprecision": "day" if event.day_precision else "second",
        **_codes(event, "card_id"),
    }


def _purchase(event: LoggedEvent, returned_units: int) -> dict[str, Any]:
    told = _codes(event, "card_id", "buyer", "influencers", "serials")
    serials = getattr(event.data, "serials", None) or ()
    return {"time": event.time, **told, "returned": returned_units, "serials": list(serials)}


def _codes(event: LoggedEvent, *without: str) -> dict[str, Any]:
    return {
        name: value
        for name, value in structs.asdict(event.data).items()
        if name not in (*PERSONAL_FIELDS, *without) and isinstance(value, str | int)
    }


def _devices(patient: Element, event: LoggedEvent) -> list[Element]:
    sku, serial = getattr(event.data, "sku", None), getattr(event.data, "serial", None)
    return devices_of(patient, sku, [serial] if serial else []) if sku else []


def _from(event: LoggedEvent, targets: list[Element]) -> Element:
    source = identifier(EVENT_ID, f"{event.source}#{event.id}")
    agent = {"type": ENTERER, "who": {"identifier": identifier(ACTOR, event.actor or event.role)}}
    made = provenance(targets, rfc3339(event.received_us), [agent])
    return made | {
        "id": part_id(event.source, "provenance", event.id),
        "occurredDateTime": fhir_time(event.time),
        "entity": [{"role": "source", "what": {"identifier": source}}],
    }
