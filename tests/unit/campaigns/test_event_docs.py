"""The documents of the events are those of the catalogue."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from campaigns.catalogue import CATALOGUE, wire_name
from campaigns.cloudevents import CheckedEvent, check
from campaigns.event_chapters import REFUSAL_MEANINGS
from campaigns.event_docs import asyncapi, markdown
from campaigns.faults import REASONS
from campaigns.warnings import WARNINGS
from crm.outcomes.outcome import REJECTIONS
from tests.examples import LATER_US, valid_events, written
from tests.source_tree import ROOT


def test_the_page_of_events_is_what_the_catalogue_generates() -> None:
    assert (ROOT / "docs/events.md").read_text(encoding="utf-8") == markdown(), "run: make docs"


def test_the_asyncapi_file_is_what_the_catalogue_generates() -> None:
    kept = json.loads((ROOT / "docs/asyncapi.json").read_text(encoding="utf-8"))
    assert kept == asyncapi(), "run: python -m campaigns.event_docs asyncapi > docs/asyncapi.json"


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_every_type_and_every_field_is_described(type_name: str) -> None:
    sections = re.split(r"^#### ", markdown(), flags=re.MULTILINE)
    (section,) = (part for part in sections if part.startswith(f"{wire_name(type_name)}\n"))
    for field in CATALOGUE[type_name].__struct_fields__:
        (row,) = re.findall(rf"^\| `{field}(?:\[\])?` .*$", section, flags=re.MULTILINE)
        assert not row.endswith("|  |"), f"{type_name}: {field} has no meaning"


def test_every_answer_is_explained() -> None:
    page = markdown()
    assert tuple(REFUSAL_MEANINGS) == REASONS
    assert all(f"| `{word}` | " in page for word in (*REASONS, *WARNINGS, *REJECTIONS))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value["$ref"],) if "$ref" in value else ()
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolved(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()
    assert all(resolved(document, reference) for reference in references(document))
    assert "\\Z" not in json.dumps(document)


@given(valid_events())
def test_valid_events_fit_the_schemas(event: dict[str, Any]) -> None:
    assert isinstance(check(written(event), LATER_US), CheckedEvent)
    document = asyncapi()
    name = event["type"].removeprefix("jinxi.").removesuffix(".v1")
    assert_fits(event, document["components"]["messages"][name]["payload"], document)


def assert_fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    assert fits(value, schema, document), (value, schema)


def fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """As much of JSON Schema as the document uses."""
    if "$ref" in schema:
        return fits(value, resolved(document, schema["$ref"]), document)
    if not all(fits(value, part, document) for part in schema.get("allOf", ())):
        return False
    if "anyOf" in schema:
        return any(fits(value, part, document) for part in schema["anyOf"])
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    if isinstance(value, list) and "items" in schema:
        return all(fits(item, schema["items"], document) for item in value)
    if isinstance(value, dict):
        parts = schema.get("properties", {})
        return set(schema.get("required", ())) <= value.keys() and all(
            fits(inner, parts[key], document) for key, inner in value.items() if key in parts
        )
    return is_of_type(value, schema.get("type"))


def is_of_type(value: Any, expected: str | None) -> bool:
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    if expected is None:
        return True
    if expected in {"null", "number"}:
        return value is None if expected == "null" else isinstance(value, int | float)
    return isinstance(value, kinds[expected]) and (expected == "boolean" or value is not True)
