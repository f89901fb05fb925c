"""A request of a person to exercise a right: what it is, when it is due, what may close it.

The law names no number of days: access and copies are to be given "promptly" (PIPL art. 45), and
a refusal needs its reasons (art. 50). ANSWER_WORKING_DAYS is therefore policy. It is the period of
the joint rules on unlawful collection by apps (CAC, MIIT, MPS, SAMR, 2019, part 6) for corrections,
erasures and complaints. GB/T 35273-2020, 8.7, is commonly cited with thirty days.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from crm.rights import working_days

Kind = Literal["know", "copy", "transfer", "correct", "erase", "withdraw", "explain"]
"""PIPL art. 44, 45, 45, 46, 47, 15 and 48."""
AskedBy = Literal["self", "guardian", "agent", "relative"]
"""agent: whom the person authorised; relative: a near one of somebody who died (art. 49)."""
Channel = Literal["phone", "visit", "letter", "online", "dealer", "activity"]
Outcome = Literal["granted", "refused", "taken_back"]
"""`taken_back`: whoever asked does not want it any more."""
Reason = Literal[
    "identity_not_proven", "law_requires_keeping", "others_rights", "nothing_held", "other"
]
"""Why a request was refused, wholly."""

KINDS: tuple[Kind, ...] = get_args(Kind)
ASKERS: tuple[AskedBy, ...] = get_args(AskedBy)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
REASONS: tuple[Reason, ...] = get_args(Reason)

DONE_BY: dict[Kind, str] = {
    "correct": "card.corrected",
    "erase": "card.erased",
    "withdraw": "consent.withdrawn",
}
"""The event that shows that what was asked for was done; the others are answers on paper."""

ANSWER_WORKING_DAYS = 15


class RequestRefused(ValueError):
    """The register does not take this; the message is one of the codes below."""


NOT_FOUND = "no such card, person or request"
CLOSED = "the request is closed already"
NEEDS_REASON = "a refusal needs a reason"
NEEDS_EVENT = "granting this needs the event that did it, of a card of this person"
NOT_DECEASED = "a relative may be granted this only once the person has died"
HAS_DIED = "neither a person nor who speaks for it asks for anything after the death"
IN_FUTURE = "the request cannot be received later than today"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it stands.

    due_on: never later than it was said to be when the request was entered.
    text: what was asked for in the person's words; None once the card is erased, or unsaid.
    """

    request_id: str
    kind: Kind
    card_id: str
    asked_by: AskedBy
    channel: Channel
    received_on: date
    due_on: date
    text: str | None
    steps: tuple["Step", ...] = ()

    @property
    def closing(self) -> "Step | None":
        """The step that closed it; None while it is open."""
        return next((step for step in self.steps if step.outcome is not None), None)

    @property
    def is_provisional(self) -> bool:
        """Whether the day may come to be earlier: holidays on the way are not announced yet."""
        return self.closing is None and working_days.is_provisional(self.received_on, self.due_on)

    def is_overdue(self, today: date) -> bool:
        """Whether it is open after the day it was due on."""
        return self.closing is None and today > self.due_on


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a request's history; it is never changed."""

    at_us: int
    actor: str
    outcome: Outcome | None
    reason: Reason | None
    event_source: str | None
    event_id: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Closing:
    """How somebody wants to close a request; `event` is (source, id) of what was done."""

    outcome: Outcome
    reason: Reason | None = None
    event: tuple[str, str] | None = None
    text: str | None = None


def due_on(received_on: date) -> date:
    """The last day on which an answer is in time; the day of receipt is not counted."""
    return working_days.after(received_on, ANSWER_WORKING_DAYS)


def bar_of(asked_by: AskedBy, *, deceased: bool) -> str | None:
    """Why what somebody asks for can only be refused; None when it may be granted.

    For the living the person speaks, or a guardian; near relatives for who has died (art. 49).
    Whatever answers a request asks here first: its entry, each act that does it, its closing.
    """
    return NOT_DECEASED if asked_by == "relative" and not deceased else None


def doubt_of(asked_by: AskedBy, *, deceased: bool) -> str | None:
    """What whoever enters a request has to look at once more; None where nothing speaks against it.

    Guardianship ends with the death as well (Civil Code art. 39); what was asked before it stands.
    """
    if deceased and asked_by != "relative":
        return HAS_DIED
    return bar_of(asked_by, deceased=deceased)


def fault_of(
    request: Request, closing: Closing, *, deceased: bool, events: frozenset[str]
) -> str | None:
    """Why the request cannot be closed so; None when it can.

    events: the types of the person's events that the closing names.
    """
    if request.closing is not None:
        return CLOSED
    if closing.outcome == "refused":
        return NEEDS_REASON if closing.reason is None else None
    if closing.outcome == "taken_back":
        return None
    bar = bar_of(request.asked_by, deceased=deceased)
    if bar is not None:
        return bar
    needed = DONE_BY.get(request.kind)
    if needed is not None and needed not in events:
        return NEEDS_EVENT
    if closing.event is not None and not events:
        return NEEDS_EVENT
    return None


def by_urgency(request: Request, today: date) -> tuple[bool, bool, date, str]:
    """Overdue ones first, then open ones by the day they are due on, then those closed."""
    is_closed = request.closing is not None
    return (is_closed, not request.is_overdue(today), request.due_on, request.request_id)
