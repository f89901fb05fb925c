"""Whom to call: the list, one line a person, filtered, and given to colleagues."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.people import KnownAccount, accounts, names_of
from crm.accounts.roles import says_of, scope_of
from crm.follow_ups.due import ANYBODYS, LAPSED, NOBODYS, Asking, DueFollowUp
from crm.follow_ups.queries import due_follow_ups, open_follow_up
from crm.follow_ups.register import CallName, assign
from crm.people.queries import may_have_phones, people_by_id
from crm.storage.database import reading, writing
from crm.web.desk.acts import sayer_of
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked
from crm.web.guards.visit import Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.follow_up_table import Called, table_of
from crm.web.view.speakers import speaker_word

router = APIRouter()

DONE = "follow_up.done"
MOST_DIGITS = 4
_MOST_AT_ONCE = 50
_NOBODY = N_("请选一位同事。")

_FILTERS = ("whose", "region", "dealer", "sku", "task")

Short = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which part of the list somebody works through, as it stands in addresses and forms."""

    whose: str = ANYBODYS
    region: str = ""
    dealer: str = ""
    sku: str = ""
    task: str = ""

    @property
    def query(self) -> str:
        """As the query of an address: what is set alone."""
        said = {name: getattr(self, name) for name in _FILTERS}
        return urlencode({name: value for name, value in said.items() if value})

    def asking(self, actor: str) -> Asking:
        """What is asked of the list."""
        whose = {"mine": actor, NOBODYS: NOBODYS, LAPSED: LAPSED}.get(self.whose, ANYBODYS)
        return Asking(whose, self.region, self.dealer, self.sku, self.task)


def _chosen(
    whose: Annotated[str, Query(max_length=8)] = ANYBODYS,
    region: Short = "",
    dealer: Short = "",
    sku: Short = "",
    task: Short = "",
) -> Chosen:
    return Chosen(whose, region, dealer, sku, task)


def chosen_in(posting: Posting) -> Chosen:
    return Chosen(*(posting.text(name, 64) for name in _FILTERS))


Part = Annotated[Chosen, Depends(_chosen)]


@router.get("/follow-ups")
def follow_ups_page(visit: SignedIn, chosen: Part) -> Response:
    """Whom to call, the most overdue first; the own, those of nobody, or all."""
    return _list(visit, chosen)


def _lines(
    visit: Visit,
    connection: Connection,
    part: list[DueFollowUp],
    chosen: Chosen,
) -> list[Called]:
    """The calls before anybody is looked up whom they are to."""
    names = names_of(connection, {due.owner for due in part if due.owner})
    whose = {owner: speaker_word(names, owner, visit.say) for owner in names}
    dials = visit.may_say(DONE) and visit.may("opens")
    return [
        Called(
            due,
            whose.get(due.owner or "", ""),
            dials,
            chosen.query,
        )
        for due in part
    ]


def _list(visit: Visit, chosen: Chosen, fault: str = "") -> Response:
    today, actor, scope = shanghai_day(visit.site.now_us()), visit.account.actor, visit.scope
    known = visit.dealer_words
    with reading(visit.site.engine) as connection:
        everybody = due_follow_ups(scope, connection, today)
        part = everybody.of(chosen.asking(actor))
        table = table_of(visit, everybody, known, chosen.asking(actor))
        sorted_of = table.of_rows(_lines(visit, connection, part, chosen))

        def fetch(asked: Asked, most: int, skipped: int) -> tuple[Sequence[Called], int]:
            rows, total = sorted_of(asked, most, skipped)
            ids = sorted({row.due.person_id for row in rows})
            people = {p.person_id: p for p in people_by_id(scope, connection, ids)}
            dialled = may_have_phones(scope, connection, ids)
            filled = (
                replace(row, person=people.get(of), has_phone=of in dialled)
                for row in rows
                for of in (row.due.person_id,)
            )
            return list(filled), total

        shown = table.show(visit, Asked.of(visit.request.query_params), fetch, "/follow-ups")
        may_be_given = list(colleagues(accounts(connection)))
    if shown.asked.file:
        return taken_away(visit, shown)
    counted_of = everybody.counted(actor)
    counts = {"mine": counted_of.mine, NOBODYS: counted_of.nobody, ANYBODYS: counted_of.all}
    if counted_of.lapsed:
        counts[LAPSED] = counted_of.lapsed
    context: dict[str, Any] = {
        "title": visit.say(N_("到期的回访")),
        "today": today,
        "table": shown,
        "chosen": chosen,
        "whose": chosen.whose if chosen.whose in counts else ANYBODYS,
        "counts": counts,
        "colleagues": may_be_given,
        "fault": fault,
        "later": day_of(visit.request.query_params.get("later", "")),
    }
    return visit.render("follow_ups.html", context, 422 if fault else 200)


@router.post("/follow-ups/assign")
def assign_calls(posting: SignedInPosting) -> Response:
    """Give the calls that are ticked to a colleague."""
    visit = posting.visit
    sayer_of(visit, [DONE])
    visit.scope.require("follow_ups", "follow-ups are the company's")
    calls, chosen = list(_ticked(posting)), chosen_in(posting)
    with reading(visit.site.engine) as connection:
        known = {each.actor for each in colleagues(accounts(connection))}
    owner = posting.text("owner", 64)
    if owner not in known:
        return _list(visit, chosen, visit.say(_NOBODY))
    with writing(visit.site.engine) as connection:
        actor, now_us = visit.account.actor, visit.site.now_us()
        today = shanghai_day(now_us)
        calls = [call for call in calls if open_follow_up(visit.scope, connection, *call, today)]
        assign(visit.scope, connection, calls, owner, actor=actor, now_us=now_us)
    return RedirectResponse(f"/follow-ups?{chosen.query}", 303)


def _ticked(posting: Posting) -> Iterator[CallName]:
    for chosen in posting.texts("chosen", 80)[:_MOST_AT_ONCE]:
        trial_id, _, number = chosen.rpartition("/")
        if trial_id and number.isdecimal() and len(number) <= MOST_DIGITS:
            yield trial_id, int(number)


def colleagues(known: list[KnownAccount]) -> Iterator[KnownAccount]:
    """Who may be given a call: open accounts that see the list and may say how it went."""
    for each in known:
        sees = scope_of(*each.roles, dealer=each.dealer).may("follow_ups")
        if each.is_open and sees and DONE in says_of(each.roles):
            yield each


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
