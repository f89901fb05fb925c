"""Activities: the list, and one of them: when, where, how many."""

import re
from calendar import Calendar
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.activity_rules import rule_of
from campaigns.events.activities import ActivityCancelled
from campaigns.regions import region_name
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.happened import happened_at, written_at
from crm.activities.queries import (
    ActivityRow,
    WholeActivity,
    activities_between,
    activities_from,
    activity,
    whole_activity,
)
from crm.copies.queries import dealer_names
from crm.invitations.queries import invited_to
from crm.journal.logged_event import LoggedEvent
from crm.money import fen_per
from crm.storage.database import reading
from crm.walk_ins.queries import is_unconfirmed, unconfirmed
from crm.web.desk.cells import dealer_cell, moment_cell
from crm.web.desk.files import taken_away
from crm.web.desk.names import names_shown
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.pages.funnel_parts import season_of
from crm.web.pages.home import SEASON_DAYS
from crm.web.pages.people_lists import inviting_roles, may_invite, may_write_to
from crm.web.view.event_view import address_of
from crm.web.view.funnel_shortcuts import funnel_of_activity
from crm.web.view.labels import ACTIVITY_KINDS, label

router = APIRouter()

_WEEKDAYS = (N_("一"), N_("二"), N_("三"), N_("四"), N_("五"), N_("六"), N_("日"))


def _title(_visit: Visit, each: ActivityRow) -> Cell:
    return Cell(each.title, f"/activities/{each.activity_id}")


def _starts(visit: Visit, each: ActivityRow) -> Cell:
    return moment_cell(visit, each.starts_us)


def _state(visit: Visit, each: ActivityRow) -> Cell:
    if each.cancelled:
        return Cell(visit.say(N_("已取消")), tone="wrong")
    if each.reached is not None:
        return Cell(visit.say(N_("已日结")), tone="good")
    if each.starts_us > visit.site.now_us():
        return Cell(visit.say(N_("计划中")))
    return Cell(visit.say(N_("还没日结")), tone="waiting")


_WALK_IN = "walk_in"
_STATES = {
    "planned": N_("计划中"),
    "unclosed": N_("还没日结"),
    "closed": N_("已日结"),
    "cancelled": N_("已取消"),
    "unfiled": N_("没有备案号的义诊"),
    _WALK_IN: N_("现场补建，还没核对"),
}


def _is_in(state: str, each: ActivityRow, today: date) -> bool:
    """Whether an activity is in a state of the filter; what is on today is not late to close."""
    day = shanghai_day(each.starts_us)
    if state == "cancelled" or each.cancelled:
        return state == "cancelled" and each.cancelled
    if state == "unfiled":
        return each.lacks_filing and day >= today
    if state == "closed":
        return each.reached is not None
    return each.reached is None and (day < today) == (state == "unclosed")


ACTIVITIES: Table[ActivityRow] = Table(
    "activities",
    (
        Column("title", N_("名称"), _title, lambda each: each.title),
        Column("starts", N_("时间"), _starts, lambda each: each.starts_us),
        Column("kind", N_("种类"), lambda v, e: v.say(label("activity", e.kind))),
        Column("region", N_("地区"), lambda _, e: region_name(e.region) or e.region, shown=False),
        Column("venue", N_("地点"), lambda _, e: e.venue),
        Column(
            "dealer", N_("经销商"), lambda v, e: dealer_cell(v, e.dealer), lambda each: each.dealer
        ),
        Column("state", N_("状态"), _state),
        Column(
            "reached",
            N_("触达"),
            lambda _, e: e.reached,
            lambda each: each.reached,
            is_number=True,
        ),
        Column(
            "cards",
            N_("发卡"),
            lambda _, e: e.cards_handed_out,
            lambda each: each.cards_handed_out,
            is_number=True,
            shown=False,
        ),
        Column("filing", N_("备案号"), lambda _, e: e.filing_no, shown=False),
    ),
    filters=(
        Filter("text", N_("名称、地点"), hint=N_("名称、地点")),
        Filter("kind", N_("全部种类"), ACTIVITY_KINDS),
        Filter("state", N_("全部状态"), _STATES),
        Filter(
            "days",
            N_("近半年和之后"),
            {"30": N_("近 30 天和之后"), "90": N_("近 90 天和之后"), "3660": N_("全部")},
        ),
    ),
)


def _searched(each: ActivityRow) -> str:
    return f"{each.title} {each.venue or ''} {each.activity_id} {each.dealer}".casefold()


@router.get("/activities")
def activities_page(visit: SignedIn) -> Response:
    """The activities of the season and how many each reached: the list behind that number."""
    visit.scope.require("activities", "which activities there are")
    asked = Asked.of(visit.request.query_params)
    wanted = asked.text("days")
    days = int(wanted) if re.fullmatch(r"[1-9]\d{0,3}", wanted) else SEASON_DAYS
    today = shanghai_day(visit.site.now_us())
    from_day = today - timedelta(days=days - 1)
    with reading(visit.site.engine) as connection:
        found = activities_from(visit.scope, connection, from_day)
        if asked.text("state") == _WALK_IN:
            waiting = unconfirmed(visit.scope, connection)
            found = [each for each in found if each.activity_id in waiting]
    text, kind = asked.text("text").casefold(), asked.text("kind")
    state = asked.text("state")
    called = visit.dealers_called(text) if text else ()
    fitting = [
        each
        for each in found
        if (text in _searched(each) or each.dealer in called)
        and kind in ("", each.kind)
        and (state not in _STATES.keys() - {_WALK_IN} or _is_in(state, each, today))
    ]
    shown = ACTIVITIES.show(visit, asked, ACTIVITIES.of_rows(fitting), "/activities")
    if asked.file:
        return taken_away(visit, shown)
    reached = sum(each.reached or 0 for each in fitting)
    lines = season_of(visit, "kind") if visit.scope.may("numbers") else ()
    context = {"title": visit.say(N_("活动")), "table": shown, "reached": reached}
    context |= {"season_lines": lines}
    return visit.render("activities.html", context)


@router.get("/calendar")
def calendar_page(visit: SignedIn, month: str = "") -> Response:
    """A month of activities, day by day."""
    visit.scope.require("activities", "which activities there are")
    today = shanghai_day(visit.site.now_us())
    first = _month(month, today)
    following = (first + timedelta(days=32)).replace(day=1)
    with reading(visit.site.engine) as connection:
        found = activities_between(visit.scope, connection, first, following)
    by_day: dict[date, list[ActivityRow]] = {}
    for each in reversed(found):
        by_day.setdefault(shanghai_day(each.starts_us), []).append(each)
    context = {
        "title": visit.say(N_("日历")),
        "weeks": Calendar().monthdatescalendar(first.year, first.month),
        "by_day": by_day,
        "month": first,
        "today": today,
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{following:%Y-%m}",
        "weekdays": [visit.say(word) for word in _WEEKDAYS],
    }
    return visit.render("calendar.html", context)


def _month(text: str, today: date) -> date:
    """The first day of a month as it stands in an address; of this one where it is none."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if 1900 <= first.year <= 9000 else today.replace(day=1)


def _why_cancelled(visit: Visit, whole: WholeActivity) -> str:
    """In words; nothing of what takes place."""
    for event, outcome in reversed(whole.events):
        if isinstance(event.data, ActivityCancelled) and outcome.takes_effect:
            return visit.say(label("cancel", event.data.reason_code))
    return ""


def _opens_event(visit: Visit, event: LoggedEvent) -> bool:
    """Whether the visitor may see it by itself: their own word, or anybody's."""
    return visit.may("events") or event.source == visit.account.source


def _funnel_of(visit: Visit, found: ActivityRow) -> str:
    """Where it is told what became of who came; empty before it began, and for who sees no
    numbers."""
    first, today = shanghai_day(found.starts_us), shanghai_day(visit.site.now_us())
    if found.cancelled or today < first or not visit.scope.may("numbers"):
        return ""
    return funnel_of_activity(found.activity_id, first, today)


@router.get("/activities/{activity_id}")
def activity_page(visit: SignedIn, activity_id: str) -> Response:
    """One activity: when, where, who came, what it cost, what was said of it."""
    visit.scope.require("activities", "which activities there are")
    now_us = visit.site.now_us()
    with reading(visit.site.engine) as connection:
        whole = whole_activity(visit.scope, connection, visit.site.keyring, activity_id)
        found = activity(visit.scope, connection, activity_id)
        if whole is None or found is None:
            raise NotFound
        names = names_shown(visit, connection, {event.actor for event, _ in whole.events})
        dealers = dealer_names(connection)
        context: dict[str, Any] = {
            "title": found.title,
            "activity": found,
            "whole": whole,
            "names": names,
            "dealer_name": dealers.get(found.dealer, ""),
            "rule": rule_of(found.kind),
            "is_over": found.starts_us < now_us,
            "is_past": shanghai_day(found.starts_us) < shanghai_day(now_us),
            "may_invite": False,
            "may_write_to": False,
            "inviting": inviting_roles(visit),
            "is_first_look": is_unconfirmed(whole),
            "happened": None,
            "cancelled_because": _why_cancelled(visit, whole),
            "opens_event": lambda event: _opens_event(visit, event),
            "address_of": address_of,
            "funnel": _funnel_of(visit, found),
            "tells_cost": visit.may_say("activity.changed")
            or bool(visit.scope.sees & {"numbers", "people", "own_copy"}),
        }
        if visit.scope.may("people"):
            happened = happened_at(visit.scope, connection, activity_id, whole.held_us)
            context["happened"] = happened
            invited = invited_to(visit.scope, connection, activity_id).keys()
            context["invited"] = len(invited)
            context["invited_came"] = len(invited & happened.came)
            context["may_invite"] = may_invite(visit)
            context["may_write_to"] = may_write_to(visit, found, len(invited))
            context["cards"] = len(written_at(visit.scope, connection, activity_id))
            cost = whole.stands.cost_fen
            context["per_archive"] = fen_per(cost, len(happened.archived))
            context["per_sale"] = fen_per(cost, happened.sold)
    return visit.render("activity.html", context)
