"""Today: what is on, what waits for somebody, and where of the season people are lost."""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.queries import activities_between, activities_from, activities_on
from crm.archives.queries import count_conflicts
from crm.disputes.queries import open_disputes
from crm.feed.deletions import to_delete
from crm.feed.history import seen_up_to
from crm.feed.portal import changed_since, due_calls
from crm.feed.recall_queries import open_recalls
from crm.feed.settling import holds_copies_back
from crm.follow_ups.due import DueFollowUp
from crm.follow_ups.queries import due_follow_ups
from crm.funnels.document import Document
from crm.funnels.queries import OUTCOME_CHAIN, OUTCOME_WINDOW, reached_between
from crm.funnels.report import Listed, Question, Report
from crm.outcomes.asking import handled_counts
from crm.outcomes.queries import open_outcomes
from crm.reward_desk.queues import queues
from crm.rights.queries import open_counts
from crm.scope import Scope
from crm.storage.database import reading
from crm.walk_ins.queries import unconfirmed
from crm.web.desk.beside_chain import bought_beside
from crm.web.desk.first_steps import first_steps
from crm.web.guards.visit import SignedIn, Visit
from crm.web.pages.copy import is_settled
from crm.web.pages.status import HELD_BACK
from crm.web.view.formats import duration_text
from crm.web.view.funnel_compared import earlier_notes
from crm.web.view.funnel_view import Viewer, rate_of
from crm.web.view.labels import label

router = APIRouter()

PERIODS_DAYS = (30, 90, 182)
SEASON_DAYS = 182
_DAYS_TO_CLOSE = 30
_DAYS_TO_COME = 7
_SHOWN_TO_COME = 10
_TABLE_HEADS = (
    *(N_("步骤"), N_("人数"), N_("上一步人数"), N_("比上一步"), N_("占触达"), N_("中位用时")),
)
Days = Annotated[int, Query(ge=1, le=3660)]


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the chain: how many, from how many, how long it took them.

    people: None where they may not be told, and then nothing is that would tell it; count_text: the
    number, or what is told instead.
    href: of the list behind the number; None for whoever sees numbers alone.
    share: of the longest bar, in per mille.
    """

    label: str
    people: int | None
    count_text: str
    before: int | None
    rate: str | None
    rate_of_first: str | None
    median: str | None
    href: str | None
    share: int


@router.get("/")
def home_page(visit: SignedIn, days: Days = SEASON_DAYS) -> Response:
    """What is on today, what waits, where people are lost: as much of it as one may see."""
    if not visit.scope.may("activities"):
        return RedirectResponse(visit.account.first_page, 303)
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        context: dict[str, object] = {
            "title": visit.say(N_("今天")),
            "today": today,
            "days": days,
            "periods": PERIODS_DAYS,
            "from_day": period(visit, days)[0],
            "activities": activities_on(visit.scope, connection, today),
            "first_steps": first_steps(visit, connection),
            **_of_season(visit, connection, days),
            **_waiting(visit, connection, today),
            **_of_activities(visit, connection, today),
        }
    return visit.render("home.html", context)


def _of_season(visit: Visit, connection: Connection, days: int) -> dict[str, object]:
    """The chain as it is drawn, and who only seems lost on it; nothing for who sees no numbers."""
    if not visit.scope.may("numbers"):
        return {"bars": (), "notes": (), "beside": (0, "")}
    chain = chain_of(visit, days)
    viewer = Viewer(visit.language, visit.scope.may("people"), lists=False, query="")
    today = shanghai_day(visit.site.now_us())
    return {
        "beside": bought_beside(visit, chain, days, today),
        "bars": bars(visit, connection, days, chain),
        "notes": list(earlier_notes(chain, viewer)),
    }


def _waiting(visit: Visit, connection: Connection, today: date) -> dict[str, object]:
    """What waits for somebody; nothing of what this visitor may not see."""
    scope = visit.scope
    due: tuple[DueFollowUp, ...] = ()
    if scope.may("follow_ups"):
        due = due_follow_ups(scope, connection, today).rows
    held_back = scope.may("copies") and scope.may("events") and holds_copies_back(connection)
    return {
        "counts": _open_outcomes(scope, connection) if scope.may("events") else {},
        "due_total": len(due),
        "oldest_due": due[0].due_on if due else None,
        "conflicts": count_conflicts(scope, connection) if scope.may("conflicts") else 0,
        "held_back": visit.say(HELD_BACK) if held_back else "",
        "rights": open_counts(scope, connection, today) if scope.may("requests") else (0, 0),
        "rewards": _rewards(visit, connection, today),
        "disputes": open_disputes(scope, connection) if scope.may("books") else 0,
        "own": _of_the_copy(visit, connection, today),
        "recalls": _late_recalls(scope, connection, today),
    }


_QUEUES = {"to_decide": "reward.approved", "payable": "reward.paid"}
"""Queue of rewards → what whoever it waits for may say."""


def _rewards(visit: Visit, connection: Connection, today: date) -> Counter[str]:
    """How many rewards wait in the queues that this visitor works off."""
    own = {name for name, said in _QUEUES.items() if visit.may_say(said)}
    if not own or not visit.scope.may("money"):
        return Counter()
    found = queues(visit.scope, connection, today)
    return Counter({e.name: e.count for e in found if e.name in own and e.count})


def _of_the_copy(visit: Visit, connection: Connection, today: date) -> Counter[str]:
    """What waits for a dealer in its copy; nothing while the copy is not settled."""
    scope, dealer = visit.scope, visit.account.dealer
    if dealer is None or not scope.may("own_copy") or not is_settled(visit, connection, dealer):
        return Counter()
    recalls = to_delete(scope, connection, dealer)
    seen = seen_up_to(connection, visit.account.actor)
    counts = {
        "deletions": len(recalls),
        "late": sum(recall.is_overdue(today) for recall in recalls),
        "calls": len(due_calls(scope, connection, dealer, today)),
        "changes": changed_since(scope, connection, dealer, seen)[1],
    }
    return Counter({name: count for name, count in counts.items() if count})


def _late_recalls(scope: Scope, connection: Connection, today: date) -> int:
    """How many recalls no dealer confirmed in time."""
    if not scope.may("copies"):
        return 0
    return len(open_recalls(scope, connection, today, overdue=True))


def _open_outcomes(scope: Scope, connection: Connection) -> dict[str, int]:
    """How many events of each outcome ask for somebody."""
    seen = handled_counts(scope, connection)
    counts = open_outcomes(scope, connection)
    return {name: count - seen.get(name, 0) for name, count in counts.items()}


def _of_activities(visit: Visit, connection: Connection, today: date) -> dict[str, object]:
    """Which activities of the last weeks are not closed, which clinics to come are not filed,
    which were written down on the spot and not looked at, which come next."""
    scope = visit.scope
    unclosed = unfiled = walk_ins = 0
    if visit.may_say("activity.held"):
        from_day, _ = period(visit, _DAYS_TO_CLOSE)
        past = activities_between(scope, connection, from_day, today)
        unclosed = sum(each.reached is None and not each.cancelled for each in past)
    if visit.may_say("activity.changed"):
        to_come = activities_from(scope, connection, today)
        unfiled = sum(each.lacks_filing for each in to_come)
        walk_ins = len(unconfirmed(scope, connection))
    tomorrow = today + timedelta(days=1)
    coming = activities_between(scope, connection, tomorrow, tomorrow + timedelta(_DAYS_TO_COME))
    return {
        **{"unclosed": unclosed, "unfiled": unfiled, "walk_ins": walk_ins},
        "coming": list(reversed(coming))[:_SHOWN_TO_COME],
        "coming_more": max(0, len(coming) - _SHOWN_TO_COME),
    }


@router.get("/season.csv")
def season_table(visit: SignedIn, days: Days = SEASON_DAYS) -> Response:
    """The table behind the picture, to take away."""
    with reading(visit.site.engine) as connection:
        rows = bars(visit, connection, days, chain_of(visit, days))
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([visit.say(head) for head in _TABLE_HEADS])
    for bar in rows:
        people = bar.count_text if bar.people is None else bar.people
        cells = (bar.label, people, bar.before, bar.rate, bar.rate_of_first, bar.median)
        writer.writerow(["" if cell is None else cell for cell in cells])
    headers = {"Content-Disposition": f'attachment; filename="season-{days}d.csv"'}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv", headers=headers)


@router.get("/season.svg")
def season_picture(visit: SignedIn, days: Days = SEASON_DAYS) -> Response:
    """The picture alone, to paste into slides."""
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        shown = bars(visit, connection, days, chain_of(visit, days))
    context = {"bars": shown, "from_day": period(visit, days)[0], "today": today}
    page = visit.render("season.svg", context)
    headers = {"Content-Disposition": f'attachment; filename="season-{days}d.svg"'}
    return Response(page.body, media_type="image/svg+xml", headers=headers)


def chain_of(visit: Visit, days: int, listed: int | None = None) -> Report:
    """The outcome chain of the last days, today included; listed: with who reached this step."""
    visit.scope.require("numbers", "funnels are the company's")
    document = Document(OUTCOME_CHAIN, OUTCOME_WINDOW, last_days=days)
    people = None if listed is None else Listed(listed)
    today = shanghai_day(visit.site.now_us())
    return visit.site.funnels.report(visit.scope, Question(document, today, listed=people))


def period(visit: Visit, days: int) -> tuple[date, date]:
    """The first of so many days, today among them, and the day after today."""
    today = shanghai_day(visit.site.now_us())
    return today - timedelta(days=days - 1), today + timedelta(days=1)


def bars(visit: Visit, connection: Connection, days: int, chain: Report) -> list[Bar]:
    """The steps of the chain as they are drawn."""
    from_day, to_day = period(visit, days)
    reached = reached_between(visit.scope, connection, from_day, to_day)
    names = visit.scope.may("people")
    steps: list[tuple[str, float | None, str | None]] = [
        ("reached", None, f"/activities?days={days}")
    ]
    steps += [
        (code, step.median, f"/season/{place}?days={days}" if names else None)
        for place, (code, step) in enumerate(zip(OUTCOME_CHAIN, chain.steps, strict=True), 1)
    ]
    viewer = Viewer(visit.language, names, lists=False, query="")
    # What was counted on the spot has no names.
    counts: list[int | None] = [reached, *viewer.shown_steps(chain.people)]
    words = [f"{reached:,}", *viewer.words(chain.people)]
    # A scale tells a number too: what may not be told takes no part in it.
    longest = max(count or 0 for count in counts) or 1
    drawn = []
    before: int | None = None
    for place, (code, median_seconds, href) in enumerate(steps):
        people = counts[place]
        drawn.append(
            Bar(
                visit.say(label("step", code)),
                people,
                words[place],
                before,
                rate_of(people, before) if place else None,
                rate_of(people, reached) if place else None,
                None if people is None else duration_text(median_seconds, visit.language),
                href,
                (people or 0) * 1000 // longest,
            )
        )
        before = people
    return drawn
