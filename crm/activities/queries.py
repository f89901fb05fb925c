"""Reads activities."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, Select, func, or_, select

from campaigns.times import day_end_us, day_start_us, rfc3339
from crm.activities.tables import ACTIVITY
from crm.components.index import TIE
from crm.journal.events import JOURNAL, decode, last_position, rows_of_subjects
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.outcomes.outcome import Outcome
from crm.outcomes.shared import Activity, judge_activity
from crm.outcomes.tables import OUTCOME
from crm.people.tables import CARD, LINK
from crm.scope import Scope

ATTENDED = "activity.attended"


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


def activities_on(scope: Scope, connection: Connection, day: date) -> list[ActivityRow]:
    """The activities of a Shanghai day, the earliest first; of a dealer, its own."""
    query = (
        select(ACTIVITY)
        .where(ACTIVITY.c.starts_us >= day_start_us(day), ACTIVITY.c.starts_us < day_end_us(day))
        .order_by(ACTIVITY.c.starts_us, ACTIVITY.c.activity_id)
    )
    if scope.dealer is not None:
        query = query.where(ACTIVITY.c.dealer == scope.dealer)
    return [ActivityRow(*row) for row in connection.execute(query)]


def activities_between(
    scope: Scope, connection: Connection, from_day: date, to_day: date
) -> list[ActivityRow]:
    """The activities of some days, the latest first; the last day itself is left out."""
    query = (
        select(ACTIVITY)
        .where(
            ACTIVITY.c.starts_us >= day_start_us(from_day),
            ACTIVITY.c.starts_us < day_start_us(to_day),
        )
        .order_by(ACTIVITY.c.starts_us.desc(), ACTIVITY.c.activity_id)
    )
    if scope.dealer is not None:
        query = query.where(ACTIVITY.c.dealer == scope.dealer)
    return [ActivityRow(*row) for row in connection.execute(query)]


def activities_from(scope: Scope, connection: Connection, from_day: date) -> list[ActivityRow]:
    """The activities from a day on, those that are only planned too; the latest first."""
    query = (
        select(ACTIVITY)
        .where(ACTIVITY.c.starts_us >= day_start_us(from_day))
        .order_by(ACTIVITY.c.starts_us.desc(), ACTIVITY.c.activity_id)
    )
    if scope.dealer is not None:
        query = query.where(ACTIVITY.c.dealer == scope.dealer)
    return [ActivityRow(*row) for row in connection.execute(query)]


def activities_after(
    scope: Scope, connection: Connection, after: str, limit: int
) -> list[ActivityRow]:
    """The activities whose ids follow one, by id; of a dealer, its own."""
    scope.require("activities", "which activities there are")
    query = select(ACTIVITY).where(ACTIVITY.c.activity_id > after)
    if scope.dealer is not None:
        query = query.where(ACTIVITY.c.dealer == scope.dealer)
    rows = connection.execute(query.order_by(ACTIVITY.c.activity_id).limit(limit))
    return [ActivityRow(*row) for row in rows]


def activity(scope: Scope, connection: Connection, activity_id: str) -> ActivityRow | None:
    """One activity; None when it is not known, or is another dealer's."""
    query = select(ACTIVITY).where(ACTIVITY.c.activity_id == activity_id)
    row = connection.execute(query).first()
    if row is None or (scope.dealer is not None and row.dealer != scope.dealer):
        return None
    return ActivityRow(*row)


def activities_named(
    scope: Scope, connection: Connection, text: str, limit: int
) -> list[ActivityRow]:
    """The activities whose title, place or number holds a text, the latest first."""
    scope.require("activities", "which activities there are")
    named = (ACTIVITY.c.title, ACTIVITY.c.venue, ACTIVITY.c.activity_id, ACTIVITY.c.filing_no)
    query = (
        select(ACTIVITY)
        .where(or_(*(column.icontains(text, autoescape=True) for column in named)))
        .order_by(ACTIVITY.c.starts_us.desc(), ACTIVITY.c.activity_id)
        .limit(limit)
    )
    if scope.dealer is not None:
        query = query.where(ACTIVITY.c.dealer == scope.dealer)
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
    """One activity with its cost, who helps, and its history; None as `activity`."""
    if activity(scope, connection, activity_id) is None:
        return None
    rows = rows_of_subjects(connection, [f"activity/{activity_id}"], last_position(connection))
    events = sorted(decode(rows, keyring), key=lambda event: event.order)
    outcomes, stands = judge_activity(events)
    if stands is None:
        return None
    said = [(event, outcomes[event.key]) for event in events if event.key in outcomes]
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
    return {**asdict(found), "starts_at": rfc3339(found.starts_us), "materials": things}


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened at an activity, as far as it is recorded.

    came, archived, tried, bought: person ids; sold: units less nothing; paid_fen: at what price.
    late: how many words were received after an instant.
    """

    came: frozenset[str]
    archived: frozenset[str]
    tried: frozenset[str]
    bought: frozenset[str]
    sold: int
    paid_fen: int
    late: int


_HAPPENS = (ATTENDED, "consent.given", "trial.started", "purchase.made")


def happened_at(
    scope: Scope, connection: Connection, activity_id: str, closed_us: int | None = None
) -> Happened:
    """Who came, agreed to an archive, tried and bought there; late: after the day was closed."""
    _only_company(scope)
    query = (
        select(LINK.c.person_id, JOURNAL.c.type, JOURNAL.c.plain, JOURNAL.c.received_us)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .join(LINK, LINK.c.subject == JOURNAL.c.subject)
        .where(JOURNAL.c.type.in_(_HAPPENS), OUTCOME.c.outcome == "recorded", OUTCOME.c.changes)
        .where(JOURNAL.c.subject.in_(_speak_of(activity_id)))
    )
    people: dict[str, set[str]] = {name: set() for name in _HAPPENS}
    sold = paid_fen = late = 0
    for person_id, type_name, plain, received_us in connection.execute(query):
        said = orjson.loads(plain)
        if said.get("activity_id") != activity_id:
            continue
        late += closed_us is not None and received_us > closed_us
        if type_name == "consent.given" and said["purpose"] != "archive":
            continue
        people[type_name].add(person_id)
        if type_name == "purchase.made":
            sold += said["quantity"]
            paid_fen += said["quantity"] * said["unit_price_fen"]
    came, archived, tried, bought = (frozenset(people[name]) for name in _HAPPENS)
    return Happened(came, archived, tried, bought, sold, paid_fen, late)


def attendees(scope: Scope, connection: Connection, activity_id: str) -> frozenset[str]:
    """The people who attended, by what is recorded."""
    _only_company(scope)
    query = (
        select(LINK.c.person_id, JOURNAL.c.plain)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .join(LINK, LINK.c.subject == JOURNAL.c.subject)
        .where(JOURNAL.c.type == ATTENDED, OUTCOME.c.outcome == "recorded", OUTCOME.c.changes)
        .where(JOURNAL.c.subject.in_(_speak_of(activity_id)))
    )
    return frozenset(
        person_id
        for person_id, plain in connection.execute(query)
        if orjson.loads(plain)["activity_id"] == activity_id
    )


def written_at(scope: Scope, connection: Connection, activity_id: str) -> frozenset[str]:
    """The people of whom a card was written at the activity."""
    _only_company(scope)
    query = (
        select(LINK.c.person_id)
        .join(CARD, CARD.c.card_id == LINK.c.card_id)
        .where(CARD.c.subject.in_(_speak_of(activity_id)), CARD.c.activity_id == activity_id)
    )
    return frozenset(connection.execute(query).scalars())


def signed_in_us(
    scope: Scope, connection: Connection, activity_id: str, person_ids: Collection[str]
) -> dict[str, int]:
    """When each of some people first signed in, by what is accepted, recorded or not yet.

    What was taken back, or is not recorded for good, is no signing in.
    """
    _only_company(scope)
    query = (
        select(LINK.c.person_id, JOURNAL.c.starts_us, JOURNAL.c.plain)
        .join(LINK, LINK.c.subject == JOURNAL.c.subject)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.type == ATTENDED, LINK.c.person_id.in_(sorted(person_ids)))
        .where(func.coalesce(OUTCOME.c.outcome, "").not_in(("voided", "rejected")))
    )
    found: dict[str, int] = {}
    for person_id, at_us, plain in connection.execute(query):
        if orjson.loads(plain)["activity_id"] == activity_id:
            found[person_id] = min(at_us, found.get(person_id, at_us))
    return found


def _speak_of(activity_id: str) -> Select[tuple[str]]:
    """Subjects that name it: without them every attendance ever, and every card, would be read."""
    return select(TIE.c.subject).where(TIE.c.key == f"activity/{activity_id}")


def _only_company(scope: Scope) -> None:
    scope.require("people", "people are the company's; a dealer has its copy")
