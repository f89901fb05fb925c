"""Refusals: a few are said at once, many of them later, and nothing else waits."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from crm.pace import Turns
from crm.web.guards.refusals import Answer, Refusals

Message = MutableMapping[str, Any]


def start(status: int, location: str = "") -> Message:
    headers = [(b"location", location.encode())] if location else []
    return {"type": "http.response.start", "status": status, "headers": headers}


BODY: Message = {"type": "http.response.body", "body": b"", "more_body": False}


def book(at_once: int, in_all: int = 1_000) -> Refusals:
    def clock() -> float:
        return 0.0

    return Refusals(Turns(at_once, 1, clock), Turns(in_all, 1, clock), delay_seconds=60.0)


def said(refusals: Refusals, first: Message, network: str = "192.0.2.0/24") -> list[Message]:
    """What has been sent when the application is done, and a moment has passed."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def answer() -> None:
        answer = Answer(send)
        await answer(first)
        await answer(BODY)
        saying = asyncio.create_task(answer.say(refusals, network))
        for _ in range(3):
            await asyncio.sleep(0)
        saying.cancel()

    asyncio.run(answer())
    return sent


@pytest.mark.parametrize(
    "first",
    [*map(start, (400, 401, 408, 413, 429, 503)), start(303, "/sign-in?to=/people")],
    ids=lambda first: first["status"],
)
def test_who_is_refused_more_often_than_honest_people_are_hears_it_later(first: Message) -> None:
    refusals = book(at_once=2)
    for _ in range(2):
        assert said(refusals, first) == [first, BODY]
    assert said(refusals, first) == []


@pytest.mark.parametrize("first", [start(200), start(201), start(303, "/people"), start(500)])
def test_what_is_no_refusal_never_waits(first: Message) -> None:
    refusals = book(at_once=1)
    said(refusals, start(413))
    assert said(refusals, start(413)) == []
    assert said(refusals, first) == [first, BODY]


def test_the_refusals_of_one_network_keep_no_other_waiting() -> None:
    refusals = book(at_once=1)
    said(refusals, start(413))
    assert said(refusals, start(413)) == []
    assert said(refusals, start(413), "198.51.100.0/24") == [start(413), BODY]


def test_many_networks_together_have_a_measure_too() -> None:
    refusals = book(at_once=1, in_all=3)
    heard = [bool(said(refusals, start(413), f"198.51.{number}.0/24")) for number in range(5)]
    assert heard == [True] * 3 + [False] * 2
