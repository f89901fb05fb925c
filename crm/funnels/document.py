"""A funnel as it is saved, shared and sent: one small document in codes."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from campaigns.wording.catalogues import N_
from crm.funnels.definition import (
    ChainKind,
    EntryRule,
    Funnel,
    InvalidFunnel,
    parse_step,
    parse_window,
)
from crm.funnels.fields import check_dimension, check_step

MOST_DAYS = 36_600
Compared = Literal["", "before", "quarter", "year", "days"]


class Document(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a funnel asks.

    steps, without: `TYPE:field=value`, as in the command. from_day, to_day: the entries' days, the
    last one not among them; or last_days: so many days up to today, today among them. by: what it
    is broken down by, each for itself. reached: whether the headcount of activities stands above.
    compare: with which other period: the one before, the same days of the quarter before or of the
    year before, or the days compare_from, compare_to, the last one not among them; without
    compare_to as many days as the period has.
    """

    steps: tuple[str, ...]
    window: str = "90d"
    from_day: date | None = None
    to_day: date | None = None
    last_days: int | None = None
    kind: ChainKind = ChainKind.SEQUENTIAL
    entry: EntryRule = EntryRule.BEST
    by: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    reached: bool = False
    compare: Compared = ""
    compare_from: date | None = None
    compare_to: date | None = None

    def period(self, today: date) -> tuple[date, date]:
        """The first day, and the day after the last; InvalidFunnel where they are not said."""
        if self.last_days is not None:
            if not 1 <= self.last_days <= MOST_DAYS:
                raise InvalidFunnel(N_("天数从 1 到 {most}"), most=MOST_DAYS)
            return today - timedelta(days=self.last_days - 1), today + timedelta(days=1)
        if self.from_day is None or self.to_day is None:
            raise InvalidFunnel(N_("缺了从哪天到哪天"))
        return self.from_day, self.to_day

    def funnel(self, today: date) -> Funnel:
        """What is to be computed; InvalidStep, InvalidWindow, InvalidFunnel where it cannot be."""
        for name in self.by:
            check_dimension(name)
        steps = tuple(map(parse_step, self.steps))
        without = tuple(map(parse_step, self.without))
        for step in (*steps, *without):
            check_step(step)
        from_day, to_day = self.period(today)
        return Funnel(
            steps,
            from_day,
            to_day,
            parse_window(self.window),
            self.kind,
            self.entry,
            without=without,
        )
