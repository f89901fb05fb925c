"""Signing in by the code of a card: read by the camera, or typed; a named reason where it fails."""

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.sentences import refusal_sentence
from campaigns.times import rfc3339
from campaigns.wording.catalogues import N_
from crm.activities.happened import signed_in_us
from crm.activities.queries import ActivityRow, activity
from crm.entries.queries import Standing, cards_numbered, person_of_card, standing_of
from crm.masking import masked_name
from crm.people.found import FoundPerson
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.log_form import activity_named, credential_of, form_page
from crm.web.view import forms
from crm.web.view.formats import clock_text
from crm.web.view.scanned import CARD_ID, Scanned, scanned

router = APIRouter()

_LONGEST_CODE = 300
_FOREIGN = N_("这不是金夕的码。请扫档案卡上的码，或者输卡号。")
_OF_MEMBER = N_("这是会员 %(code)s 的码，不是档案卡。要记转介绍，写新卡时在“转介绍”里填 %(code)s。")
_THIS_ACTIVITY = N_("这是本场活动的码，不用扫。请扫档案卡上的码。")
_OTHER_ACTIVITY = N_("这是另一场活动的码。")
_UNKNOWN_NUMBER = N_("没有卡号是这个的卡。请看清再输，或者按姓名找。")
_SEVERAL = N_("好几张卡的卡号这样开头。请扫码，或者按姓名找。")
_EMPTY_CARD = N_("这张卡还没有写过人。")
_NOT_RECORDED = N_("这张卡写过，但是没能入档。请在“今天我记的”里看原因，或者告诉总部。")
_ERASED = N_("这张卡的档案已经按本人要求删除，不能再用。请换一张空卡。")
_CANCELLED = N_("这场活动已经取消，不能签到。")
_JUST_WRITTEN = N_("这张卡刚刚写好，正在入档。请过几秒再扫。")
_WRITTEN = N_("这张卡已经写过人了。请按姓名找。")
_DECEASED = N_("档案记着本人已经去世。请按姓名找，看清再登记。")
_BEFORE = N_("之前已签到 %(time)s")
_SIGNED_IN = N_("签到好了")
_SWITCH, _WRITE, _GO_ON = N_("换到那一场"), N_("写这张卡"), N_("接着登记")


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """What a code came to. tone: the colour and the sound; who: a masked name; to, word: where one
    may go on, and what the way is called."""

    tone: Literal["good", "waiting", "wrong"]
    sentence: str
    who: str = ""
    to: str = ""
    word: str = ""


@router.get("/log/{activity_id}/scan")
def scan_page(visit: SignedIn, activity_id: str) -> Response:
    """The camera, and a field for the number."""
    credential_of(visit)
    return _page(visit, _activity(visit, activity_id), None)


@router.post("/log/{activity_id}/scan")
def code_read(posting: SignedInPosting, activity_id: str) -> Response:
    """Sign in whoever's card it is, or say why not."""
    visit = posting.visit
    credential_of(visit)
    found = _activity(visit, activity_id)
    code = scanned(posting.text("code", _LONGEST_CODE))
    return _page(visit, found, _answer(posting, found, code))


@router.get("/log/{activity_id}/card/{card_id}")
def card_page(visit: SignedIn, activity_id: str, card_id: str) -> Response:
    """Where the code of a printed card leads: to whose it is, or to the empty card itself."""
    credential_of(visit)
    if not CARD_ID.fullmatch(card_id):
        raise NotFound
    with reading(visit.site.engine) as connection:
        found = activity_named(visit, connection, activity_id)
        person = _person(visit, connection, card_id)
    if person is not None:
        return RedirectResponse(f"/log/{activity_id}/person/{person.person_id}", 303)
    return form_page(visit, found, None, card_id=card_id)


def _answer(posting: Posting, found: ActivityRow, code: Scanned) -> ScanAnswer:
    say = posting.visit.say
    if found.cancelled:
        return ScanAnswer("wrong", say(_CANCELLED), "", "/log?choose=1", say(N_("选今天的活动")))
    match code.kind:
        case "foreign":
            return ScanAnswer("wrong", say(_FOREIGN))
        case "member":
            new = f"/log/{found.activity_id}/new"
            return ScanAnswer(
                "wrong", say(_OF_MEMBER) % {"code": code.id}, "", new, say(N_("写新卡"))
            )
        case "activity" if code.id == found.activity_id:
            return ScanAnswer("waiting", say(_THIS_ACTIVITY))
        case "activity":
            with reading(posting.visit.site.engine) as connection:
                other = activity(posting.visit.scope, connection, code.id)
            way = (f"/log/{code.id}/scan", say(_SWITCH)) if other else ("", "")
            return ScanAnswer("wrong", say(_OTHER_ACTIVITY), "", *way)
    return _of_card(posting, found, code)


def _of_card(posting: Posting, found: ActivityRow, code: Scanned) -> ScanAnswer:
    visit, card_id = posting.visit, code.id
    with reading(visit.site.engine) as connection:
        if code.kind == "number":
            cards = cards_numbered(connection, code.id) if visit.scope.may("people") else []
            if len(cards) != 1:
                return ScanAnswer("wrong", visit.say(_SEVERAL if cards else _UNKNOWN_NUMBER))
            card_id = cards[0]
        person = _person(visit, connection, card_id)
        standing = standing_of(connection, card_id)
        if standing == "erased" or (person is None and standing != "empty"):
            return _without_person(visit, standing)
        if person is None:
            to = f"/log/{found.activity_id}/card/{card_id}"
            return ScanAnswer("waiting", visit.say(_EMPTY_CARD), "", to, visit.say(_WRITE))
        came = signed_in_us(visit.scope, connection, found.activity_id, [person.person_id])
    return _signed_in(posting, found, person, came.get(person.person_id))


def _without_person(visit: Visit, standing: Standing) -> ScanAnswer:
    if not visit.scope.may("people"):
        return ScanAnswer("waiting", visit.say(_WRITTEN))
    match standing:
        case "erased":
            return ScanAnswer("wrong", visit.say(_ERASED))
        case "not_recorded":
            return ScanAnswer(
                "wrong", visit.say(_NOT_RECORDED), "", "/said", visit.say(N_("今天我记的"))
            )
    return ScanAnswer("waiting", visit.say(_JUST_WRITTEN))


def _signed_in(
    posting: Posting, found: ActivityRow, person: FoundPerson, came_us: int | None
) -> ScanAnswer:
    visit = posting.visit
    who = masked_name(person.name) if person.name else ""
    way = (f"/log/{found.activity_id}/person/{person.person_id}", visit.say(_GO_ON))
    if person.deceased:
        return ScanAnswer("wrong", visit.say(_DECEASED), who, *way)
    if came_us is not None:
        said = visit.say(_BEFORE) % {"time": clock_text(came_us)}
        return ScanAnswer("waiting", said, who, *way)
    entry = forms.Entry(
        posting.text("form_id", 36),
        rfc3339(visit.site.now_us()),
        person.card_id,
        lambda name: "1" if name == "attended" else "",
        found,
    )
    credential = credential_of(visit)
    looked_at = forms.checked(entry, visit.account.source, credential, visit.site.now_us())
    faults = [(fault.reason, fault.path) for fault in looked_at.faults]
    receipts = [] if faults else visit.site.intake.accept(looked_at.lines, credential)
    faults += [(each.reason or "", each.path or "$") for each in receipts if each.reason]
    if faults:
        return ScanAnswer("wrong", refusal_sentence(*faults[0], visit.language), who, *way)
    return ScanAnswer("good", visit.say(_SIGNED_IN), who, *way)


def _person(visit: Visit, connection: Connection, card_id: str) -> FoundPerson | None:
    """Whose card it is; a dealer's staff finds its people in the copy alone."""
    if not visit.scope.may("people"):
        return None
    return person_of_card(visit.scope, connection, card_id)


def _activity(visit: Visit, activity_id: str) -> ActivityRow:
    with reading(visit.site.engine) as connection:
        return activity_named(visit, connection, activity_id)


def _page(visit: Visit, found: ActivityRow, answer: ScanAnswer | None) -> Response:
    context = {
        "title": visit.say(N_("扫码签到")),
        "activity": found,
        "answer": answer,
        "form_id": str(uuid4()),
    }
    return visit.render("log_scan.html", context)
