"""Headquarters' pages on dealers: how every copy stands, what is open, a change of dealers."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.copies.queries import dealer_names
from crm.copies.recalls import OVERDUE_AFTER_DAYS, Recall
from crm.copies.row_keys import row_keys
from crm.feed.recall_queries import hand_over, open_recalls, recall_counts
from crm.feed.states import DealerState, dealer_states
from crm.people.queries import PAGE_ROWS, people_by_id
from crm.storage.database import reading
from crm.web.desk.cells import dealer_cell
from crm.web.desk.files import list_taken, wants_file
from crm.web.desk.tables import Column, Table
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.funnel_parts import season_of
from crm.web.pages.people_lists import people_list
from crm.web.view.labels import label

router = APIRouter()

_Page = Annotated[int, Query(ge=1)]
_Dealer = Annotated[str, Query(max_length=64)]


_TO_ASK, _FROM_TO = N_("要重新征得同意的人"), N_("从 %(old)s 到 %(new)s")
_YES, _NO_CONTRACT = N_("是"), N_("现在没有合同")

_RECALLS: Table[Recall] = Table(
    "recalls",
    (
        Column("dealer", N_("经销商"), lambda v, row: dealer_cell(v, row.dealer)),
        Column("row", N_("编号"), lambda _, row: row.key),
        Column("why", N_("原因"), lambda v, row: v.say(label("reason_class", row.reason_class))),
        Column("since", N_("自"), lambda _, row: shanghai_day(row.since_us)),
        Column("due", N_("期限"), lambda _, row: row.due_on),
    ),
)
"""As they are taken away."""


def _stands(visit: Visit, row: DealerState) -> str:
    if row.equal_us is not None:
        return visit.say(N_("一致"))
    differs = row.acknowledged is not None and row.acknowledged.state == "different"
    return visit.say(N_("不一致") if differs else N_("还没有对上"))


_COPIES: Table[DealerState] = Table(
    "dealers",
    (
        Column("dealer", N_("经销商"), lambda _, row: row.dealer),
        Column("name", N_("名称"), lambda _, row: row.name),
        Column("contract", N_("合同"), lambda v, row: v.say(_YES if row.active else _NO_CONTRACT)),
        Column("rows", N_("行"), lambda _, row: row.rows, is_number=True),
        Column("stands", N_("副本"), _stands),
        Column("open", N_("未确认"), lambda _, row: row.recalls.open, is_number=True),
        Column("overdue", N_("过期"), lambda _, row: row.recalls.overdue, is_number=True),
    ),
)
"""As they are taken away."""


@router.get("/dealers")
def dealers_page(visit: SignedIn) -> Response:
    """Every dealer's copy; those with overdue recalls first."""
    _only_headquarters(visit)
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        states = dealer_states(visit.scope, connection, today)
    if wants_file(visit):
        return list_taken(visit, _COPIES, states)
    context: dict[str, object] = {
        "title": visit.say(N_("经销商的副本")),
        "states": states,
        "overdue": sum(state.recalls.overdue for state in states),
        "open": sum(state.recalls.open for state in states),
        "seasons": {},
    }
    if visit.scope.may("numbers"):
        context["seasons"] = {line.value: line for line in season_of(visit, "dealer")}
    return visit.render("dealers.html", context)


@router.get("/recalls")
def recalls_page(visit: SignedIn, overdue: bool = False, page: _Page = 1) -> Response:
    """Withdrawals that dealers have not acknowledged."""
    _only_headquarters(visit)
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        found = open_recalls(visit.scope, connection, today, overdue=overdue)
        dealers = dealer_names(connection)
    if wants_file(visit):
        return list_taken(visit, _RECALLS, found)
    context = {
        "title": visit.say(N_("未确认的收回")),
        "counts": recall_counts(found, today),
        "dealers": dealers,
        "recalls": found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        "total": len(found),
        "overdue": overdue,
        "today": today,
        "days": OVERDUE_AFTER_DAYS,
        "page": page,
        "pages": max(1, -(-len(found) // PAGE_ROWS)),
    }
    return visit.render("recalls.html", context)


@router.get("/hand-over")
def hand_over_page(
    visit: SignedIn, old: _Dealer = "", new: _Dealer = "", page: _Page = 1
) -> Response:
    """What became of one dealer's rows, and who must be asked anew for another."""
    _only_headquarters(visit)
    today = shanghai_day(visit.site.now_us())
    row_key = row_keys(visit.site.keyring.secret("copies"))
    with reading(visit.site.engine) as connection:
        dealers = dealer_states(visit.scope, connection, today)
        known = {state.dealer for state in dealers}
        chosen = old != new and {old, new} <= known
        found = hand_over(visit.scope, connection, row_key, old, new) if chosen else None
        ids = list(found.people) if found else []
        people = people_by_id(visit.scope, connection, ids, page)
    context = {
        "title": visit.say(N_("更替经销商")),
        "dealers": dealers,
        "old": old,
        "new": new,
        "found": found,
        "people": people,
        "page": page,
        "pages": max(1, -(-len(ids) // PAGE_ROWS)),
    }
    return visit.render("hand_over.html", context)


@router.get("/hand-over/people")
def people_to_ask(visit: SignedIn, old: _Dealer = "", new: _Dealer = "") -> Response:
    """Those who must be asked anew, to be searched, taken away, invited."""
    return _to_ask(visit, old, new)


@router.post("/hand-over/people")
def people_to_ask_found(posting: SignedInPosting, old: _Dealer = "", new: _Dealer = "") -> Response:
    """The same, searched or turned over."""
    return _to_ask(posting.visit, old, new, posting)


def _to_ask(visit: Visit, old: str, new: str, posting: Posting | None = None) -> Response:
    _only_headquarters(visit)
    visit.scope.require("people", "lists of people")
    row_key = row_keys(visit.site.keyring.secret("copies"))
    with reading(visit.site.engine) as connection:
        names = dealer_names(connection)
        if old == new or not {old, new} <= names.keys():
            raise NotFound
        found = hand_over(visit.scope, connection, row_key, old, new)
    note = visit.say(_FROM_TO) % {"old": names[old], "new": names[new]}
    return people_list(visit, visit.say(_TO_ASK), found.people, posting, note)


def _only_headquarters(visit: Visit) -> None:
    visit.scope.require("copies", "how the dealers' copies stand")
