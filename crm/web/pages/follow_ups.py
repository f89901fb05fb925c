"""Whom to call."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.follow_ups.queries import due_follow_ups
from crm.people.queries import PAGE_ROWS, people_by_id
from crm.storage.database import reading
from crm.web.guards.visit import SignedIn

router = APIRouter()


@router.get("/follow-ups")
def follow_ups_page(visit: SignedIn) -> Response:
    """Whom to call, the most overdue first."""
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        due, total = due_follow_ups(visit.scope, connection, today, limit=PAGE_ROWS)
        ids = sorted({row.person_id for row in due})
        people = {p.person_id: p for p in people_by_id(visit.scope, connection, ids)}
    context = {
        "title": visit.say(N_("到期的回访")),
        "today": today,
        "yesterday": today - timedelta(days=1),
        "due": due,
        "total": total,
        "people": people,
    }
    return visit.render("follow_ups.html", context)
