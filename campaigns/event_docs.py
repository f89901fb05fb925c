"""The documents of the event contract, made from the catalogue.

`python -m campaigns.event_docs` prints docs/events.md, with the argument `asyncapi` the AsyncAPI 3
document docs/asyncapi.json. What stands between the types is in campaigns/event_chapters.py.
"""

import inspect as python_inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from campaigns.catalogue import CATALOGUE, FAMILIES, wire_name
from campaigns.event_chapters import AFTER_TYPES, BEFORE_TYPES, REFUSAL_MEANINGS, TITLE
from campaigns.events.base import ID_PATTERN, LETTERS_PATTERN, PERSONAL_FIELDS, EventData
from campaigns.faults import REASONS
from campaigns.kinds import Envelope

_REGION_PATTERN = r"^[0-9]{6}\Z"
_HEXADECIMAL = re.compile(r"\^\[0-9a-f(?:A-F)?\]\{64\}\\Z")
_FIELD_LINE = re.compile(r"^([a-z_0-9]+): (.+)$")
_REF = "#/components/schemas/{name}"


def markdown() -> str:
    """The whole of docs/events.md."""
    parts = [TITLE, BEFORE_TYPES, "## Types\n", _overview()]
    for title, family in FAMILIES:
        parts.append(f"### {title}\n")
        parts += [_type_section(kind) for kind in family.EVENTS]
    parts.append(AFTER_TYPES.format(refusals=_refusals()))
    return "\n".join(parts)


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document: one channel, a message for each type, their JSON schemas."""
    structs = [Envelope, *CATALOGUE.values()]
    _, schemas = msgspec.json.schema_components(structs, ref_template=_REF)
    messages = {name: _message(kind) for name, kind in CATALOGUE.items()}
    references = {name: {"$ref": f"#/components/messages/{name}"} for name in messages}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Jinxi events",
            "version": "1.0.0",
            "description": "Events of health campaigns, as CloudEvents 1.0 in JSON. "
            "What the schemas cannot say stands in docs/events.md.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {"events": {"address": "/v1/events", "messages": references}},
        "operations": {
            "acceptEvents": {
                "action": "receive",
                "channel": {"$ref": "#/channels/events"},
                "summary": "Takes events durably and answers each.",
            }
        },
        "components": {"messages": messages, "schemas": _for_every_reader(schemas)},
    }


def _message(kind: type[EventData]) -> dict[str, Any]:
    of_kind: dict[str, Any] = {"type": {"const": wire_name(kind.type_name)}}
    if kind.subject_kind:
        of_kind["subject"] = {"pattern": f"^{kind.subject_kind}/"}
    of_kind["data"] = {"$ref": _REF.format(name=kind.__name__)}
    return {
        "name": wire_name(kind.type_name),
        "summary": _sentence(kind),
        "contentType": "application/cloudevents+json",
        "tags": [{"name": "stable" if kind.stable else "draft"}],
        "payload": {
            "allOf": [
                {"$ref": _REF.format(name="Envelope")},
                {"type": "object", "properties": of_kind, "required": list(of_kind)},
            ]
        },
    }


def _for_every_reader(schema: Any) -> Any:
    """The schema without what only Python understands; descriptions without the list of fields."""
    if isinstance(schema, list):
        return [_for_every_reader(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    written = {key: _for_every_reader(value) for key, value in schema.items()}
    if isinstance(written.get("pattern"), str):
        written["pattern"] = written["pattern"].replace(r"\Z", "$")
    if isinstance(written.get("description"), str):
        written["description"] = written["description"].split("\n\n")[0]
    return written


def _overview() -> str:
    rows = [
        f"| `{wire_name(name)}` | {_sentence(kind)} | {'stable' if kind.stable else 'draft'} |"
        for name, kind in CATALOGUE.items()
    ]
    return "\n".join(["| type | says | |", "|---|---|---|", *rows, ""])


def _type_section(kind: type[EventData]) -> str:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    about = dict(_field_sentences(kind))
    rows = [row for field in described.fields for row in _rows(field, "", about)]
    stable = "stable" if kind.stable else "**draft**: it may still change"
    facts = [f"Subject `{_subject(kind)}` · {_senders(kind)} · {stable}."]
    if kind.creates is not None:
        facts.append(f"Brings the {kind.creates[0]} into being.")
    if kind.refers:
        things = dict.fromkeys(thing for thing, _ in kind.refers)
        facts.append(f"Waits until it is known: {', '.join(things)}.")
    return "\n".join(
        [
            f"#### {wire_name(kind.type_name)}\n",
            f"{_sentence(kind)}\n",
            " ".join(facts) + "\n",
            "| field | needed | what may stand there | meaning |",
            "|---|---|---|---|",
            *rows,
            *(f"\n{rule}" for rule in _rules(kind)),
            "",
        ]
    )


def _rules(kind: type[EventData]) -> Iterator[str]:
    """What must hold between the fields, as the class itself says."""
    for rule, common in ((kind.lacks, EventData.lacks), (kind.faults, EventData.faults)):
        said = python_inspect.getdoc(rule)
        if said and said != python_inspect.getdoc(common):
            yield said


def _rows(field: inspect.Field, above: str, about: dict[str, str]) -> Iterator[str]:
    """A row for the field, and one for each field of the objects that it holds."""
    held = _held(field.type)
    item = held.item_type if isinstance(held, inspect.VarTupleType) else held
    name = above + field.encode_name + ("[]" if item is not held else "")
    kept = " (encrypted)" if field.encode_name in PERSONAL_FIELDS and not above else ""
    needed = "yes" if field.required else ""
    says = about.get(field.encode_name, "") if not above else ""
    yield f"| `{name}` | {needed} | {_allowed(field.type)}{kept} | {says} |"
    if isinstance(item, inspect.StructType):
        for inner in item.fields:
            yield from _rows(inner, f"{name}.", about)


def _held(described: inspect.Type) -> inspect.Type:
    """What a field holds, null aside."""
    if not isinstance(described, inspect.UnionType):
        return described
    return next(one for one in described.types if not isinstance(one, inspect.NoneType))


def _allowed(described: inspect.Type) -> str:
    """What may stand in a field, in words."""
    match described:
        case inspect.UnionType():
            return f"{_allowed(_held(described))}, or null"
        case inspect.StructType():
            return "object"
        case inspect.VarTupleType():
            most = described.max_length
            many = "list" if most is None else f"list of at most {most}"
            return f"{many}, each: {_allowed(described.item_type)}"
        case inspect.LiteralType():
            return " ".join(f"`{value}`" for value in described.values)
        case inspect.DateType():
            return "day, `2026-05-03`"
        case inspect.DateTimeType():
            return "time, RFC 3339 with a zone"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return f"whole number{_bounds(described)}"
        case inspect.FloatType():
            return f"number{_bounds(described)}"
        case inspect.StrType():
            return _text(described)
    raise TypeError(f"no words for {described}")


def _bounds(number: inspect.IntType | inspect.FloatType) -> str:
    least = number.ge if number.gt is None else number.gt + 1
    most = number.le
    if most is None or most >= 2**53 - 1:
        return "" if least is None else f", {_figure(least)} or more"
    return f", {_figure(least or 0)} to {_figure(most)}"


def _figure(number: float) -> str:
    return f"{number:g}" if number < 10_000 else f"{int(number):,}"


def _text(described: inspect.StrType) -> str:
    if described.pattern == ID_PATTERN:
        return "id"
    if described.pattern == _REGION_PATTERN:
        return "region, six digits"
    if described.pattern is not None and _HEXADECIMAL.fullmatch(described.pattern):
        return "64 hexadecimal digits"
    least, most = described.min_length or 0, described.max_length
    of = "letters" if described.pattern == LETTERS_PATTERN else "characters"
    return f"text, {least} to {most:,} {of}"


def _sentence(kind: type[EventData]) -> str:
    return (python_inspect.getdoc(kind) or "").partition("\n")[0]


def _field_sentences(kind: type[EventData]) -> Iterator[tuple[str, str]]:
    """The fields of a docstring with their meanings; a line that is indented goes on."""
    name, said = "", ""
    for line in (python_inspect.getdoc(kind) or "").splitlines()[1:]:
        found = _FIELD_LINE.match(line)
        if found:
            if name:
                yield name, said
            name, said = found[1], found[2]
        elif line.startswith(" "):
            said += f" {line.strip()}"
    if name:
        yield name, said


def _subject(kind: type[EventData]) -> str:
    if kind.subject_field is None:
        return "that of the event it speaks of"
    return f"{kind.subject_kind}/{{{kind.subject_field}}}"


def _senders(kind: type[EventData]) -> str:
    if kind.type_name == "day.reached":
        return "made by the CRM itself, refused from everyone else"
    if kind.headquarters_only:
        return "headquarters alone"
    return "headquarters, staff, a dealer for itself"


def _refusals() -> str:
    rows = [f"| `{reason}` | {REFUSAL_MEANINGS[reason]} |" for reason in REASONS]
    return "\n".join(["| reason | when |", "|---|---|", *rows])


def main() -> int:
    """Print one of the documents."""
    if sys.argv[1:] == ["asyncapi"]:
        pretty = msgspec.json.format(msgspec.json.encode(asyncapi()), indent=2)
        sys.stdout.write(pretty.decode() + "\n")
    else:
        sys.stdout.write(markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
