"""Events by what became of them: those that wait, and those that were not recorded."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from campaigns.sentences import outcome_sentence
from campaigns.wording.catalogues import C_, N_
from crm.journal.numbers import numbers_of
from crm.outcomes.asking import handled_counts
from crm.outcomes.queries import EventStatus, event_statuses, outcome_counts
from crm.storage.database import reading
from crm.web.desk.cells import moment_cell
from crm.web.desk.files import taken_away
from crm.web.desk.names import sources_shown
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.view.event_view import address_of
from crm.web.view.labels import EVENTS, OUTCOMES, label
from crm.web.view.speakers import speaker_word

router = APIRouter()

_ADVICE = {
    "accepted": N_("已经收下，正在入档，一般几秒钟就好。"),
    "recorded": N_("已经入档的记录。"),
    "waiting": N_("所缺的一到，就自动入档，不用重填。"),
    "rejected": N_("没有入档的记录都留着。按说明更正后，另记一条。"),
    "voided": N_("撤销的记录不再算数，但一直留着可查。"),
    "failed": N_("入档时出了故障，内容没有丢，管理员修好后会补上。"),
}
_ALL = N_("收下过的每一条，最新的在前面。")
_HANDLED = {"no": N_("还没处理"), "yes": N_("处理过了")}
_LISTED = {code: word for code, word in OUTCOMES.items() if code in _ADVICE}
Named = tuple[EventStatus, str, str, str]
"""An event, the name of who said it, its number, and by which way it came, in words."""


def _what(visit: Visit, each: Named) -> Cell:
    return Cell(visit.say(label("event", each[0].type)), address_of(each[0].source, each[0].id))


def _number(_visit: Visit, each: Named) -> Cell:
    return Cell(each[2], address_of(each[0].source, each[0].id))


def _when(visit: Visit, each: Named) -> Cell:
    return moment_cell(visit, each[0].received_us)


def _source(_visit: Visit, each: Named) -> Cell:
    """In words; a file has the source itself, which with the id is the event's identity."""
    return Cell(each[3], raw=each[0].source)


def _sentence(visit: Visit, each: Named) -> str:
    """Of what is recorded its outcome says it all."""
    return "" if each[0].outcome == "recorded" else sentence(visit, each[0])


TABLE: Table[Named] = Table(
    "events",
    (
        Column("number", N_("号"), _number),
        Column("type", N_("事件"), _what),
        Column("received", N_("收到"), _when, sorts=True),
        Column("outcome", N_("结果"), lambda v, e: v.say(label("outcome", e[0].outcome))),
        Column("sentence", N_("为什么"), _sentence),
        Column("by", N_("谁"), lambda _, each: each[1]),
        Column(
            "source", N_("来源"), lambda _, each: Cell(each[3], raw=each[0].source), shown=False
        ),
        Column("id", N_("编号"), lambda _, each: each[0].id, shown=False),
    ),
    filters=(
        Filter("outcome", N_("全部结果"), _LISTED),
        Filter("type", N_("全部事件"), EVENTS),
        Filter("handled", N_("处理过没有"), _HANDLED),
    ),
)


@router.get("/events")
def events_page(visit: SignedIn) -> Response:
    """The events with one outcome, or all, in the order in which they arrived."""
    asked = Asked.of(visit.request.query_params)
    outcome, type_name = asked.text("outcome"), asked.text("type")
    if (outcome and outcome not in _ADVICE) or (type_name and type_name not in EVENTS):
        raise NotFound
    shown = TABLE.show(visit, asked, lambda *bounds: _fetched(visit, *bounds), "/events")
    if asked.file:
        return taken_away(visit, shown)
    context = {
        "title": visit.say(OUTCOMES[outcome] if outcome else C_("places", "事件")),
        "advice": visit.say(_ADVICE[outcome] if outcome else _ALL),
        "outcome": outcome,
        "table": shown,
    }
    return visit.render("events.html", context)


def _fetched(visit: Visit, asked: Asked, most: int, skipped: int) -> tuple[Sequence[Named], int]:
    outcome, type_name = asked.text("outcome") or None, asked.text("type") or None
    # What has no outcome asked for is a history, read from its end.
    latest_first = asked.downwards if asked.sort else outcome is None
    with reading(visit.site.engine) as connection:
        counts = dict(outcome_counts(visit.scope, connection, type_name))
        handled = {"no": False, "yes": True}.get(asked.text("handled"))
        if handled is not None:
            seen = handled_counts(visit.scope, connection, type_name)
            counts = dict(seen) if handled else {n: c - seen.get(n, 0) for n, c in counts.items()}
        total = sum(counts.values()) if outcome is None else counts.get(outcome, 0)
        found = event_statuses(
            visit.scope,
            connection,
            outcome,
            most,
            skipped,
            type_name=type_name,
            latest_first=latest_first,
            handled=handled,
        )
        return named(visit, connection, list(found)), total


def named(visit: Visit, connection: Connection, statuses: Sequence[EventStatus]) -> list[Named]:
    """Events with their numbers and who said them, as the rows of a table."""
    actors = {status.actor for status in statuses} | {status.source for status in statuses}
    names = sources_shown(visit, connection, actors)
    numbers = numbers_of(
        visit.scope, connection, ((status.source, status.id) for status in statuses)
    )
    return [
        (
            each,
            speaker_word(names, each.actor, visit.say),
            numbers.get((each.source, each.id), ""),
            speaker_word(names, each.source, visit.say),
        )
        for each in statuses
    ]


def sentence(visit: Visit, status: EventStatus) -> str:
    """What became of an event, in words."""
    if status.outcome == "accepted":
        return visit.say(_ADVICE["accepted"])
    detail = status.reason if status.outcome == "rejected" else status.waiting_for
    return outcome_sentence(status.outcome, detail, visit.language)
