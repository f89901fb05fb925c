"""Reads activities."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from campaigns.activity_rules import rule_of
from campaigns.regions import covered_prefix, covers
from campaigns.times import day_end_us, day_start_us, rfc3339
from crm.activities.projection import activity_row
from crm.activities.tables import ACTIVITY
from crm.journal.events import decode, last_position, rows_of_subjects
from crm.journal.logged_event import COMPANY, LoggedEvent
from crm.keyring.keyring import Keyring
from crm.notices.queries import current_notices
from crm.outcomes.outcome import Outcome
from crm.outcomes.shared import Activity, judge_activity
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One activity as it stands."""

    activity_id: str
    subject: str
    programme: str
    kind: str
    title: str
    region: str
    dealer: str
    starts_us: int
    ends_us: int | None
    venue: str | None
    filing_no: str | None
    cancelled: bool
    reached: int | None
    cards_handed_out: int | None
    cost_fen: int | None = None

    @property
    def lacks_filing(self) -> bool:
        """Whether it is to be held, and may not be without the filing number (备案号) it lacks."""
        needed = rule_of(self.kind).needs_filing_number
        return needed and not self.filing_no and not self.cancelled


def open_to(scope: Scope) -> list[ColumnElement[bool]]:
    """Of a dealer its own; of field staff with regions those that are there."""
    of_dealer = [] if scope.dealer is None else [ACTIVITY.c.dealer == scope.dealer]
    if not scope.regions:
        return of_dealer
    there = (ACTIVITY.c.region.startswith(covered_prefix(code)) for code in scope.regions)
    return [*of_dealer, or_(*there)]


def row_of(stands: Activity) -> ActivityRow:
    """The row of an activity that is folded and not recorded yet."""
    return ActivityRow(**activity_row(stands))


def may_see(scope: Scope, found: ActivityRow) -> bool:
    """Whether one that is at hand is open to a viewer, as `open_to`."""
    is_own = scope.dealer in (None, found.dealer)
    return is_own and (
        not scope.regions or any(covers(code, found.region) for code in scope.regions)
    )


def activities_on(scope: Scope, connection: Connection, day: date) -> list[ActivityRow]:
    """The activities of a Shanghai day, the earliest first; of a dealer, its own."""
    query = (
        select(ACTIVITY)
        .where(
            *open_to(scope),
            ACTIVITY.c.starts_us >= day_start_us(day),
            ACTIVITY.c.starts_us < day_end_us(day),
        )
        .order_by(ACTIVITY.c.starts_us, ACTIVITY.c.activity_id)
    )
    return [ActivityRow(*row) for row in connection.execute(query)]


def activities_between(
    scope: Scope, connection: Connection, from_day: date, to_day: date
) -> list[ActivityRow]:
    """The activities of some days, the latest first; the last day itself is left out."""
    query = (
        select(ACTIVITY)
        .where(
            *open_to(scope),
            ACTIVITY.c.starts_us >= day_start_us(from_day),
            ACTIVITY.c.starts_us < day_start_us(to_day),
        )
        .order_by(ACTIVITY.c.starts_us.desc(), ACTIVITY.c.activity_id)
    )
    return [ActivityRow(*row) for row in connection.execute(query)]


def activities_from(scope: Scope, connection: Connection, from_day: date) -> list[ActivityRow]:
    """The activities from a day on, those that are only planned too; the latest first."""
    query = (
        select(ACTIVITY)
        .where(*open_to(scope), ACTIVITY.c.starts_us >= day_start_us(from_day))
        .order_by(ACTIVITY.c.starts_us.desc(), ACTIVITY.c.activity_id)
    )
    return [ActivityRow(*row) for row in connection.execute(query)]


def activities_after(
    scope: Scope, connection: Connection, after: str, limit: int
) -> list[ActivityRow]:
    """The activities whose ids follow one, by id; of a dealer, its own."""
    scope.require("activities", "which activities there are")
    query = select(ACTIVITY).where(*open_to(scope), ACTIVITY.c.activity_id > after)
    rows = connection.execute(query.order_by(ACTIVITY.c.activity_id).limit(limit))
    return [ActivityRow(*row) for row in rows]


def activity(scope: Scope, connection: Connection, activity_id: str) -> ActivityRow | None:
    """One activity; None when it is not known, another dealer's, or elsewhere."""
    query = select(ACTIVITY).where(*open_to(scope), ACTIVITY.c.activity_id == activity_id)
    row = connection.execute(query).first()
    return None if row is None else ActivityRow(*row)


def activities_named(
    scope: Scope, connection: Connection, text: str, limit: int
) -> list[ActivityRow]:
    """The activities whose title, place or number holds a text, the latest first."""
    scope.require("activities", "which activities there are")
    named = (ACTIVITY.c.title, ACTIVITY.c.venue, ACTIVITY.c.activity_id, ACTIVITY.c.filing_no)
    query = (
        select(ACTIVITY)
        .where(*open_to(scope), or_(*(column.icontains(text, autoescape=True) for column in named)))
        .order_by(ACTIVITY.c.starts_us.desc(), ACTIVITY.c.activity_id)
        .limit(limit)
    )
    return [ActivityRow(*row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class WholeActivity:
    """One activity with all that was said of it; events: in effective order, with what became of
    each."""

    stands: Activity
    events: tuple[tuple[LoggedEvent, Outcome], ...]

    @property
    def held_us(self) -> int | None:
        """When its closing was first received; None while the day is open."""
        closings = [
            event.received_us
            for event, outcome in self.events
            if event.type_name == "activity.held" and outcome.takes_effect
        ]
        return min(closings, default=None)


def whole_activity(
    scope: Scope, connection: Connection, keyring: Keyring, activity_id: str
) -> WholeActivity | None:
    """One activity with its cost, who helps, and its history; None as `activity`.

    Of a dealer's the history is what the company said and the dealer itself: who carried it out
    before, and whoever else speaks of it, is nobody that it knows.
    """
    if activity(scope, connection, activity_id) is None:
        return None
    rows = rows_of_subjects(connection, [f"activity/{activity_id}"], last_position(connection))
    events = sorted(decode(rows, keyring), key=lambda event: event.order)
    outcomes, stands = judge_activity(events)
    if stands is None:
        return None
    parties = None if scope.dealer is None else (COMPANY, f"dealer/{scope.dealer}")
    said = [
        (event, outcomes[event.key])
        for event in events
        if event.key in outcomes and (parties is None or event.party in parties)
    ]
    return WholeActivity(stands, tuple(said))


def sheet_facts(
    scope: Scope, connection: Connection, keyring: Keyring, activity_id: str
) -> dict[str, Any] | None:
    """What the sheet of an activity is written from, as `write_template` takes it; None as
    `activity`."""
    found = activity(scope, connection, activity_id)
    whole = whole_activity(scope, connection, keyring, activity_id)
    if found is None or whole is None:
        return None
    things = [(each.item, each.quantity, each.unit) for each in whole.stands.materials]
    said = {"starts_at": rfc3339(found.starts_us), "materials": things}
    return {
        **asdict(found),
        **said,
        "notice_version": current_notices(connection)["archive"].version,
    }
