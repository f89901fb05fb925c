"""Payments that are ordered, and as they are read: lines of files and payments by themselves."""

from dataclasses import dataclass

TAKE_OVER_US = 10 * 60 * 1_000_000
"""After so long another payer may go on where somebody began and did not end."""
ON_ITS_WAY = ("ordered", "telling")
"""The states of what was begun and neither told nor given up."""
ONE_EVENT = "-1"
"""An order says one thing: its event is the first, and last, of what it says."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who orders: the account's actor and events' source, and when."""

    actor: str
    source: str
    now_us: int


@dataclass(frozen=True, slots=True)
class Order:
    """One payment that was ordered."""

    order_id: str
    reward_id: str
    member: str
    purchase_id: str
    amount_fen: int
    set_off_fen: int
    reference: str


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
    set_off_fen: int
    reference: str
    ordered_us: int
    actor: str
    state: str
    ended_us: int | None
    ended_by: str | None
    event_source: str | None

    @property
    def event_id(self) -> str:
        """Of the event that tells of it."""
        return self.order_id + ONE_EVENT

    @property
    def began_by(self) -> str:
        """Who is at it: who brought it into its state."""
        return self.ended_by or self.actor

    @property
    def began_us(self) -> int:
        """When it came into its state."""
        return self.ordered_us if self.ended_us is None else self.ended_us

    def may_tell(self, actor: str, now_us: int) -> bool:
        """Whether this person may tell of the payment now: who began, or anybody after a while.

        A line of a file waits for the bank's answer, whoever brings it.
        """
        is_left = actor == self.began_by or now_us - self.began_us >= TAKE_OVER_US
        return self._waits_for_bank or (self.state in ON_ITS_WAY and is_left)

    def may_fail(self, actor: str, now_us: int) -> bool:
        """Whether this person may say now that the money has not gone.

        Not at once where it is being told: what was begun may yet become durable.
        """
        if self.state == "telling" and now_us - (self.ended_us or 0) < TAKE_OVER_US:
            return False
        return self.may_tell(actor, now_us)

    @property
    def _waits_for_bank(self) -> bool:
        return self.state == "ordered" and self.file_id is not None
