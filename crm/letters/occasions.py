"""What a letter may be about: the activity to which its reader is invited."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from campaigns.regions import region_name
from campaigns.times import day_end_us, moment_of, shanghai_day
from campaigns.wording.days import day_text
from campaigns.wording.languages import Language
from crm.activities.queries import ActivityRow, activity
from crm.copies.queries import dealer_names
from crm.invitations.queries import invitations_of
from crm.scope import Scope

INVITED = "invited"
"""The kind of an occasion that is an activity: `invited:A-1`."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """An activity, and the name of the dealer that holds it; None where it has none."""

    of: ActivityRow
    dealer: str | None

    @property
    def over_us(self) -> int:
        """When it is over; one without an end, with its day."""
        return self.of.ends_us or day_end_us(shanghai_day(self.of.starts_us))

    def values(self, language: Language, company: str) -> dict[str, str]:
        """What a template may name of it."""
        starts, ends = moment_of(self.of.starts_us), self.of.ends_us
        until = f"–{moment_of(ends):%H:%M}" if ends else ""
        return {
            "activity": self.of.title,
            "when": f"{day_text(starts.date(), language)} {starts:%H:%M}{until}",
            "place": self.of.venue or region_name(self.of.region) or self.of.region,
            "host": self.dealer or company,
        }


def occasions(scope: Scope, connection: Connection, names: Collection[str]) -> dict[str, Occasion]:
    """Those of some occasions that are activities."""
    of = {name: name.removeprefix(f"{INVITED}:") for name in names}
    rows = {name: activity(scope, connection, at) for name, at in of.items() if at != name}
    return _with_dealers(connection, {name: row for name, row in rows.items() if row is not None})


def occasion_of(
    scope: Scope, connection: Connection, cards: Collection[str], now_us: int
) -> Occasion | None:
    """The next activity that is not over, of those to which the person of some cards is invited."""
    for each in reversed(invitations_of(scope, connection, cards)):
        row = None if each.cancelled else activity(scope, connection, each.activity_id)
        found = _with_dealers(connection, {"": row})[""] if row is not None else None
        if found is not None and found.over_us > now_us:
            return found
    return None


def _with_dealers(connection: Connection, rows: dict[str, ActivityRow]) -> dict[str, Occasion]:
    names = dealer_names(connection) if rows else {}
    return {name: Occasion(row, names.get(row.dealer)) for name, row in rows.items()}
