"""The phone's form as it is shown: of a known person or a new card, empty or as it was sent."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from fastapi.responses import Response
from sqlalchemy import Connection

from campaigns.intake import Credential
from campaigns.times import day_end_us, parse_instant_us, rfc3339, shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.queries import ActivityRow, activities_between
from crm.copies.queries import dealer_name
from crm.entries.own_events import times_said
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.walk_ins.queries import accepted_activity, is_awaited
from crm.web.guards.visit import Awaited, NotFound, Posting, Visit
from crm.web.pages import log_people
from crm.web.pages.log_findings import findings
from crm.web.pages.notices import shown_notices
from crm.web.view import forms
from crm.web.view.form_fields import FIELDS, SKUS, described
from crm.web.view.form_said import club_of
from crm.web.view.signatures import LONGEST_FIELD

_DAYS_BACK, DAYS_AHEAD = 7, 3


def credential_of(visit: Visit) -> Credential:
    """What the visitor may say at an activity; OutOfScope for who logs nothing there."""
    credential = visit.account.credential
    if credential is None or not visit.account.may_say("activity.attended"):
        raise OutOfScope("who logs nothing at activities")
    return credential


def written_at(posting: Posting, day_us: int | None = None) -> str:
    """When the form was written; where the phone's clock is ahead, when it is first received.

    A form that is sent again keeps the time that it got then. day_us: the instant that events of
    the form carry of which the day alone is known; it is no such time.
    """
    visit, said = posting.visit, posting.text("written_at", 40)
    now_us = visit.site.now_us()
    try:
        is_ahead = parse_instant_us(said) > now_us
    except ValueError:
        is_ahead = False
    if not is_ahead:
        return said
    with reading(visit.site.engine) as connection:
        said_before = times_said(connection, visit.account.source, posting.text("form_id", 36))
    before = min(said_before.items(), default=None)
    if before and parse_instant_us(before[1]) != day_us:
        return before[1]
    return rfc3339(now_us)


def activity_named(visit: Visit, connection: Connection, activity_id: str) -> ActivityRow:
    """The activity of an address, also one just written down on the spot; NotFound or Awaited."""
    found = accepted_activity(visit.scope, connection, visit.site.keyring, activity_id)
    if found is None:
        raise Awaited if is_awaited(visit.scope, connection, activity_id) else NotFound
    return found


def near_activities(visit: Visit, connection: Connection, days_ahead: int = 0) -> list[ActivityRow]:
    """Those of the last seven days, of today and of some days ahead that were not cancelled, the
    latest first."""
    today = shanghai_day(visit.site.now_us())
    since, until = today - timedelta(days=_DAYS_BACK), today + timedelta(days=1 + days_ahead)
    found = activities_between(visit.scope, connection, since, until)
    return [each for each in found if not each.cancelled]


def movable_to(visit: Visit) -> list[ActivityRow]:
    """Where what waits on the phone may be moved to; nowhere for who logs nothing there."""
    if visit.account.credential is None or not visit.account.may_say("activity.attended"):
        return []
    with reading(visit.site.engine) as connection:
        today = shanghai_day(visit.site.now_us())
        # Whoever was days without network wrote under the form at hand what is of a later one.
        near = near_activities(visit, connection, DAYS_AHEAD)
    return sorted(near, key=lambda each: each.starts_us >= day_end_us(today))


def form_page(
    visit: Visit,
    found: ActivityRow,
    person_id: str | None,
    posting: Posting | None = None,
    looked_at: forms.Checked | None = None,
    card_id: str | None = None,
) -> Response:
    """The form, empty or as it was sent, with what is wrong.

    card_id: of a printed card; the form takes its number, so that paper and receipt have one.
    """
    now_us = visit.site.now_us()
    with reading(visit.site.engine) as connection:
        person = log_people.person_named(visit, connection, person_id)
        came = log_people.came(visit, connection, found.activity_id, person)
        held = log_people.held(visit, connection, person, found.dealer)
        notices = shown_notices(visit, connection, found.dealer)
        dealer = dealer_name(connection, found.dealer) or found.dealer
        closed = log_people.closed_to(visit, connection)
    faults = looked_at.faults if looked_at else []
    stale = posting is None or any(fault.reason in ("stale", "id_reused") for fault in faults)
    today = shanghai_day(now_us)
    context: dict[str, Any] = {
        "title": visit.say(N_("登记") if person else N_("写新卡")),
        "activity": found,
        "dealer": dealer,
        "person": person,
        "came": came,
        "held": held,
        "form_id": card_id or str(uuid4()) if stale else posting and posting.text("form_id", 36),
        "written_at": rfc3339(now_us) if stale else posting and posting.text("written_at", 40),
        "fresh": posting is None,
        "typed": posting.text_of if posting else lambda name: "",
        "first_time": posting is None,
        **findings(visit, looked_at),
        "asked": " ".join(looked_at.codes) if looked_at else "",
        "may_sell": found.kind != "free_clinic",
        "may_refer": forms.may_be_referred(person),
        "skus": SKUS,
        "fields": FIELDS,
        "described": described(visit.language, today, closed),
        "purposes": forms.purposes_of(person),
        "notices": notices,
        "signature": posting.text("signature", LONGEST_FIELD) if posting else "",
        "today": today,
        "day": shanghai_day(found.starts_us),
        "club": club_of(found),
    }
    return visit.render("log_form.html", context, 422 if faults else 200)
