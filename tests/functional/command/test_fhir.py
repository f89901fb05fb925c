"""`jinxi fhir` on a small season: archives and copies that FHIR's own models read."""

import stat
from pathlib import Path
from typing import Any

import orjson
import pytest
from fhir.resources.R4B.bundle import Bundle

from crm.copies.digest import digest
from tests.functional.command.running import Jinxi
from tests.integration.feed.dealers import contract, shared, withdrawal
from tests.unit.crm.fhir.reading_back import assert_valid, rows_back

DEALER = "D01"


def kinds(resources: list[dict[str, Any]]) -> set[str]:
    return {resource["resourceType"] for resource in resources}


def test_every_archive_of_a_season_is_a_valid_bundle(looking: Jinxi) -> None:
    found: set[str] = set()
    for person in looking("people", "--json").lines:
        if person["restricted"]:
            continue
        told = looking("fhir", person["person_id"]).only
        Bundle.model_validate(told)
        resources = [entry["resource"] for entry in told["entry"]]
        assert_valid(resources)
        _assert_references_lead_somewhere(resources)
        found |= kinds(resources)
    wanted = {"Patient", "Consent", "Observation", "Device", "Provenance", "RelatedPerson"}
    assert wanted <= found


def _assert_references_lead_somewhere(resources: list[dict[str, Any]]) -> None:
    there = {f"{one['resourceType']}/{one['id']}" for one in resources}
    assert len(there) == len(resources)
    for one in resources:
        named = [one.get("subject"), one.get("patient"), one.get("device")]
        named += [*one.get("target", []), *(link["other"] for link in one.get("link", []))]
        assert {each["reference"] for each in named if each} <= there


def test_an_archive_tells_what_it_holds_and_where_each_thing_came_from(looking: Jinxi) -> None:
    person = next(p for p in looking("people", "--json").lines if not p["restricted"])
    archive = looking("archive", person["person_id"], "--json").only
    resources = [e["resource"] for e in looking("fhir", person["person_id"]).only["entry"]]
    patient = resources[0]
    names = {card["person"]["name"] for card in archive["cards"] if "name" in card["person"]}
    assert {name["text"] for name in patient["name"]} == names
    ids = {each["value"] for each in patient["identifier"]}
    assert {person["person_id"], *person["cards"]} <= ids
    recorded = {
        f"{item['source']}#{item['id']}"
        for item in archive["timeline"]
        if item["outcome"] == "recorded"
    }
    sources = {
        one["entity"][0]["what"]["identifier"]["value"]
        for one in resources
        if one["resourceType"] == "Provenance"
    }
    assert sources == recorded


def test_a_no_is_a_deny_and_a_consent_names_the_dealer_and_the_categories(
    looking: Jinxi,
) -> None:
    consents = [
        one["resource"]
        for person in looking("people", "--json").lines
        if not person["restricted"]
        for one in looking("fhir", person["person_id"]).only["entry"]
        if one["resource"]["resourceType"] == "Consent"
    ]
    words = {"given": "permit", "refused": "deny", "withdrawn": "deny"}
    said = {one["extension"][0]["extension"][0]["valueString"] for one in consents}
    assert said == set(words)
    for one in consents:
        word = one["extension"][0]["extension"][0]["valueString"]
        assert one["provision"]["type"] == words[word]
    shared = [one["provision"] for one in consents if "actor" in one["provision"]]
    assert any(one["type"] == "permit" and one["class"] for one in shared)
    assert all(one["actor"][0]["reference"]["identifier"]["value"] for one in shared)


def test_a_copy_is_a_file_for_each_kind_and_gives_the_digest_of_the_copy(
    looking: Jinxi, tmp_path: Path
) -> None:
    told = looking("fhir", "--dealer", DEALER, "--out", tmp_path / "copy").text
    assert f"已写好：{tmp_path / 'copy'}" in told
    resources = []
    for file in sorted(
        (tmp_path / "copy").iterdir(), key=lambda file: file.name != "Patient.ndjson"
    ):
        lines = [orjson.loads(line) for line in file.read_bytes().splitlines()]
        assert kinds(lines) == {file.stem}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        resources += lines
    assert_valid(resources)
    counted = looking("digest", DEALER, "--json").only
    rows = rows_back(resources)
    assert {"rows": len(rows), "digest": digest(rows)} == counted
    assert len(rows) > 0
    again = looking("fhir", "--dealer", DEALER, "--out", tmp_path / "copy", status=2)
    assert "copy" in again.err


def test_a_copy_as_one_stream_for_an_earlier_time_is_the_copy_of_that_time(
    looking: Jinxi,
) -> None:
    then = ("--at", "2026-06-01T00:00:00+08:00")
    resources = looking("fhir", "--dealer", DEALER, *then).lines
    rows = rows_back(resources)
    assert digest(rows) == looking("digest", DEALER, *then).only["digest"]
    assert looking("fhir", "--dealer", DEALER, *then).lines == resources


def test_a_copy_names_no_card_no_person_and_no_number_of_an_identity_card(
    looking: Jinxi,
) -> None:
    text = looking("fhir", "--dealer", DEALER).text
    people = looking("people", "--json").lines
    ids = {person["person_id"] for person in people}
    ids |= {card for person in people for card in person["cards"]}
    words = {leaf for line in text.splitlines() for leaf in line.split('"')}
    assert words & ids == set()
    assert "2.16.156.10011.1.3" not in text


@pytest.mark.parametrize("arguments", [(), ("C1", "--dealer", DEALER)])
def test_either_an_archive_or_a_dealer_is_asked_for(
    looking: Jinxi, arguments: tuple[str, ...]
) -> None:
    assert "--dealer" in looking("fhir", *arguments, status=2).err


def test_a_restricted_archive_is_not_exported(looking: Jinxi) -> None:
    person = next(p for p in looking("people", "--json").lines if p["restricted"])
    answer = looking("fhir", person["person_id"], status=1)
    assert (answer.out, "限制" in answer.err) == (b"", True)
    assert looking("fhir", "nobody", status=1).out == b""


def test_nothing_of_a_copy_leaves_while_what_takes_it_back_waits_to_be_recorded(
    jinxi: Jinxi, tmp_path: Path
) -> None:
    take(jinxi, contract("D1"), *shared("C1", "D1"))
    jinxi("work", "--until-idle")
    assert jinxi("fhir", "--dealer", "D1").lines
    take(jinxi, withdrawal("C1", "D1"))
    answer = jinxi("fhir", "--dealer", "D1", "--out", tmp_path / "copy", status=2)
    assert (answer.out, "现在不发放" in answer.err) == (b"", True)
    assert not (tmp_path / "copy").exists()
    jinxi("work", "--until-idle")
    assert jinxi("fhir", "--dealer", "D1").lines == []


def test_a_dealer_that_there_is_not_is_said_so(jinxi: Jinxi, tmp_path: Path) -> None:
    take(jinxi, contract("D1"))
    jinxi("work", "--until-idle")
    answer = jinxi("fhir", "--dealer", "D9", "--out", tmp_path / "copy", status=2)
    assert "D1" in answer.err
    assert not (tmp_path / "copy").exists()


def take(jinxi: Jinxi, *events: dict[str, Any]) -> None:
    jinxi("accept", "-", stdin=b"\n".join(map(orjson.dumps, events)))
