"""A member's dispute of a reward: said once, answered once, in time."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from crm.rights import working_days

Outcome = Literal["upheld", "declined"]
WORKING_DAYS = 15
"""Within which a dispute is answered: ours, as long as for requests of people."""
MOST_OPEN = 5
"""Of one member at a time: who waits for answers has said enough."""
LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute; outcome: None while it is open.

    reward_id: of which reward; None: of none in particular. text, answer: the words; None where the
    reader may not see them. actor: who answered. entered_by: the actors who had entered that reward
    when it was disputed.
    """

    dispute_id: str
    member: str
    reward_id: str | None
    said_us: int
    due_on: date
    outcome: Outcome | None
    answered_us: int | None
    actor: str | None
    text: str | None = None
    answer: str | None = None
    entered_by: tuple[str, ...] = ()

    def is_overdue(self, today: date) -> bool:
        """Whether it is open after the day by which it is to be answered."""
        return self.outcome is None and self.due_on < today


def due_after(day: date) -> date:
    """By when a dispute that was said on a day is answered."""
    return working_days.after(day, WORKING_DAYS)
