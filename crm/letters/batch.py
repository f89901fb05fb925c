"""One letter to many, as it was asked for, and each letter of it as it stands."""

from dataclasses import dataclass
from typing import Literal

from campaigns.times import SECOND_US
from campaigns.wording.languages import Language
from crm.letters.sending import Way

BatchState = Literal["running", "stopped", "done"]
DueState = Literal["waiting", "sent", "failed", "unsure", "left_out"]
LATER_SECONDS = (60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800)
"""After the first failure, the second, …; who still says “later” afterwards, a day on, is told."""
_FAILED = frozenset({"refused", "later", "broken"})


@dataclass(frozen=True, slots=True)
class Batch:
    """A letter that is sent to many.

    whom: the list that was chosen, as the form names it. state: running, stopped (a person goes
    on with it), done. trouble: why it rests or was stopped; attempts: how often in a row it could
    not go on; next_try_us: before that it rests.
    """

    batch_id: str
    name: str
    version: int
    language: Language
    way: Way
    whom: str
    at_us: int
    actor: str
    state: BatchState = "running"
    trouble: str | None = None
    attempts: int = 0
    next_try_us: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """One letter of a batch: to whom, on which occasion, and what became of it.

    trouble: why it failed or was left out. attempts: how often it was told “later”.
    """

    letter_id: str
    batch_id: str
    person_id: str
    occasion: str
    state: DueState = "waiting"
    trouble: str | None = None
    attempts: int = 0
    next_try_us: int = 0


def settled_as(went: str) -> tuple[DueState, str | None]:
    """(state, trouble) of a letter that went so; what is not known here left it unsent."""
    if went in ("sent", "unsure"):
        return ("sent", None) if went == "sent" else ("unsure", None)
    return ("failed" if went in _FAILED else "left_out"), went


def next_try_us(attempts: int, now_us: int) -> int | None:
    """When to try again after so many failures before this one; None: not by itself."""
    if attempts >= len(LATER_SECONDS):
        return None
    return now_us + LATER_SECONDS[attempts] * SECOND_US
