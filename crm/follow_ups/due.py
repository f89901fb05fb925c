"""Calls that are due: whom, when, about what; which part of the list is asked for."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

ANYBODYS, NOBODYS, LAPSED = "all", "nobody", "lapsed"
"""Beside an account's own: everything that is due, what nobody was given, and what is due no more
for nobody saw to it."""


def task_name(about: str) -> str:
    """What names the calls about one thing in addresses, where nothing typed must stand."""
    return sha256(about.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """One call or visit that is due.

    sku: what is on trial; region, dealer: as the card says; owner: the account that was asked to
    make the trial's calls. about: of a task, what is to be talked about.
    """

    trial_id: str
    number: int
    card_id: str
    person_id: str
    due_on: date
    sku: str
    region: str | None
    dealer: str | None
    owner: str | None = None
    about: str = ""

    @property
    def task(self) -> str:
        """What names what it is about; empty for a call of a trial."""
        return task_name(self.about) if self.about else ""

    @property
    def order(self) -> tuple[date, str, int]:
        """Its place in the list: the most overdue first."""
        return self.due_on, self.trial_id, self.number


@dataclass(frozen=True, slots=True)
class Asking:
    """Which of what is due is asked for; empty: any.

    whose: an account's own, ANYBODYS, NOBODYS or LAPSED. region: the first digits of its code.
    task: of those who are called about one thing.
    """

    whose: str = ANYBODYS
    region: str = ""
    dealer: str = ""
    sku: str = ""
    task: str = ""

    def takes(self, due: DueFollowUp) -> bool:
        """Whether a call is asked for."""
        owner = {ANYBODYS: due.owner, LAPSED: due.owner, NOBODYS: None}.get(self.whose, self.whose)
        return (
            due.owner == owner
            and (due.region or "").startswith(self.region)
            and self.dealer in ("", due.dealer)
            and self.sku in ("", due.sku)
            and self.task in ("", due.task)
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people are to be called: one's own, nobody's, all; and how many were not."""

    mine: int
    nobody: int
    all: int
    lapsed: int


@dataclass(frozen=True, slots=True)
class DueList:
    """All who are to be called, read once: what a page shows of it is told from these rows.

    tasks: those of tasks, also where the person's line is another call. lapsed: who is not among
    the rows any more.
    """

    rows: tuple[DueFollowUp, ...]
    tasks: tuple[DueFollowUp, ...] = ()
    lapsed: tuple[DueFollowUp, ...] = ()

    def of(self, asking: Asking) -> list[DueFollowUp]:
        """The part that is asked for, in its order."""
        rows = self.lapsed if asking.whose == LAPSED else self.rows
        return [row for row in (self.tasks if asking.task else rows) if asking.takes(row)]

    def counted(self, account: str) -> Counted:
        """How many of them are whose."""
        mine = sum(row.owner == account for row in self.rows)
        nobodys = sum(row.owner is None for row in self.rows)
        return Counted(mine, nobodys, len(self.rows), len(self.lapsed))

    def choices(self) -> tuple[list[str], list[str], list[str]]:
        """(regions, dealers, products) that occur."""
        return (
            sorted({row.region for row in self.rows if row.region}),
            sorted({row.dealer for row in self.rows if row.dealer}),
            sorted({row.sku for row in self.rows if row.sku}),
        )

    def abouts(self) -> list[tuple[str, str]]:
        """The things that people are called about: what names each, and its words."""
        return sorted({(row.task, row.about) for row in self.tasks}, key=lambda pair: pair[::-1])

    def after(self, one: DueFollowUp, asking: Asking) -> DueFollowUp | None:
        """The one that follows, of another person; behind the last one the first."""
        others = [row for row in self.of(asking) if row.person_id != one.person_id]
        later = (row for row in others if row.order > one.order)
        return next(later, others[0] if others else None)
