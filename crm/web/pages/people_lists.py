"""Lists of people: everybody, and those behind a number of the season or of an activity."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.ids import short_number
from campaigns.regions import region_name
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.roles import ROLES
from crm.activities.happened import happened_at, written_at
from crm.activities.queries import ActivityRow, activity
from crm.funnels.queries import OUTCOME_CHAIN
from crm.masking import masked_name
from crm.people.found import FoundPerson
from crm.people.queries import Wanted, list_people
from crm.storage.database import reading
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Action, Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.home import SEASON_DAYS, Days, chain_of
from crm.web.view.labels import SEXES, label

router = APIRouter()

WRITTEN_TO_DAYS = 14
"""So long after an activity its guests may be written to."""


def name_cell(visit: Visit, person: FoundPerson) -> Cell:
    """The name as lists show it, masked; it leads to the archive for whoever may open it."""
    if person.name:
        text = masked_name(person.name)
        if person.alike:
            text += f" {short_number(person.card_id)}"
    else:
        text = visit.say(N_("（限制使用）") if person.restricted else N_("（已删除）"))
    return Cell(text, f"/people/{person.person_id}" if visit.scope.may("archive") else "")


def state_cell(visit: Visit, person: FoundPerson) -> Cell | None:
    """What has to be known before anybody calls."""
    return Cell(visit.say(N_("已去世")), tone="waiting") if person.deceased else None


def _sex(visit: Visit, person: FoundPerson) -> str | None:
    return visit.say(label("sex", person.sex)) if person.sex else None


def _tails(visit: Visit, person: FoundPerson) -> str:
    return visit.joined(person.phone_tails)


PEOPLE: Table[FoundPerson] = Table(
    "people",
    (
        Column("name", N_("姓名"), name_cell, sorts=True),
        Column("sex", N_("性别"), _sex),
        Column("born", N_("出生年"), lambda _, each: (each.born or "")[:4], sorts=True),
        Column("phone", N_("手机尾号"), _tails),
        Column(
            "region",
            N_("地区"),
            lambda _, each: region_name(each.region or "") or each.region,
            sorts=True,
        ),
        Column("state", N_("状态"), state_cell),
    ),
    filters=(
        Filter("text", N_("姓名、拼音、首字母或手机后四位"), hint=N_("姓名、拼音、后四位")),
        Filter("sex", N_("性别"), SEXES),
    ),
    by_post=True,
)


_INVITING: Table[FoundPerson] = replace(
    PEOPLE,
    actions=(Action("/invite", N_("请来参加活动")),),
    row_id=lambda person: person.person_id,
)


def may_write_to(visit: Visit, of: ActivityRow, invited: int) -> bool:
    """Whether the visitor may send a letter to those who are invited to an activity."""
    day = shanghai_day(visit.site.now_us()) - timedelta(days=WRITTEN_TO_DAYS)
    may = visit.may("letters") and visit.may("people") and visit.may("opens")
    return may and invited > 0 and shanghai_day(of.starts_us) >= day


def may_invite(visit: Visit) -> bool:
    """Whether whoever is there invites people to activities: who sees them, and signs them in."""
    return visit.scope.may("people") and visit.may_say("activity.attended")


def inviting_roles(visit: Visit) -> list[str]:
    """What the roles are called that invite people, by the table of roles."""
    return [
        visit.say(role.word)
        for role in ROLES.values()
        if "people" in role.sees and "activity.attended" in role.says
    ]


@router.get("/people")
def people_page(visit: SignedIn) -> Response:
    """Everybody, fifty a page, with a search."""
    return people_list(visit, visit.say(N_("名单")), None)


@router.post("/people")
def people_found(posting: SignedInPosting) -> Response:
    """The same, searched or turned over; what is searched for stands in no address."""
    return people_list(posting.visit, posting.visit.say(N_("名单")), None, posting)


@router.get("/season/{step}")
def season_list(visit: SignedIn, step: int, days: Days = SEASON_DAYS) -> Response:
    """The people behind a number of the outcome chain."""
    return _season_list(visit, step, days)


@router.post("/season/{step}")
def season_list_found(posting: SignedInPosting, step: int, days: Days = SEASON_DAYS) -> Response:
    """The same, searched or turned over."""
    return _season_list(posting.visit, step, days, posting)


def _season_list(visit: Visit, step: int, days: int, posting: Posting | None = None) -> Response:
    visit.scope.require("people", "lists of people")
    if not 1 <= step <= len(OUTCOME_CHAIN):
        raise NotFound
    people = chain_of(visit, days, step).listed or ()
    name = visit.say(label("step", OUTCOME_CHAIN[step - 1]))
    note = visit.say(N_("最近 %(days)s 天到场的人里，走到这一步的（最佳链）")) % {"days": days}
    return people_list(visit, name, people, posting, note)


_OF_ACTIVITIES = {
    "attended": ("came", N_("到场")),
    "cards": ("", N_("新写的档案卡")),
    "archived": ("archived", N_("建档")),
    "tried": ("tried", N_("试用")),
    "bought": ("bought", N_("购买")),
}
"""Group as it stands in the address → (which people of `Happened`, word)."""


@router.get("/activities/{activity_id}/{group}")
def activity_list(visit: SignedIn, activity_id: str, group: str) -> Response:
    """Who came, or of whom a card was written."""
    return _activity_list(visit, activity_id, group)


@router.post("/activities/{activity_id}/{group}")
def activity_list_found(posting: SignedInPosting, activity_id: str, group: str) -> Response:
    """The same, searched or turned over."""
    return _activity_list(posting.visit, activity_id, group, posting)


def _activity_list(
    visit: Visit, activity_id: str, group: str, posting: Posting | None = None
) -> Response:
    visit.scope.require("people", "lists of people")
    if group not in _OF_ACTIVITIES:
        raise NotFound
    with reading(visit.site.engine) as connection:
        found = activity(visit.scope, connection, activity_id)
        if found is None:
            raise NotFound
        if group == "cards":
            people = written_at(visit.scope, connection, activity_id)
        else:
            happened = happened_at(visit.scope, connection, activity_id)
            people = getattr(happened, _OF_ACTIVITIES[group][0])
    return people_list(visit, visit.say(_OF_ACTIVITIES[group][1]), people, posting, found.title)


def people_list(
    visit: Visit,
    title: str,
    people: Collection[str] | None,
    posting: Posting | None = None,
    note: str = "",
    more: Mapping[str, object] | None = None,
    columns: tuple[Column[FoundPerson], ...] = (),
) -> Response:
    """A list of people: all of them, or those given. more: what else its page shows; columns: what
    else is said of each."""
    asked = Asked.of(posting.form) if posting else Asked()

    def fetch(asked: Asked, most: int, skipped: int) -> tuple[Sequence[FoundPerson], int]:
        wanted = Wanted(
            asked.text("text"), asked.text("sex"), asked.by, asked.downwards, most, skipped
        )
        digest = visit.site.digest
        with reading(visit.site.engine) as connection:
            return list_people(visit.scope, connection, wanted, digest, people)

    table = _INVITING if may_invite(visit) else PEOPLE
    table = replace(table, columns=(*table.columns, *columns))
    shown = table.show(visit, asked, fetch, _own_address(visit))
    if asked.file:
        return taken_away(visit, shown)
    context: dict[str, Any] = {"title": title, "note": note, "table": shown}
    context |= {"keep": "", "fault": "", "segment": None, "tabs": (), **(more or {})}
    return visit.render("people.html", context)


def _own_address(visit: Visit) -> str:
    query = visit.request.url.query
    return visit.request.url.path + (f"?{query}" if query else "")
