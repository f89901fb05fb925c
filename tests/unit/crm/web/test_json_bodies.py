"""Small JSON bodies: an integer is one however it is written; what is none is refused."""

import asyncio
from collections.abc import MutableMapping
from typing import Annotated, Any

import msgspec
import pytest
from fastapi import Request
from msgspec import Meta

from crm.web.api.bodies import json_body
from crm.web.api.problems import Problem


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """A body of a test."""

    rows: Annotated[int, Meta(ge=0, le=100)]
    parts: tuple[int, ...] = ()


def read(body: bytes) -> Told:
    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    request = Request({"type": "http", "headers": []}, receive)
    return asyncio.run(json_body(request, Told))


@pytest.mark.parametrize("written", [b"10", b"10.0", b"1e1", b"1.0e+1"])
def test_a_number_without_a_fraction_is_an_integer(written: bytes) -> None:
    assert read(b'{"rows":' + written + b',"parts":[' + written + b"]}") == Told(10, (10,))


@pytest.mark.parametrize("written", [b"1.5", b"-1.0", b"1e3", b'"1"', b"true", b"null", b"1e400"])
def test_what_is_no_integer_of_the_range_is_refused_by_its_field(written: bytes) -> None:
    with pytest.raises(Problem) as refused:
        read(b'{"rows":' + written + b"}")
    assert refused.value.status == 400
