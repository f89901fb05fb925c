"""When a withdrawal that a dealer has not acknowledged is overdue.

The law names no number of days for a recipient to delete; three are the house's own bound, long
enough for a weekend without anybody at the dealer's (PIPL art. 15, 23 and 47 ask for it at once).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.times import shanghai_day

OVERDUE_AFTER_DAYS = 3


@dataclass(frozen=True, slots=True)
class Recall:
    """A row that a dealer must delete and has not acknowledged.

    since_us: when it was withdrawn.
    """

    dealer: str
    sequence: int
    key: str
    reason_class: str
    since_us: int

    @property
    def due_on(self) -> date:
        """The last Shanghai day on which it is not overdue."""
        return shanghai_day(self.since_us) + timedelta(days=OVERDUE_AFTER_DAYS)

    def is_overdue(self, today: date) -> bool:
        """Whether it counts against the dealer."""
        return today > self.due_on
