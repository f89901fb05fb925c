"""The head of a sheet against the activity: a slip there would file everybody wrongly."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine

from campaigns.regions import prefecture
from campaigns.sheets import InvalidSheet, SheetActivity
from campaigns.times import day_end_us, instant_us, shanghai_day
from crm.identity.names import simplified
from crm.journal.events import decode, last_position, rows_of_subjects
from crm.keyring.keyring import Keyring
from crm.notices.queries import notices_on
from crm.outcomes.shared import Activity, judge_activity
from crm.storage.database import reading

HEAD_LINES = {
    "dealer": "经销商编号",
    "day": "活动日期",
    "region": "活动地区",
    "venue": "活动地点",
}
"""As they are written on the sheet, in whatever language it is answered."""


def planned_activity(engine: Engine, keyring: Keyring, activity_id: str) -> Activity | None:
    """The activity as the journal has it, recorded or not yet; None for one that nobody planned."""
    with reading(engine) as connection:
        kept = rows_of_subjects(connection, {f"activity/{activity_id}"}, last_position(connection))
    events = sorted(decode(kept, keyring), key=lambda event: event.order)
    return judge_activity(events)[1]


def check_head(head: Mapping[str, str], said: SheetActivity, planned: Activity | None) -> None:
    """Raise InvalidSheet where the head says otherwise than what was planned.

    Of an activity that nobody planned yet nothing can be said.
    """
    if planned is None:
        return
    wrong = []
    if said.dealer is not None and said.dealer != planned.dealer:
        wrong.append(("dealer", said.dealer, planned.dealer))
    first, last = _days(planned)
    if not first <= said.day <= last:
        wrong.append(("day", said.day.isoformat(), first.isoformat()))
    region, venue = head.get("region", ""), head.get("venue", "")
    if region.isdigit() and prefecture(region) != prefecture(planned.region):
        wrong.append(("region", region, planned.region))
    if venue and planned.venue and not _same_place(venue, planned.venue):
        wrong.append(("venue", venue, planned.venue))
    if wrong:
        columns = "；".join(f"{HEAD_LINES[name]} {here} ≠ {there}" for name, here, there in wrong)
        raise InvalidSheet("head_contradicts", columns=columns)


def completed(
    engine: Engine, said: SheetActivity, head: Mapping[str, str], planned: Activity | None
) -> SheetActivity:
    """With what the sheet leaves unsaid and the installation knows: whose it is, what was read."""
    named = head.get("notice_version")
    with reading(engine) as connection:
        notices = notices_on(connection, day_end_us(said.day), named)
    dealer = said.dealer or (planned.dealer if planned is not None else None)
    version = named or notices["archive"]
    return replace(said, dealer=dealer, notices=notices, notice_version=version)


def _days(planned: Activity) -> tuple[date, date]:
    first = shanghai_day(instant_us(planned.starts_at))
    last = shanghai_day(instant_us(planned.ends_at)) if planned.ends_at else first
    return first, last


def _same_place(one: str, other: str) -> bool:
    """Whether one says what the other says, perhaps with more words."""
    short, long = sorted(map(simplified, (one, other)), key=len)
    return short in long
