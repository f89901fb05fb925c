"""A dealer's export read back into the rows of the copy, written without the mapping's help."""

from collections.abc import Iterable
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

BASE = "https://jinxi.example/fhir"
Resource = dict[str, Any]


def assert_valid(resources: Iterable[Resource]) -> None:
    """Every resource is one of R4B, by the models of fhir.resources."""
    for resource in resources:
        model = get_fhir_model_class(resource["resourceType"])
        model.model_validate(resource)


def rows_back(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """The rows, in the order of their patients."""
    rows: dict[str, list[Resource]] = {}
    for resource in resources:
        rows.setdefault(_patient_of(resource), []).append(resource)
    return [_row(resources) for resources in rows.values()]


def _patient_of(resource: Resource) -> str:
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    if resource["resourceType"] == "Provenance":
        return str(resource["target"][0]["reference"]).removeprefix("Patient/")
    about = resource.get("subject") or resource.get("patient") or {}
    return str(about["reference"]).removeprefix("Patient/")


def _row(resources: list[Resource]) -> dict[str, Any]:
    patient = resources[0]
    row = {
        "key": patient["identifier"][0]["value"],
        "deceased": patient["deceasedBoolean"],
        "identity": _identity(patient),
        "contact": _contact(patient),
        "health": _health(resources),
        "history": [_item(one) for one in _of_kind(resources, "Basic") if not _bought(one)],
        "purchases": [_purchase(one) for one in _of_kind(resources, "Basic") if _bought(one)],
    }
    return {name: value for name, value in row.items() if value not in ({}, [])}


def _of_kind(resources: list[Resource], kind: str) -> list[Resource]:
    return [one for one in resources if one["resourceType"] == kind]


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [])}


def _identity(patient: Resource) -> dict[str, Any]:
    born = patient.get("birthDate")
    return _told(
        {
            "names": [name["text"] for name in patient.get("name", [])],
            "sex": patient.get("gender"),
            "birth_date": born if born and len(born) > 4 else None,
            "birth_year": int(born) if born and len(born) == 4 else None,
        }
    )


def _contact(patient: Resource) -> dict[str, Any]:
    places = patient.get("address", [])
    return _told(
        {
            "phones": [point["value"] for point in patient.get("telecom", [])],
            "addresses": [place["text"] for place in places if "text" in place],
            "regions": [
                place["extension"][0]["valueCoding"]["code"]
                for place in places
                if "extension" in place
            ],
        }
    )


def _health(resources: list[Resource]) -> dict[str, Any]:
    readings: dict[str, dict[str, Any]] = {}
    for seen in _of_kind(resources, "Observation"):
        _add_measured(readings.setdefault(seen["id"].rpartition("-")[0], {}), seen)
    medicines = _of_kind(resources, "MedicationStatement")
    devices = _of_kind(resources, "Device")
    return _told(
        {
            "conditions": [one["code"]["text"] for one in _of_kind(resources, "Condition")],
            "medicines": [one["medicationCodeableConcept"]["text"] for one in medicines],
            "devices": [one["deviceName"][0]["name"] for one in devices if "deviceName" in one],
            "readings": list(readings.values()),
        }
    )


def _add_measured(reading: dict[str, Any], seen: Resource) -> None:
    reading["time"] = seen["effectiveDateTime"]
    if "_effectiveDateTime" in seen:
        reading["time"] = seen["_effectiveDateTime"]["extension"][0]["valueString"]
    codes = {"8480-6": "systolic_mmhg", "8462-4": "diastolic_mmhg", "8867-4": "pulse_bpm"}
    for part in (seen, *seen.get("component", [])):
        if "valueQuantity" in part:
            code = part["code"]["coding"][0]["code"]
            assert part["valueQuantity"]["code"] == ("/min" if code == "8867-4" else "mm[Hg]")
            reading[codes[code]] = part["valueQuantity"]["value"]
    if "note" in seen:
        reading["note"] = seen["note"][0]["text"]


def _bought(basic: Resource) -> bool:
    return bool(basic["code"]["coding"][0]["code"] == "purchase.made")


def _details(basic: Resource) -> dict[str, Any]:
    (extension,) = basic["extension"]
    told = {}
    for inner in extension["extension"]:
        if "extension" in inner:
            told[inner["url"]] = [item["valueString"] for item in inner["extension"]]
        else:
            (name,) = set(inner) - {"url"}
            told[inner["url"]] = inner[name]
    return told


def _item(basic: Resource) -> dict[str, Any]:
    return {"type": basic["code"]["coding"][0]["code"], **_details(basic)}


def _purchase(basic: Resource) -> dict[str, Any]:
    return {"purchase_id": basic["identifier"][0]["value"], **_details(basic)}
