"""Who is expected at an activity: people are invited from a list, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.people import names_of
from crm.activities.happened import attendees, happened_at
from crm.activities.queries import ActivityRow, activities_between, activities_from, activity
from crm.invitations.queries import Invited, invited_to, of_one_house
from crm.invitations.register import MOST_AT_ONCE, invite, take_back
from crm.people.found import FoundPerson
from crm.people.queries import Wanted, find_people, list_people
from crm.scope import OutOfScope
from crm.storage.database import reading, writing
from crm.web.desk.acts import ActForm
from crm.web.desk.cells import moment_cell
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Action, Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.funnel_people import segment_members, segments_to_choose
from crm.web.pages.invitable import Invitable, sorted_out
from crm.web.pages.people_lists import may_invite, may_write_to, name_cell, state_cell
from crm.web.view.formats import moment_text
from crm.web.view.speakers import speaker_word

router = APIRouter()

_DAYS_AHEAD, _DAYS_BACK, _MOST_SHOWN = 120, 180, 60
_LEFT_OUT = {
    "invited": N_("已经请过"),
    "said_no": N_("说过不接收活动通知"),
    "never_asked": N_("没有问过要不要活动通知"),
    "restricted": N_("档案限制使用"),
    "deceased": N_("已去世"),
    "erased": N_("个人信息已删除"),
    "too_many": N_("一次最多请 {n} 人"),
}
"""Why somebody is not invited → how it is said."""
_NO_ACTIVITY = N_("请选一场还没有办的活动。")
_NOBODY_ASKED = N_("请选一群人，或写一个姓名。")
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who is invited, and whether they came."""

    person: FoundPerson
    invited: Invited
    by: str
    came: bool


def _came(visit: Visit, each: Expected) -> Cell:
    return Cell(visit.say(N_("到场")), tone="good") if each.came else Cell("–")


def _when(visit: Visit, each: Expected) -> Cell:
    return moment_cell(visit, each.invited.at_us)


_COLUMNS: tuple[Column[Expected], ...] = (
    Column("name", N_("姓名"), lambda v, e: name_cell(v, e.person), lambda e: e.person.name),
    Column("born", N_("出生年"), lambda _, e: (e.person.born or "")[:4]),
    Column("phone", N_("手机尾号"), lambda v, e: v.joined(e.person.phone_tails)),
    Column("state", N_("状态"), lambda v, e: state_cell(v, e.person)),
    Column("came", N_("到场"), _came, lambda each: not each.came),
    Column("when", N_("什么时候请的"), _when, lambda each: each.invited.at_us),
    Column("by", N_("谁请的"), lambda _, each: each.by, shown=False),
)
_FILTERS = (
    Filter("text", N_("姓名、拼音、首字母或手机后四位"), hint=N_("姓名、拼音、后四位")),
    Filter("came", N_("来没来"), {"yes": N_("来了"), "no": N_("还没来")}),
)
_READ: Table[Expected] = Table("expected", _COLUMNS, _FILTERS, by_post=True)


def _table(visit: Visit, activity_id: str) -> Table[Expected]:
    """With what can be done with the rows, for whoever may."""
    if not may_invite(visit):
        return _READ
    action = Action(f"/activities/{activity_id}/uninvite", N_("不请了"))
    return Table(
        "expected",
        _COLUMNS,
        _FILTERS,
        actions=(action,),
        row_id=lambda each: each.person.person_id,
        by_post=True,
    )


@router.get("/activities/{activity_id}/expected")
def expected_page(visit: SignedIn, activity_id: str) -> Response:
    """Who is invited, and who of them came."""
    return _expected(visit, activity_id)


@router.post("/activities/{activity_id}/expected")
def expected_found(posting: SignedInPosting, activity_id: str) -> Response:
    """The same, searched or turned over."""
    return _expected(posting.visit, activity_id, posting)


@router.post("/activities/{activity_id}/uninvite")
def uninvite(posting: SignedInPosting, activity_id: str) -> Response:
    """Expect those who are ticked no longer."""
    visit = posting.visit
    _must_invite(visit)
    with writing(visit.site.engine) as connection:
        if activity(visit.scope, connection, activity_id) is None:
            raise NotFound
        chosen = posting.texts("chosen", 64)
        actor, now_us = visit.account.actor, visit.site.now_us()
        take_back(visit.scope, connection, activity_id, chosen, actor=actor, now_us=now_us)
    return RedirectResponse(f"/activities/{activity_id}/expected", 303)


def _expected(visit: Visit, activity_id: str, posting: Posting | None = None) -> Response:
    visit.scope.require("people", "lists of people")
    asked = Asked.of(posting.form) if posting else Asked()
    with reading(visit.site.engine) as connection:
        found = activity(visit.scope, connection, activity_id)
        if found is None:
            raise NotFound
        invited = invited_to(visit.scope, connection, activity_id)
        came = happened_at(visit.scope, connection, activity_id).came
        wanted = Wanted(asked.text("text"), most=max(len(invited), 1))
        people, _ = list_people(visit.scope, connection, wanted, visit.site.digest, invited)
        names = names_of(connection, {each.actor for each in invited.values()})
    rows = []
    for person in people:
        word, is_here = invited[person.person_id], person.person_id in came
        if asked.text("came") in ("", "yes" if is_here else "no"):
            rows.append(Expected(person, word, speaker_word(names, word.actor, visit.say), is_here))
    table = _table(visit, activity_id)
    path = f"/activities/{activity_id}/expected"
    shown = table.show(visit, asked, table.of_rows(rows), path)
    if asked.file:
        return taken_away(visit, shown)
    context = {
        "title": visit.say(N_("请了谁")),
        "activity": found,
        "table": shown,
        "may_invite": may_invite(visit) and not found.cancelled,
        "may_write_to": may_write_to(visit, found, len(invited)),
    }
    return visit.render("expected.html", context)


@router.get("/invite")
def invite_page(visit: SignedIn, to: str = "", who: str = "", segment: str = "") -> Response:
    """The form: to which activity, and whom; `who`: one person from their archive."""
    _must_invite(visit)
    return _page(visit, _new_form(to=to, segment=segment), [who] if who else [])


@router.post("/invite")
def invite_people(posting: SignedInPosting) -> Response:
    """Look at who would be invited, then invite them; who is ticked in a list comes here."""
    visit = posting.visit
    _must_invite(visit)
    chosen = [each for each in posting.texts("chosen", 64) if each]
    form = ActForm(posting.text("form_id", 36), posting.text_of)
    if not posting.text("step"):
        return _page(visit, _new_form(to=posting.text("to", 64)), chosen)
    with reading(visit.site.engine) as connection:
        to = activity(visit.scope, connection, posting.text("to", 64))
        if to is None or to.cancelled or _is_past(visit, to):
            faults = {"to": visit.say(_NO_ACTIVITY)}
            return _page(visit, ActForm(form.form_id, form.typed, faults), chosen)
        candidates = _candidates(posting, connection, chosen)
        if not candidates:
            faults = {"": visit.say(_NOBODY_ASKED)}
            return _page(visit, ActForm(form.form_id, form.typed, faults), chosen)
        found = sorted_out(
            *(visit.scope, connection, to, candidates, visit.site.now_us()),
            asked_only=posting.ticked("asked_only"),
        )
    if posting.text("step") != "send" or not found.people:
        return _page(visit, form, chosen, found)
    ids = [person.person_id for person in found.people]
    with writing(visit.site.engine) as connection:
        actor, now_us = visit.account.actor, visit.site.now_us()
        invite(visit.scope, connection, to.activity_id, ids, actor=actor, now_us=now_us)
    return RedirectResponse(f"/activities/{to.activity_id}/expected", 303)


def _new_form(**known: str) -> ActForm:
    """Nobody is called on who was never asked, unless whoever invites says so."""
    return ActForm.of({"asked_only": "1", **known})


def _must_invite(visit: Visit) -> None:
    if not may_invite(visit):
        raise OutOfScope("who invites nobody")


def _is_past(visit: Visit, of: ActivityRow) -> bool:
    return shanghai_day(of.starts_us) < shanghai_day(visit.site.now_us())


def _candidates(posting: Posting, connection: Connection, chosen: Sequence[str]) -> frozenset[str]:
    """All who are meant: ticked, of a group, who came before, who are found; with their houses."""
    visit = posting.visit
    found = set(chosen)
    if segment := posting.text("segment", 64):
        found |= segment_members(visit, segment)
    came_to = posting.text("came_to", 64)
    if came_to and activity(visit.scope, connection, came_to) is not None:
        found |= attendees(visit.scope, connection, came_to)
    if text := posting.text("text", 60):
        people, _ = find_people(visit.scope, connection, text, digest=visit.site.digest)
        found |= {person.person_id for person in people}
    if found and posting.ticked("house"):
        found |= of_one_house(visit.scope, connection, found)
    return frozenset(found)


def _page(
    visit: Visit,
    form: ActForm,
    chosen: Sequence[str],
    found: Invitable | None = None,
) -> Response:
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        coming = activities_from(visit.scope, connection, today)
        last = today - timedelta(days=_DAYS_BACK)
        held = activities_between(visit.scope, connection, last, today)
    until = today + timedelta(days=_DAYS_AHEAD)
    context: dict[str, Any] = {
        "title": visit.say(N_("请人来参加活动")),
        "form": form,
        "coming": [
            (each.activity_id, _line(visit, each))
            for each in reversed(coming)
            if not each.cancelled and shanghai_day(each.starts_us) <= until
        ],
        "held": [
            (each.activity_id, _line(visit, each))
            for each in held[:_MOST_SHOWN]
            if not each.cancelled
        ],
        "segments": segments_to_choose(visit),
        "chosen": chosen,
        "found": found,
        "shown": _SHOWN,
        "left_out": [
            (visit.say(word).format(n=MOST_AT_ONCE), found.left_out[why])
            for why, word in _LEFT_OUT.items()
            if found and found.left_out[why]
        ],
    }
    return visit.render("invite.html", context, 422 if form.is_wrong else 200)


def _line(visit: Visit, each: ActivityRow) -> str:
    return f"{moment_text(each.starts_us, visit.language, visit.site.now_us())} {each.title}"
