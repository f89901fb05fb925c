"""Payments that were ordered, as they are read: lines of files and payments by themselves."""

from dataclasses import dataclass

TAKE_OVER_US = 10 * 60 * 1_000_000
"""After so long another payer may go on where somebody began to tell and did not end."""
_ONE = "-1"


@dataclass(frozen=True, slots=True)
class FileRow:
    """A payment file, and how many of its lines are still open, done, failed."""

    file_id: str
    made_us: int
    actor: str
    lines: int
    amount_fen: int
    sha256: str
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order: a line of a file, or a payment by itself, whose file_id is None.

    ended_us, ended_by: when and by whom it came into its state, None while it is `ordered`.
    """

    order_id: str
    file_id: str | None
    line: int
    reward_id: str
    member: str
    purchase_id: str
    payee: str
    through: str
    amount_fen: int
    reference: str
    ordered_us: int
    actor: str
    state: str
    ended_us: int | None
    ended_by: str | None
    event_source: str | None

    @property
    def event_id(self) -> str:
        """Of the event that tells of it: an order is one word, the first and last that it says."""
        return self.order_id + _ONE

    def may_tell(self, actor: str, now_us: int) -> bool:
        """Whether this person may tell of the payment now; who began may begin again."""
        mine = self.state == "telling" and self.ended_by == actor
        return mine or self.may_fail(now_us)

    def may_fail(self, now_us: int) -> bool:
        """Whether it may be said now that the money has not gone."""
        began_us = self.ordered_us if self.ended_us is None else self.ended_us
        left = self.state == "telling" and now_us - began_us >= TAKE_OVER_US
        return left or self.state == "ordered"
