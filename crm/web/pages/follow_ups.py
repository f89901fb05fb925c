"""Whom to call: the list, one line a person, filtered, and given to colleagues."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse, Response

from campaigns.regions import region_name
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.people import KnownAccount, accounts, names_of
from crm.accounts.roles import says_of, scope_of
from crm.copies.queries import dealer_names
from crm.follow_ups.due import ANYBODYS, NOBODYS, Asking, DueFollowUp
from crm.follow_ups.queries import due_follow_ups, open_follow_up
from crm.follow_ups.register import CallName, assign
from crm.masking import masked_name
from crm.people.queries import PAGE_ROWS, Wanted, list_people, may_have_phones, people_by_id
from crm.storage.database import reading, writing
from crm.web.desk.acts import sayer_of
from crm.web.desk.files import list_taken, wants_file
from crm.web.desk.tables import Column, Table
from crm.web.guards.visit import Posting, SignedIn, SignedInPosting, Visit

router = APIRouter()

DONE = "follow_up.done"
MOST_DIGITS = 4
_MOST_AT_ONCE = 50
_NOBODY = N_("请选一位同事。")

Called = tuple[DueFollowUp, str, str]
"""A call, the masked name of whom it is to, and of whose it is."""
_LIST: Table[Called] = Table(
    "follow-ups",
    (
        Column("due", N_("到期"), lambda _, each: each[0].due_on),
        Column("name", N_("姓名"), lambda _, each: each[1]),
        Column("sku", N_("产品"), lambda _, each: each[0].sku),
        Column("about", N_("谈什么"), lambda _, each: each[0].about),
        Column("region", N_("地区"), lambda _, each: region_name(each[0].region or "")),
        Column("dealer", N_("经销商"), lambda _, each: each[0].dealer),
        Column("owner", N_("谁"), lambda _, each: each[2]),
    ),
)
"""As it is taken away: names stay masked, and no number is in it."""
_FILTERS = ("whose", "region", "dealer", "sku", "task")

Page = Annotated[int, Query(ge=1, le=100_000)]
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
        whose = {"mine": actor, NOBODYS: NOBODYS}.get(self.whose, ANYBODYS)
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
def follow_ups_page(visit: SignedIn, chosen: Part, page: Page = 1) -> Response:
    """Whom to call, the most overdue first; the own, those of nobody, or all."""
    if wants_file(visit):
        return list_taken(visit, _LIST, _called(visit, chosen))
    return _list(visit, chosen, page)


def _called(visit: Visit, chosen: Chosen) -> list[Called]:
    with reading(visit.site.engine) as connection:
        everybody = due_follow_ups(visit.scope, connection, shanghai_day(visit.site.now_us()))
        part = everybody.of(chosen.asking(visit.account.actor))
        among = frozenset(each.person_id for each in part)
        wanted = Wanted(most=max(len(among), 1))
        people, _ = list_people(visit.scope, connection, wanted, among=among)
        owners = names_of(connection, {each.owner for each in part if each.owner})
    named = {each.person_id: masked_name(each.name) for each in people if each.name}
    return [
        (each, named.get(each.person_id, ""), owners.get(each.owner or "", "")) for each in part
    ]


def _list(visit: Visit, chosen: Chosen, page: int, fault: str = "") -> Response:
    today, actor = shanghai_day(visit.site.now_us()), visit.account.actor
    scope, skipped = visit.scope, (page - 1) * PAGE_ROWS
    with reading(visit.site.engine) as connection:
        everybody = due_follow_ups(scope, connection, today)
        part = everybody.of(chosen.asking(actor))
        due = part[skipped : skipped + PAGE_ROWS]
        counted = everybody.counted(actor)
        regions, dealers, skus = everybody.choices()
        ids = sorted({row.person_id for row in due})
        people = {p.person_id: p for p in people_by_id(scope, connection, ids)}
        names = names_of(connection, {row.owner for row in due if row.owner})
        may_be_given = list(colleagues(accounts(connection)))
        context: dict[str, Any] = {
            "dealer_names": (known := dealer_names(connection)),
            "with_phone": may_have_phones(scope, connection, ids),
        }
    counts = {"mine": counted.mine, NOBODYS: counted.nobody, ANYBODYS: counted.all}
    context |= {
        "title": visit.say(N_("到期的回访")),
        "today": today,
        "due": due,
        "total": len(part),
        "people": people,
        "names": names,
        "chosen": chosen,
        "whose": chosen.whose if chosen.whose in counts else ANYBODYS,
        "counts": counts,
        "prefectures": {code[:4]: region_name(f"{code[:4]}00") or code for code in regions},
        "dealers": [(code, known.get(code, code)) for code in dealers],
        "skus": [(code, code) for code in skus],
        "tasks": everybody.abouts(),
        "region_name": region_name,
        "colleagues": may_be_given,
        "page": page,
        "pages": max(1, -(-len(part) // PAGE_ROWS)),
        "fault": fault,
        "later": day_of(visit.request.query_params.get("later", "")),
        "may_call": visit.may_say(DONE) and visit.may("opens"),
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
        return _list(visit, chosen, 1, visit.say(_NOBODY))
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
