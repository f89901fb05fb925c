"""A dealer's copy as FHIR: each row as resources that say what the row says, and nothing more.

A row can be read back from its resources whole (tests/unit/crm/fhir/reading_back.py does), so the
digest of crm/copies/digest.py can be computed from an export as well. What the export adds is
drawn from the row: ids from its key and content, a Consent from its being there, a Provenance with
the instant of the export.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from campaigns.times import rfc3339
from crm.fhir.care import health_resources, history_resources, purchase_resources
from crm.fhir.elements import (
    custodian,
    identifier,
    part_id,
    provenance,
    reference,
    region_address,
)
from crm.fhir.terms import (
    CATEGORY,
    COMPANY,
    DEALER,
    DISCLOSURE,
    LAW,
    PRIVACY_SCOPE,
    RECIPIENT,
    ROW_KEY,
    Element,
    coding,
)

_CATEGORIES = ("identity", "contact", "health", "history", "purchases")


def row_resources(dealer: str, content: Mapping[str, Any], at_us: int) -> list[Element]:
    """One row (`CopyRow.content`) as FHIR resources, the Patient first, each once.

    at_us: the instant of the export.
    """
    patient = _patient(content)
    made = [patient, _consent(dealer, patient, content), *_care(patient, content)]
    # Two readings, or two mentions of one device, may be the same resource.
    once = list({(one["resourceType"], one["id"]): one for one in made}.values())
    return [*once, provenance(once, rfc3339(at_us), [custodian(COMPANY)])]


def _patient(content: Mapping[str, Any]) -> Element:
    identity, contact = content.get("identity", {}), content.get("contact", {})
    addresses = [{"text": text} for text in contact.get("addresses", ())]
    addresses += [region_address(code) for code in contact.get("regions", ())]
    born = identity.get("birth_date") or identity.get("birth_year")
    told = {
        "name": [{"text": name} for name in identity.get("names", ())],
        "telecom": [{"system": "phone", "value": raw} for raw in contact.get("phones", ())],
        "gender": identity.get("sex"),
        "birthDate": None if born is None else str(born),
        "deceasedBoolean": content["deceased"],
        "address": addresses,
    }
    return {
        "resourceType": "Patient",
        "id": content["key"],
        "identifier": [identifier(ROW_KEY, content["key"])],
        **{name: value for name, value in told.items() if value not in (None, [])},
    }


def _consent(dealer: str, patient: Element, content: Mapping[str, Any]) -> Element:
    """That a consent is in force for what the row holds; the row knows no more of it."""
    shared = [name for name in _CATEGORIES if name in content]
    provision: Element = {
        "type": "permit",
        "actor": [{"role": RECIPIENT, "reference": {"identifier": identifier(DEALER, dealer)}}],
    }
    if shared:
        provision["class"] = [coding(CATEGORY, name) for name in shared]
    return {
        "resourceType": "Consent",
        "id": part_id(patient["id"], "consent", [dealer, shared]),
        "status": "active",
        "scope": PRIVACY_SCOPE,
        "category": [DISCLOSURE],
        "patient": reference(patient),
        "policyRule": {"text": LAW},
        "provision": provision,
    }


def _care(patient: Element, content: Mapping[str, Any]) -> Iterator[Element]:
    yield from health_resources(patient, content.get("health", {}))
    yield from history_resources(patient, content.get("history", ()))
    for purchase in content.get("purchases", ()):
        yield from purchase_resources(patient, purchase)
