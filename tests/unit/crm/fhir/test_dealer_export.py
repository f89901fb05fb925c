"""A dealer's export in FHIR holds what its copy holds, no more and no less."""

import re
from collections.abc import Iterator
from random import Random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from campaigns.times import rfc3339
from crm.copies.copy_rows import copy_rows
from crm.copies.digest import digest
from crm.fhir import terms
from crm.fhir.dealer import row_resources
from tests.unit.crm.copies.samples import at, card, contract, health, item, reading, share
from tests.unit.crm.copies.shared_worlds import DEALERS, World, row_key, world
from tests.unit.crm.fhir.reading_back import assert_valid, rows_back

SEEDS = st.integers(0, 2**32)
NOW_US = at("2026-05-08 12:00")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}(-bp|-hr|-note)?")
VOCABULARY = {
    *("Patient", "Consent", "Condition", "MedicationStatement", "Device", "Observation"),
    *("DeviceUseStatement", "Basic", "Provenance", "phone", "user-friendly-name", "item"),
    *("final", "active", "completed", "unknown", "permit", "second", "day"),
    *("mm[Hg]", "/min", "time", "timeprecision", "purchase.made"),
    *("identity", "contact", "health", "history", "purchases"),
}
"""Words of FHIR, UCUM and the categories' names: they tell nothing of anybody."""


def rows_of(known: World, dealer: str) -> list[dict[str, Any]]:
    found = copy_rows(
        known.persons, known.contracts, known.activities, known.at_us, row_key, dealer
    )
    # The tests' readable keys are no ids of FHIR; the real ones are hexadecimal.
    return [row.content | {"key": row.key.encode().hex()} for row in found]


def export_of(rows: list[dict[str, Any]], dealer: str) -> list[dict[str, Any]]:
    return [one for row in rows for one in row_resources(dealer, row, NOW_US)]


def leaves(value: Any) -> Iterator[Any]:
    """Every text and number in it, the names of keys apart."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    elif not isinstance(value, bool) and value is not None:
        yield value


def names_of(value: Any) -> Iterator[str]:
    """Every name of a key in it."""
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from names_of(inner)


@given(SEEDS)
def test_the_rows_and_their_digest_can_be_read_back_from_an_export(seed: int) -> None:
    known = world(Random(seed))
    for dealer in DEALERS:
        rows = rows_of(known, dealer)
        # What is compared went through JSON, as a file does.
        export = orjson.loads(orjson.dumps(export_of(rows, dealer)))
        assert rows_back(export) == rows
        assert digest(rows_back(export)) == digest(rows)


@given(SEEDS)
def test_nothing_appears_in_an_export_that_is_not_in_the_row(seed: int) -> None:
    known = world(Random(seed))
    constants = set(leaves([v for n, v in vars(terms).items() if n.isupper()]))
    for dealer in DEALERS:
        for row in rows_of(known, dealer):
            export = row_resources(dealer, row, NOW_US)
            ids = {one["id"] for one in export}
            assert all(UUID.fullmatch(one) for one in ids - {row["key"]})
            known_here = {*leaves(row), *names_of(row), *map(str, leaves(row)), *constants}
            known_here |= {*VOCABULARY, dealer, rfc3339(NOW_US), *ids}
            known_here |= {f"{one['resourceType']}/{one['id']}" for one in export}
            assert set(leaves(export)) - known_here == set()


@given(SEEDS)
def test_every_resource_of_an_export_is_valid_r4b(seed: int) -> None:
    known = world(Random(seed))
    for dealer in DEALERS:
        assert_valid(export_of(rows_of(known, dealer), dealer))


def a_row(**fields: Any) -> dict[str, Any]:
    words = (share("2026-03-01 09:00", "identity", "contact", "health", "history"), health())
    one = card("c1", *words, **fields)
    (row,) = copy_rows([[one]], [contract()], {}, at("2026-05-01"), row_key, "D1")
    return row.content | {"key": "ab" * 32}


def of_kind(kind: str, **fields: Any) -> list[dict[str, Any]]:
    export = row_resources("D1", a_row(**fields), NOW_US)
    return [one for one in export if one["resourceType"] == kind]


def test_a_blood_pressure_is_a_panel_with_two_components_in_ucum() -> None:
    measured = reading("2026-04-01 10:00", systolic_mmhg=150, diastolic_mmhg=90, pulse_bpm=71)
    panel, rate = of_kind("Observation", readings=(measured,))
    assert panel["code"]["coding"] == [{"system": "http://loinc.org", "code": "85354-9"}]
    assert [
        (part["code"]["coding"][0]["code"], part["valueQuantity"]["value"])
        for part in panel["component"]
    ] == [("8480-6", 150), ("8462-4", 90)]
    assert {part["valueQuantity"]["code"] for part in panel["component"]} == {"mm[Hg]"}
    assert rate["code"]["coding"][0]["code"] == "8867-4"
    assert rate["valueQuantity"]["code"] == "/min"
    assert panel["effectiveDateTime"] == "2026-04-01T10:00:00+08:00"


def test_a_birth_known_to_the_year_stays_a_year() -> None:
    (patient,) = of_kind("Patient", birth_year=1948)
    assert patient["birthDate"] == "1948"
    (patient,) = of_kind("Patient", sex="female")
    assert "birthDate" not in patient


def test_a_region_is_its_code_and_a_death_is_told() -> None:
    (patient,) = of_kind("Patient", region="110101", deceased=True)
    (extension,) = patient["address"][0]["extension"]
    assert extension["valueCoding"]["code"] == "110101"
    assert patient["deceasedBoolean"] is True


def test_a_time_that_fhir_does_not_know_is_told_in_its_form_and_as_written() -> None:
    measured = reading("2026-04-01 10:00", pulse_bpm=71)
    odd = type(measured)("2026-04-01t10:00:00+08:00", measured.starts_us, pulse_bpm=71)
    (seen,) = of_kind("Observation", readings=(odd,))
    assert seen["effectiveDateTime"] == "2026-04-01T10:00:00+08:00"
    assert seen["_effectiveDateTime"]["extension"][0]["valueString"] == odd.time


def test_a_device_on_trial_is_a_device_in_use_until_the_trial_ends() -> None:
    start = item("trial.started", "2026-04-01 10:00", trial_id="T1", sku="four-box", serial="S1")
    end = item("trial.ended", "2026-04-09 10:00", trial_id="T1", outcome="satisfied")
    (device,) = of_kind("Device", history=(start, end))
    assert (device["serialNumber"], device["partNumber"]) == ("S1", "four-box")
    (use,) = of_kind("DeviceUseStatement", history=(start, end))
    assert use["status"] == "completed"
    assert set(use["timingPeriod"]) == {"start", "end"}
    (use,) = of_kind("DeviceUseStatement", history=(start,))
    assert use["status"] == "active"


def test_the_provenance_of_a_row_names_every_resource_of_it() -> None:
    export = row_resources("D1", a_row(conditions=("眩晕",)), NOW_US)
    named = {target["reference"] for target in export[-1]["target"]}
    assert named == {f"{one['resourceType']}/{one['id']}" for one in export[:-1]}
    assert export[-1]["recorded"] == "2026-05-08T12:00:00+08:00"
