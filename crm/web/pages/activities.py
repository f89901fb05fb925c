"""Activities: the list, and one of them: when, where, how many."""

import re
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.regions import region_name
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.queries import ActivityRow, activities_from, activity, attendees, written_at
from crm.storage.database import reading
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.pages.home import SEASON_DAYS
from crm.web.view.formats import moment_text
from crm.web.view.labels import ACTIVITY_KINDS, label

router = APIRouter()


def _title(_visit: Visit, each: ActivityRow) -> Cell:
    return Cell(each.title, f"/activities/{each.activity_id}")


def _starts(visit: Visit, each: ActivityRow) -> Cell:
    return Cell(moment_text(each.starts_us, visit.language, visit.site.now_us()))


def _state(visit: Visit, each: ActivityRow) -> Cell:
    if each.cancelled:
        return Cell(visit.say(N_("已取消")), tone="wrong")
    if each.reached is not None:
        return Cell(visit.say(N_("已日结")), tone="good")
    if each.starts_us > visit.site.now_us():
        return Cell(visit.say(N_("计划中")))
    return Cell(visit.say(N_("还没日结")), tone="waiting")


ACTIVITIES: Table[ActivityRow] = Table(
    "activities",
    (
        Column("title", N_("名称"), _title, lambda each: each.title),
        Column("starts", N_("时间"), _starts, lambda each: each.starts_us),
        Column("kind", N_("种类"), lambda v, e: v.say(label("activity", e.kind))),
        Column("region", N_("地区"), lambda _, e: region_name(e.region) or e.region, shown=False),
        Column("venue", N_("地点"), lambda _, e: e.venue),
        Column("dealer", N_("经销商"), lambda _, e: e.dealer, lambda each: each.dealer),
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
        Filter(
            "days",
            N_("近半年和之后"),
            {"30": N_("近 30 天和之后"), "90": N_("近 90 天和之后"), "3660": N_("全部")},
        ),
    ),
)


@router.get("/activities")
def activities_page(visit: SignedIn) -> Response:
    """The activities of the season and how many each reached: the list behind that number."""
    visit.scope.require("activities", "which activities there are")
    asked = Asked.of(visit.request.query_params)
    wanted = asked.text("days")
    days = int(wanted) if re.fullmatch(r"[1-9]\d{0,3}", wanted) else SEASON_DAYS
    from_day = shanghai_day(visit.site.now_us()) - timedelta(days=days)
    with reading(visit.site.engine) as connection:
        found = activities_from(visit.scope, connection, from_day)
    text, kind = asked.text("text").casefold(), asked.text("kind")
    fitting = [
        each
        for each in found
        if text in f"{each.title} {each.venue or ''} {each.activity_id}".casefold()
        and kind in ("", each.kind)
    ]
    shown = ACTIVITIES.show(visit, asked, ACTIVITIES.of_rows(fitting), "/activities")
    if asked.file:
        return taken_away(visit, shown)
    reached = sum(each.reached or 0 for each in fitting)
    context = {"title": visit.say(N_("活动")), "table": shown, "reached": reached}
    return visit.render("activities.html", context)


@router.get("/activities/{activity_id}")
def activity_page(visit: SignedIn, activity_id: str) -> Response:
    """One activity: when, where, how many."""
    visit.scope.require("activities", "which activities there are")
    with reading(visit.site.engine) as connection:
        found = activity(visit.scope, connection, activity_id)
        if found is None:
            raise NotFound
        context: dict[str, Any] = {"title": found.title, "activity": found}
        if visit.scope.may("people"):
            context["attended"] = len(attendees(visit.scope, connection, activity_id))
            context["cards"] = len(written_at(visit.scope, connection, activity_id))
    return visit.render("activity.html", context)
