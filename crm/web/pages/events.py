"""Events by what became of them: those that wait, and those that were not recorded."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.sentences import outcome_sentence
from campaigns.wording.catalogues import N_
from crm.outcomes.queries import EventStatus, event_statuses, outcome_counts
from crm.people.queries import PAGE_ROWS
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.view.labels import OUTCOMES

router = APIRouter()

Page = Annotated[int, Query(ge=1, le=1_000_000)]

_ADVICE = {
    "accepted": N_("已经收下，正在入档，一般几秒钟就好。"),
    "recorded": N_("已经入档的记录。"),
    "waiting": N_("所缺的一到，就自动入档，不用重填。"),
    "rejected": N_("没有入档的记录都留着。按说明更正后，另记一条。"),
    "voided": N_("作废的记录不再算数，但一直留着可查。"),
    "failed": N_("入档时出了故障，内容没有丢，管理员修好后会补上。"),
}


@router.get("/events")
def events_page(visit: SignedIn, outcome: str = "waiting", page: Page = 1) -> Response:
    """The events with one outcome, in the order in which they arrived."""
    if outcome not in _ADVICE:
        raise NotFound
    with reading(visit.site.engine) as connection:
        total = outcome_counts(visit.scope, connection).get(outcome, 0)
        before = (page - 1) * PAGE_ROWS
        found = list(event_statuses(visit.scope, connection, outcome, PAGE_ROWS, before))
    context = {
        "title": visit.say(OUTCOMES[outcome]),
        "advice": visit.say(_ADVICE[outcome]),
        "outcome": outcome,
        "events": [(status, sentence(visit, status)) for status in found],
        "total": total,
        "page": page,
        "pages": max(1, -(-total // PAGE_ROWS)),
    }
    return visit.render("events.html", context)


def sentence(visit: Visit, status: EventStatus) -> str:
    """What became of an event, in words."""
    if status.outcome == "accepted":
        return visit.say(_ADVICE["accepted"])
    detail = status.reason if status.outcome == "rejected" else status.waiting_for
    return outcome_sentence(status.outcome, detail, visit.language)
