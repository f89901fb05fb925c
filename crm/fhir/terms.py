"""Code systems and the codes of them that the export uses, each with its source.

Sources: FHIR R4B 4.3.0 and HL7 terminology (THO) for its own systems; LOINC; UCUM; for the number
of the resident's identity card the OID of the Chinese shared electronic records (WS/T 500-2016);
GB/T 2260 for regions. What is the company's own stands below BASE.
"""

from typing import Any

Element = dict[str, Any]
"""A FHIR element or resource as JSON has it."""

BASE = "https://jinxi.example/fhir"
ROW_KEY = f"{BASE}/sid/copy-row"
PERSON_ID = f"{BASE}/sid/person"
CARD_ID = f"{BASE}/sid/card"
DEALER = f"{BASE}/sid/dealer"
PURCHASE_ID = f"{BASE}/sid/purchase"
EVENT_ID = f"{BASE}/sid/event"
ACTOR = f"{BASE}/sid/actor"
EVENT_TYPE = f"{BASE}/CodeSystem/event"
PURPOSE = f"{BASE}/CodeSystem/consent-purpose"
CATEGORY = f"{BASE}/CodeSystem/category"
NOTICE = f"{BASE}/CodeSystem/consent-notice"
REGION = f"{BASE}/CodeSystem/gb-t-2260"
DETAIL = f"{BASE}/StructureDefinition/detail"
REGION_CODE = f"{BASE}/StructureDefinition/region"
WRITTEN_TIME = f"{BASE}/StructureDefinition/written-time"

RESIDENT_ID_NUMBER = "urn:oid:2.16.156.10011.1.3"

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
VITAL_SIGNS_PROFILE = "http://hl7.org/fhir/StructureDefinition/vitalsigns"
BLOOD_PRESSURE_PROFILE = "http://hl7.org/fhir/StructureDefinition/bp"
HEART_RATE_PROFILE = "http://hl7.org/fhir/StructureDefinition/heartrate"


def coding(system: str, code: str) -> Element:
    """A Coding; what the code is called stands in its system."""
    return {"system": system, "code": code}


def concept(system: str, code: str) -> Element:
    """A CodeableConcept of one code."""
    return {"coding": [coding(system, code)]}


BLOOD_PRESSURE = concept(LOINC, "85354-9")
SYSTOLIC = concept(LOINC, "8480-6")
DIASTOLIC = concept(LOINC, "8462-4")
HEART_RATE = concept(LOINC, "8867-4")
VITAL_SIGNS = concept(f"{_TERMINOLOGY}/observation-category", "vital-signs")
UNKNOWN = concept(f"{_TERMINOLOGY}/data-absent-reason", "unknown")
PRIVACY_SCOPE = concept(f"{_TERMINOLOGY}/consentscope", "patient-privacy")
COLLECTION = concept(f"{_TERMINOLOGY}/v3-ActCode", "ICOL")
ACCESS = concept(f"{_TERMINOLOGY}/v3-ActCode", "INFA")
DISCLOSURE = concept(f"{_TERMINOLOGY}/v3-ActCode", "IDSCL")
RECIPIENT = concept(f"{_TERMINOLOGY}/v3-ParticipationType", "IRCP")
ENTERER = concept(f"{_TERMINOLOGY}/provenance-participant-type", "enterer")
CUSTODIAN = concept(f"{_TERMINOLOGY}/provenance-participant-type", "custodian")
_ROLE = f"{_TERMINOLOGY}/v3-RoleCode"

RELATIONS = {
    "spouse": concept(_ROLE, "SPS"),
    "child": concept(_ROLE, "CHILD"),
    "parent": concept(_ROLE, "PRN"),
    "sibling": concept(_ROLE, "SIB"),
    "friend": concept(_ROLE, "FRND"),
}
"""Relations that HL7's roles name; the others stand as text."""

PURPOSE_CATEGORIES = {
    "archive": COLLECTION,
    "health": COLLECTION,
    "share_with_dealer": DISCLOSURE,
    "marketing": ACCESS,
    "club": ACCESS,
}
LAW = "PIPL (2021) art. 13-16, 23, 29"
"""What a word of consent rests on where it names no notice."""
COMPANY = "Jinxi"
"""The display of the company that keeps the archives and hands out the copies."""
