"""Whoever is refused again and again hears it later: refusing costs too, and who waits asks less.

An answer that says no is held back once its network, or all together, have had more of them than
honest people make. Nothing else waits, whoever shares the network, and while an answer is held
nothing of its request is kept.
"""

import asyncio
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import Message, Send

from crm.pace import Turns

AT_ONCE, PER_SECOND = 50, 2.0
ALL_AT_ONCE, ALL_PER_SECOND = 500, 20.0
DELAY_SECONDS = 2.0
_ALL = ""
_SIGN_IN = "/sign-in"


@dataclass
class Refusals:
    """How many a network has had, and all together."""

    of_a_network: Turns = field(default_factory=lambda: Turns(AT_ONCE, PER_SECOND))
    in_all: Turns = field(default_factory=lambda: Turns(ALL_AT_ONCE, ALL_PER_SECOND))
    delay_seconds: float = DELAY_SECONDS

    async def wait(self, network: str) -> None:
        """Before one more is said."""
        of_network = self.of_a_network.wait_seconds(network)
        if self.in_all.wait_seconds(_ALL) or of_network:
            await asyncio.sleep(self.delay_seconds)


@dataclass
class Answer:
    """An answer on its way: kept back when it is a refusal, until it is said."""

    send: Send
    kept: list[Message] = field(default_factory=list)

    async def __call__(self, message: Message) -> None:
        """One message of the application."""
        if self.kept or _refuses(message):
            self.kept.append(message)
        else:
            await self.send(message)

    async def say(self, refusals: Refusals, network: str) -> None:
        """What was kept back, at its time."""
        if self.kept:
            await refusals.wait(network)
        for message in self.kept:
            await self.send(message)


def _refuses(message: Message) -> bool:
    """Whether it begins a refusal; who is sent to sign in instead of being heard is refused."""
    if message["type"] != "http.response.start":
        return False
    status: int = message["status"]
    if status == 303:
        return Headers(raw=message["headers"]).get("location", "").startswith(_SIGN_IN)
    return 400 <= status < 500 or status == 503
