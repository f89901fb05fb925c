"""Whose the letters of a batch are: those that were sent, left out, not taken, or wait."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.wording.catalogues import N_
from crm.letters.batch import Due
from crm.letters.queries import batch_of, letters_in, template_of
from crm.people.found import FoundPerson
from crm.people.queries import Wanted, list_people
from crm.storage.database import reading
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Column, Filter, Table
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.letter_batches import LEFT_OUT
from crm.web.pages.letter_templates import in_words
from crm.web.pages.letters_under_way import TROUBLES
from crm.web.pages.people_lists import name_cell, state_cell

router = APIRouter()

STATES = {
    "sent": N_("已送出"),
    "waiting": N_("还没轮到"),
    "failed": N_("没有发出"),
    "unsure": N_("可能送到了"),
    "left_out": N_("不送的"),
}


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody of a batch, and their letter as it stands."""

    person: FoundPerson
    due: Due


def _why(visit: Visit, each: Addressee) -> str:
    words = {**LEFT_OUT, **TROUBLES}
    return visit.say(words[each.due.trouble]) if each.due.trouble in words else ""


_COLUMNS: tuple[Column[Addressee], ...] = (
    Column("name", N_("姓名"), lambda v, e: name_cell(v, e.person), lambda e: e.person.name),
    Column("born", N_("出生年"), lambda _, e: (e.person.born or "")[:4]),
    Column("phone", N_("手机尾号"), lambda v, e: v.joined(e.person.phone_tails)),
    Column("state", N_("状态"), lambda v, e: state_cell(v, e.person)),
    Column("why", N_("原因"), _why, lambda each: each.due.trouble or ""),
)
_FILTERS = (Filter("text", N_("姓名、拼音、首字母或手机后四位"), hint=N_("姓名、拼音、后四位")),)
_TABLE: Table[Addressee] = Table("letter_people", _COLUMNS, _FILTERS, by_post=True)


@router.get("/letters/batch/{batch_id}/people/{state}")
def people_page(visit: SignedIn, batch_id: str, state: str, why: str = "") -> Response:
    """Whose letters stand so; why: for that reason alone."""
    return _people(visit, batch_id, state, why)


@router.post("/letters/batch/{batch_id}/people/{state}")
def people_found(posting: SignedInPosting, batch_id: str, state: str, why: str = "") -> Response:
    """The same, searched or turned over."""
    return _people(posting.visit, batch_id, state, why, posting)


def _people(
    visit: Visit, batch_id: str, state: str, why: str, posting: Posting | None = None
) -> Response:
    visit.scope.require("letters", "letters are the company's")
    visit.scope.require("people", "who is written to")
    asked = Asked.of(posting.form) if posting else Asked()
    with reading(visit.site.engine) as connection:
        of = (visit.scope, connection)
        found = batch_of(*of, batch_id)
        if found is None or state not in STATES or (why and why not in {**LEFT_OUT, **TROUBLES}):
            raise NotFound
        batch = found[0]
        template = template_of(*of, batch.name, batch.version)
        due = [each for each in letters_in(*of, batch_id, (state,)) if why in ("", each.trouble)]
        among = {each.person_id: each for each in due}
        wanted = Wanted(asked.text("text"), most=max(len(among), 1))
        people, _ = list_people(*of, wanted, visit.site.digest, among.keys())
    rows = [Addressee(person, among[person.person_id]) for person in people]
    path = f"/letters/batch/{batch_id}/people/{state}" + (f"?why={why}" if why else "")
    shown = _TABLE.show(visit, asked, _TABLE.of_rows(rows), path)
    if asked.file:
        return taken_away(visit, shown)
    context = {
        "title": visit.say(STATES[state]),
        "batch": batch,
        "subject": in_words(visit, template).subject if template else batch.name,
        "table": shown,
    }
    return visit.render("letter_people.html", context)
