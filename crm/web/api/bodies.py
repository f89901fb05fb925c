"""Bodies of requests, read no further than a bound."""

import re
import sys
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from fastapi import Request
from starlette.requests import ClientDisconnect

from crm.web.api.problems import Problem
from crm.web.guards.bounds import LARGEST_DEALER_BODY_BYTES, BodyRefused

Body = TypeVar("Body")
_INLINE = "{name}"
_FIELD = re.compile(r"\$\.([a-z_0-9]+)")


def announced_bytes(request: Request) -> int:
    """How long the body is to be; one that does not say so may be as long as any."""
    announced = request.headers.get("content-length", "")
    return int(announced) if announced.isdecimal() else sys.maxsize


async def read_body(request: Request, largest_bytes: int) -> bytes:
    """The whole body; Problem 413 when it is larger."""
    announced = request.headers.get("content-length", "0")
    pieces, size_bytes = [], 0
    too_large = announced.isdecimal() and int(announced) > largest_bytes
    if not too_large:
        try:
            async for chunk in request.stream():
                pieces.append(chunk)
                size_bytes += len(chunk)
                too_large = size_bytes > largest_bytes
                if too_large:
                    break
        except ClientDisconnect as error:
            # Nobody is there to hear it, and it is no fault of the program.
            raise BodyRefused(408) from error
    if too_large:
        raise Problem(413, f"a request has at most {largest_bytes:,} bytes")
    return b"".join(pieces)


async def json_body(request: Request, kind: type[Body]) -> Body:
    """A small JSON body of a kind; Problem 400 says where it is malformed, not what was sent."""
    raw = await read_body(request, LARGEST_DEALER_BODY_BYTES)
    try:
        return msgspec.convert(_with_integers(msgspec.json.decode(raw)), kind)
    except msgspec.ValidationError as error:
        raise Problem(400, f"missing or malformed: {_place(error, kind)}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "the body is no JSON") from error


def _with_integers(value: Any) -> Any:
    """A number without a fraction is an integer, however it is written (JSON Schema, 6.1.1)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_with_integers(each) for each in value]
    if isinstance(value, dict):
        return {name: _with_integers(each) for name, each in value.items()}
    return value


def body_of(kind: type[Any]) -> dict[str, Any]:
    """How the description of the interface names a JSON body of a kind."""
    _, found = msgspec.json.schema_components([kind], ref_template=_INLINE)
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _inlined(found[kind.__name__], found)}},
        }
    }


def _inlined(schema: Any, named: Mapping[str, Any]) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [_inlined(each, named) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(named[schema["$ref"]], named)
    # A pattern of ours ends in \\Z, which JSON Schema spells otherwise.
    return {
        name: value.replace(r"\Z", "$") if name == "pattern" else _inlined(value, named)
        for name, value in schema.items()
    }


def _place(error: msgspec.ValidationError, kind: type[Any]) -> str:
    """Where it is wrong, by the names that the interface gave; what else was sent may be a name."""
    given = str(error).rpartition(" - at ")[2].strip("`")
    names = {field.encode_name for field in msgspec.structs.fields(kind)}
    found = _FIELD.match(given)
    return f"$.{found[1]}" if found and found[1] in names else "the body"
