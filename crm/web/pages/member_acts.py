"""What is said of members in pages: enrolled, changed, trained as a list at once, given, left."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.copies.queries import dealer_names
from crm.members.member import MemberState
from crm.members.queries import members_named, open_to
from crm.people.queries import PAGE_ROWS
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.guards.visit import Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.members import TRAINED, member_shown, said_words, show_member
from crm.web.view import member_forms
from crm.web.view.reward_labels import INSTITUTION_KINDS, MEMBER_KINDS

router = APIRouter()

_ENROLLED, _CHANGED = "member.enrolled", "member.changed"
_LEFT, _GIVEN = "member.left", "value.transferred"
_NONE_CHOSEN = N_("还没有选会员。请回到名单勾选。")


@router.get("/members/new")
def new_page(visit: SignedIn) -> Response:
    """The form of an enrolment."""
    _sayer(visit, _ENROLLED)
    return _new(visit, ActForm())


@router.post("/members/new")
def enrol(posting: SignedInPosting) -> Response:
    """Enrol."""
    visit = posting.visit
    _sayer(visit, _ENROLLED)
    form_id = posting.text("form_id", 36)
    found = member_forms.enrolment(posting.text_of, visit.say, visit.account.dealer, form_id)
    act = Act(_ENROLLED, found.data)
    answer = say(posting, [act], fields=member_forms.FIELDS, faults=found.faults)
    if answer.form is not None:
        return _new(visit, answer.form)
    return done(visit, f"/members/{found.data['member']}", answer)


def _new(visit: Visit, form: ActForm) -> Response:
    with reading(visit.site.engine) as connection:
        dealers = dealer_names(connection)
    context = {
        "title": visit.say(N_("登记会员")),
        "form": form,
        "dealers": None if visit.account.dealer else list(dealers.items()),
        "kinds": said_words(visit, MEMBER_KINDS),
        "institution_kinds": said_words(visit, INSTITUTION_KINDS),
    }
    return visit.render("member_new.html", context, 422 if form.is_wrong else 200)


@router.post("/members/training")
def training_page(posting: SignedInPosting) -> Response:
    """The form of a training of those who were ticked in the list."""
    visit = posting.visit
    _sayer(visit, TRAINED)
    today = shanghai_day(visit.site.now_us())
    codes = posting.texts("chosen", 64)[:PAGE_ROWS]
    troubles = () if codes else (visit.say(_NONE_CHOSEN),)
    known = ActForm.of({"on": today.isoformat()})
    form = ActForm(typed=known.typed, troubles=troubles)
    return _training(visit, codes, form, None)


@router.post("/members/trained")
def train(posting: SignedInPosting) -> Response:
    """A whole course's list at once: one event for each member who was there."""
    visit = posting.visit
    _sayer(visit, TRAINED)
    today = shanghai_day(visit.site.now_us())
    codes = posting.text("codes", 4_000).split()[:PAGE_ROWS]
    passed = set(posting.texts("passed", 64))
    found = member_forms.training(posting.text_of, visit.say, today)
    with reading(visit.site.engine) as connection:
        known = _of_ours(visit, connection, codes)
    each, wrong = member_forms.results(
        posting.text_of, visit.say, [row.member for row in known], passed
    )
    acts = [Act(TRAINED, {**found.data, **data}, on=found.on) for data in each]
    faults = {**found.faults, **wrong} if acts else {"": visit.say(_NONE_CHOSEN)}
    answer = say(posting, acts, faults=faults)
    if answer.form is not None:
        return _training(visit, codes, answer.form, passed)
    return done(visit, "/members" if len(acts) > 1 else f"/members/{known[0].member}", answer)


def _of_ours(visit: Visit, connection: Connection, codes: list[str]) -> list[MemberState]:
    """Those of whom the viewer's party may speak; the others are left out of the form."""
    ours = open_to(visit.scope, connection, codes)
    return [row for row in members_named(visit.scope, connection, codes) if row.member in ours]


def _training(visit: Visit, codes: list[str], form: ActForm, passed: set[str] | None) -> Response:
    with reading(visit.site.engine) as connection:
        known = _of_ours(visit, connection, codes)
    context = {
        "title": visit.say(N_("记一次培训")),
        "members": known,
        "form": form,
        "passed": {row.member for row in known} if passed is None else passed,
    }
    return visit.render("member_training.html", context, 422 if form.is_wrong else 200)


@router.post("/members/{code}/change")
def change(posting: SignedInPosting, code: str) -> Response:
    """Say what is another than before."""
    visit = posting.visit
    _sayer(visit, _CHANGED)
    found = member_forms.change(
        posting.text_of, visit.say, _ours(visit, code), visit.account.dealer
    )
    return _act(posting, code, _CHANGED, found, "change")


@router.post("/members/{code}/value")
def give(posting: SignedInPosting, code: str) -> Response:
    """Something of value was given: it goes into the register."""
    visit = posting.visit
    _sayer(visit, _GIVEN)
    found = member_forms.transfer(posting.text_of, visit.say, _ours(visit, code).member)
    return _act(posting, code, _GIVEN, found, "value")


@router.post("/members/{code}/leave")
def leave(posting: SignedInPosting, code: str) -> Response:
    """The member left; rewards by referrals of before stay."""
    visit = posting.visit
    _sayer(visit, _LEFT)
    data: dict[str, Any] = {"member": _ours(visit, code).member}
    if posting.text("reason_code"):
        data["reason_code"] = posting.text("reason_code")
    return _act(posting, code, _LEFT, member_forms.Typed(data), "leave")


def _act(
    posting: Posting, code: str, type_name: str, found: member_forms.Typed, form: str
) -> Response:
    visit = posting.visit
    act = Act(type_name, found.data)
    answer = say(posting, [act], fields=member_forms.FIELDS, faults=found.faults)
    if answer.form is not None:
        return show_member(visit, code, form, answer.form)
    return done(visit, f"/members/{code}", answer)


def _ours(visit: Visit, code: str) -> MemberState:
    """A member of whom the viewer's party may speak; OutOfScope for another's."""
    row = member_shown(visit, code)
    with reading(visit.site.engine) as connection:
        if code not in open_to(visit.scope, connection, [code]):
            raise OutOfScope("who enrolled the member")
    return row


def _sayer(visit: Visit, type_name: str) -> None:
    """OutOfScope for who sees no members, or may not say it."""
    visit.scope.require("members", "who is a member")
    sayer_of(visit, [type_name])
