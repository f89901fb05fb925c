"""The outcome of an event, as its sender may ask for it afterwards."""

from dataclasses import dataclass
from typing import Literal

REJECTIONS = (
    "card_taken",
    "already_exists",
    "patient_did_not_agree",
    "more_returned_than_bought",
    "territory_overlap",
    "activity_cancelled",
    "not_allowed",
    "evidence_needed",
    "not_voidable",
    "erased",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event.

    reason: of a rejection, one of REJECTIONS.
    waiting_for: `kind/id` of what is not yet known.
    marks: e.g. compliance_breach.
    changes: False for a second creation with the same content, which is recorded for nothing.
    """

    outcome: Literal["recorded", "waiting", "rejected", "voided"]
    reason: str | None = None
    waiting_for: str | None = None
    marks: tuple[str, ...] = ()
    changes: bool = True

    @property
    def takes_effect(self) -> bool:
        """Whether the views may look at the event."""
        return self.outcome == "recorded" and self.changes


RECORDED = Outcome("recorded")
RECORDED_AGAIN = Outcome("recorded", changes=False)
VOIDED = Outcome("voided")
BREACH = Outcome("recorded", marks=("compliance_breach",))


def waiting(kind: str, name: str) -> Outcome:
    """Waiting for a thing that is not yet known."""
    return Outcome("waiting", waiting_for=f"{kind}/{name}")


def rejected(reason: str) -> Outcome:
    """Rejected for a reason."""
    return Outcome("rejected", reason)
