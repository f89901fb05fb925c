"""Health and what was done, as FHIR: readings, conditions, medicines, trials, purchases.

Each function takes values in the shape of a copy's row (crm/copies/content.py), so that a dealer's
export and an archive's say the same thing in the same way.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crm.fhir.elements import (
    details,
    device_use,
    devices_of,
    fhir_time,
    identifier,
    part_id,
    reference,
    timed,
)
from crm.fhir.terms import (
    BLOOD_PRESSURE,
    BLOOD_PRESSURE_PROFILE,
    DIASTOLIC,
    EVENT_TYPE,
    HEART_RATE,
    HEART_RATE_PROFILE,
    PURCHASE_ID,
    SYSTOLIC,
    UCUM,
    UNKNOWN,
    VITAL_SIGNS,
    VITAL_SIGNS_PROFILE,
    Element,
    concept,
)

Content = Mapping[str, Any]
_TRIAL_STARTED, _TRIAL_ENDED = "trial.started", "trial.ended"
_OWN_PLACE = ("type", "time", "timeprecision")


def health_resources(patient: Element, health: Content) -> Iterable[Element]:
    """Conditions, medicines, devices used before and readings."""
    for text in health.get("conditions", ()):
        yield _plain(patient, "Condition", text, {"code": {"text": text}})
    for text in health.get("medicines", ()):
        fields = {"status": "unknown", "medicationCodeableConcept": {"text": text}}
        yield _plain(patient, "MedicationStatement", text, fields)
    for text in health.get("devices", ()):
        device = {
            "resourceType": "Device",
            "id": part_id(patient["id"], "used", text),
            "deviceName": [{"name": text, "type": "user-friendly-name"}],
            "patient": reference(patient),
        }
        yield device
        yield device_use(patient, device, "completed")
    for reading in health.get("readings", ()):
        yield from observations(patient, reading)


def _plain(patient: Element, kind: str, text: str, fields: Element) -> Element:
    made = {"resourceType": kind, "id": part_id(patient["id"], kind, text)}
    return made | fields | {"subject": reference(patient)}


def observations(patient: Element, reading: Content) -> list[Element]:
    """One clinic reading: the blood pressure, the heart rate, and what was noted with them.

    The resources of one reading have ids that begin alike; the note stands on the first.
    """
    stem = part_id(patient["id"], "reading", dict(reading))
    made = []
    if "systolic_mmhg" in reading or "diastolic_mmhg" in reading:
        made.append(_blood_pressure(reading) | {"id": f"{stem}-bp"})
    if "pulse_bpm" in reading:
        value = _quantity(reading["pulse_bpm"], "/min")
        profile = {"meta": {"profile": [HEART_RATE_PROFILE]}}
        made.append(profile | {"code": HEART_RATE, "valueQuantity": value} | {"id": f"{stem}-hr"})
    if not made:
        profile = {"meta": {"profile": [VITAL_SIGNS_PROFILE]}}
        absent = {"code": BLOOD_PRESSURE, "dataAbsentReason": UNKNOWN}
        made.append(profile | absent | {"id": f"{stem}-note"})
    if reading.get("note"):
        made[0]["note"] = [{"text": reading["note"]}]
    return [_observation(patient, fields, reading["time"]) for fields in made]


def _observation(patient: Element, fields: Element, time: str) -> Element:
    return {
        "resourceType": "Observation",
        "id": fields["id"],
        "status": "final",
        "category": [VITAL_SIGNS],
        "subject": reference(patient),
        **timed("effectiveDateTime", time),
        **fields,
    }


def _blood_pressure(reading: Content) -> Element:
    return {
        "meta": {"profile": [BLOOD_PRESSURE_PROFILE]},
        "code": BLOOD_PRESSURE,
        "component": [
            _component(SYSTOLIC, reading.get("systolic_mmhg")),
            _component(DIASTOLIC, reading.get("diastolic_mmhg")),
        ],
    }


def _component(code: Element, mmhg: int | None) -> Element:
    if mmhg is None:
        return {"code": code, "dataAbsentReason": UNKNOWN}
    return {"code": code, "valueQuantity": _quantity(mmhg, "mm[Hg]")}


def _quantity(value: int, unit: str) -> Element:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def history_resources(patient: Element, history: Iterable[Content]) -> Iterable[Element]:
    """A Basic for each thing that was done, in order; devices on trial as devices in use too."""
    items = list(history)
    ends = {item.get("trial_id"): item for item in items if item["type"] == _TRIAL_ENDED}
    for item in items:
        yield happening(patient, item)
        if item["type"] == _TRIAL_STARTED and "sku" in item:
            yield from trial_device(patient, item, ends.get(item.get("trial_id")))


def happening(patient: Element, item: Content) -> Element:
    """What happened, where FHIR has no resource for it: a lecture attended, a club joined."""
    told = {name: value for name, value in item.items() if name not in _OWN_PLACE}
    return {
        "resourceType": "Basic",
        "id": part_id(patient["id"], "history", dict(item)),
        **_at(item["time"], {"timeprecision": item["timeprecision"], **told}),
        "code": concept(EVENT_TYPE, item["type"]),
        "subject": reference(patient),
    }


def _at(time: str, told: Content) -> Element:
    return details({"time": time, **told})


def trial_device(patient: Element, start: Content, end: Content | None) -> list[Element]:
    """The device of a trial, and its use from the start to the end where that is known."""
    period = {"start": fhir_time(start["time"])}
    if end is not None:
        period["end"] = fhir_time(end["time"])
    serials = [start["serial"]] if start.get("serial") else []
    (device,) = devices_of(patient, start["sku"], serials)
    status = "active" if end is None else "completed"
    return [device, device_use(patient, device, status, timingPeriod=period)]


def purchase_resources(patient: Element, purchase: Content) -> list[Element]:
    """A purchase, and the devices that were bought."""
    told = {name: value for name, value in purchase.items() if name not in ("time", "purchase_id")}
    bought = {
        "resourceType": "Basic",
        "id": part_id(patient["id"], "purchase", dict(purchase)),
        **_at(purchase["time"], told),
        "identifier": [identifier(PURCHASE_ID, purchase["purchase_id"])],
        "code": concept(EVENT_TYPE, "purchase.made"),
        "subject": reference(patient),
    }
    return [bought, *devices_of(patient, purchase["sku"], list(purchase.get("serials", ())))]
