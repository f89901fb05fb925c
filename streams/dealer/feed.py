"""What the dealer's side asks of the company's, whatever carries the questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from crm.copies.replica import Bucket, Page

State = Literal["equal", "different", "behind"]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the dealer's side holds: everything up to a number, so many rows, their digest.

    at: its own clock, RFC 3339.
    """

    up_to: int
    rows: int
    digest: str
    at: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The company's answer; receipt and signature are there when both copies are equal."""

    state: State
    last: int
    rows: int
    receipt: Mapping[str, Any] | None = None
    company_signature: str | None = None


class Feed(Protocol):
    """The company's side. Every method may raise a DealerError (streams/dealer/errors.py)."""

    @property
    def mark(self) -> str:
        """Changes with the address and the token, and tells neither."""

    def changes(self, after: int, limit: int, wait_seconds: int) -> Page:
        """The changes after a number; what had come when a page was cut off."""

    def acknowledge(self, held: Acknowledgement) -> Verdict:
        """Say what is held, and hear whether the company holds the same."""

    def buckets(self, prefix: str) -> Mapping[str, Bucket]:
        """The company's buckets of keys that begin with a prefix."""

    def fingerprints(self, prefix: str) -> Mapping[str, str]:
        """Key → SHA-256 of the company's rows whose keys begin with a prefix."""

    def rows(self, keys: Sequence[str]) -> Page:
        """The rows of some keys as they stand now."""

    def company_key(self) -> str:
        """The company's public key, base64."""

    def make_key_known(self, public: str) -> None:
        """Tell the dealer's public key, base64."""

    def give_receipt(self, receipt: Mapping[str, Any], signature: str) -> None:
        """Hand over the dealer's signature (base64) under a receipt."""
