"""What is known of a large body of events beside its bytes, and what is answered.

Reading ten thousand events takes a processor for seconds; where another process does it, all that
it needs is told here. Neither holds the token.
"""

from typing import Protocol

from msgspec import Struct

from campaigns.intake import Credential
from campaigns.wording.languages import Language


class HandedOver(Struct, frozen=True):
    """A request's events without the events: headers that describe them, who speaks."""

    headers: list[tuple[str, str]]
    credential: Credential
    language: Language


class Answered(Struct, frozen=True):
    """The answer: receipts where status is 200, else a sentence. refused: how many events were."""

    status: int
    body: bytes
    refused: int = 0
    headers: dict[str, str] = {}


class LargeIntake(Protocol):
    """Takes a large body, in another process; it waits until that has answered."""

    def __call__(self, handed_over: HandedOver, body: bytes) -> Answered:
        """Receipts, or what went wrong."""
