"""Elements that several resources share: ids, references, times, details, the devices named."""

import re
from collections.abc import Mapping
from typing import Any

from campaigns.canonical import canonical_json
from campaigns.ids import derived_id
from campaigns.times import parse_instant_us, rfc3339
from crm.fhir.terms import CUSTODIAN, DETAIL, REGION, REGION_CODE, WRITTEN_TIME, Element, coding

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_FHIR_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
)


def fhir_id(name: str) -> str:
    """The name where FHIR allows it as an id, else one that is computed from it."""
    return name if _FHIR_ID.fullmatch(name) else derived_id("fhir", name)


def part_id(owner: str, kind: str, content: object) -> str:
    """The id of a part of somebody's record, computed from what it says."""
    return derived_id("fhir", owner, kind, canonical_json(content).decode())


def reference(resource: Element) -> Element:
    """A relative reference."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def identifier(system: str, value: str) -> Element:
    """A business identifier."""
    return {"system": system, "value": value}


def fhir_time(written: str) -> str:
    """The time as FHIR's dateTime wants it: as written where that is one, else in Shanghai time."""
    return written if _FHIR_TIME.fullmatch(written) else rfc3339(parse_instant_us(written))


def timed(field: str, written: str) -> Element:
    """A dateTime field; how it was written stands beside it where FHIR knows no such form."""
    told = fhir_time(written)
    if told == written:
        return {field: told}
    extension = {"url": WRITTEN_TIME, "valueString": written}
    return {field: told, f"_{field}": {"extension": [extension]}}


def details(values: Mapping[str, Any]) -> Element:
    """What FHIR has no place for: one extension, with one inside for each named value."""
    inner = [_detail(name, value) for name, value in values.items() if value is not None]
    return {"extension": [{"url": DETAIL, "extension": inner}]} if inner else {}


def _detail(name: str, value: Any) -> Element:
    if isinstance(value, bool):
        return {"url": name, "valueBoolean": value}
    if isinstance(value, int):
        # FHIR's integer has 32 bits; its decimal takes every amount that a purchase can have.
        return {"url": name, "valueDecimal": value}
    if name == "time" and _FHIR_TIME.fullmatch(value):
        return {"url": name, "valueDateTime": value}
    if isinstance(value, list | tuple):
        return {"url": name, "extension": [{"url": "item", "valueString": each} for each in value]}
    return {"url": name, "valueString": str(value)}


def region_address(code: str) -> Element:
    """An Address of which only the region is known."""
    return {"extension": [{"url": REGION_CODE, "valueCoding": coding(REGION, code)}]}


def devices_of(patient: Element, sku: str, serials: list[str]) -> list[Element]:
    """A Device for each serial number; one without where none is known."""
    owner = patient["id"]
    return [
        {
            "resourceType": "Device",
            "id": part_id(owner, "device", [sku, serial]),
            **({"serialNumber": serial} if serial else {}),
            "partNumber": sku,
            "patient": reference(patient),
        }
        for serial in serials or [""]
    ]


def device_use(patient: Element, device: Element, status: str, **fields: Any) -> Element:
    """That the person has used a device."""
    return {
        "resourceType": "DeviceUseStatement",
        "id": part_id(patient["id"], "use", [device["id"], status, *map(str, fields.values())]),
        "status": status,
        "subject": reference(patient),
        "device": reference(device),
        **fields,
    }


def provenance(targets: list[Element], recorded: str, agents: list[Element]) -> Element:
    """Where resources come from.

    recorded: RFC 3339, when it was recorded or, of an export, handed out.
    """
    named = [reference(target) for target in targets]
    return {
        "resourceType": "Provenance",
        "id": part_id("provenance", recorded, named),
        "target": named,
        "recorded": recorded,
        "agent": agents,
    }


def custodian(display: str) -> Element:
    """The agent that keeps the record."""
    return {"type": CUSTODIAN, "who": {"display": display}}
