"""What one of a dealer's people agrees or objects to outside an activity: said with its evidence.

By a row a consent counts with evidence alone (`docs/events.md`, who may say what about whom): the
signed paper is photographed, or the glass is signed, before anything is said.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.events.consents import CATEGORIES
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.copies.row_names import ROW
from crm.storage.database import reading
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.guards.visit import Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.consents import keep_evidence
from crm.web.pages.notices import shown_notices
from crm.web.pages.own_people import OwnPerson, person_of_event, person_of_row
from crm.web.view.form_doubts import GIVER_UNNAMED, GIVER_UNSAID
from crm.web.view.form_fields import FIELDS, PURPOSES, WITH_EVIDENCE
from crm.web.view.form_said import GIVERS
from crm.web.view.person_acts import METHODS, consent_data
from crm.web.view.signatures import LONGEST_FIELD, Signature

router = APIRouter()

_PATH = "consent"
_GIVEN, _REFUSED = "consent.given", "consent.refused"
ANSWERS = {"yes": N_("同意了"), "no": N_("不同意")}
BY_ROW = ("share_with_dealer", "archive", "health")
"""What may be agreed to by way of a row."""
_CHOOSE = N_("请选一项。")
_NEEDS_EVIDENCE = N_("没有凭据，公司不会入档：请拍下签了字的纸，或者请本人在框里签名。")
_BAD_EVIDENCE = N_("凭据没有收到，或不是图片。请重签或重拍一次。")
_EVIDENCE_FULL = N_("凭据没有存下：这张卡或今天的份数已满。请找总部。")
_BAD_DAY = N_("日期看不懂，或在今天以后。")
_ENDS_THE_COPY = N_("记下以后，这个人从你的副本里收回，你要删掉手里的。")
_HAS_DIED = N_("此人已去世：只补记去世以前说过的，“哪天说的”写那一天。")


@router.get("/copy/row/{key}/consent")
def row_form(visit: SignedIn, key: str) -> Response:
    """Of a person of the copy."""
    sayer_of(visit, [_GIVEN, _REFUSED])
    return _page(visit, person_of_row(visit, key, _PATH), _new_form(visit))


@router.post("/copy/row/{key}/consent")
def row_said(posting: SignedInPosting, key: str) -> Response:
    """Say it."""
    sayer_of(posting.visit, [_GIVEN, _REFUSED])
    return _said(posting, person_of_row(posting.visit, key, _PATH))


@router.get("/event/consent")
def card_form(visit: SignedIn, source: str = "", id: str = "") -> Response:
    """Of the person of an own card, by an event that speaks of the card."""
    sayer_of(visit, [_GIVEN, _REFUSED])
    of = person_of_event(visit, source, id, _PATH)
    return of if isinstance(of, Response) else _page(visit, of, _new_form(visit))


@router.post("/event/consent")
def card_said(posting: SignedInPosting, source: str = "", id: str = "") -> Response:
    """Say it."""
    sayer_of(posting.visit, [_GIVEN, _REFUSED])
    of = person_of_event(posting.visit, source, id, _PATH)
    return of if isinstance(of, Response) else _said(posting, of)


def _purposes(of: OwnPerson) -> tuple[str, ...]:
    return BY_ROW if of.name.startswith(ROW) else PURPOSES


def _methods(of: OwnPerson) -> tuple[str, ...]:
    """By a row alone those that leave evidence."""
    return tuple(m for m in METHODS if m in WITH_EVIDENCE or not of.name.startswith(ROW))


def _new_form(visit: Visit) -> ActForm:
    return ActForm.of({"day": shanghai_day(visit.site.now_us())})


def _said(posting: Posting, of: OwnPerson) -> Response:
    visit = posting.visit

    def typed(field: str) -> str:
        return posting.text(field, LONGEST_FIELD if field == "signature" else 400)

    signature, is_yes = Signature.of(typed("signature")), typed("answer") == "yes"
    faults = {name: visit.say(fault) for name, fault in _faults(posting, of, signature)}
    is_proved = is_yes and bool(signature.content) and not faults
    if is_proved and not keep_evidence(visit, of.card_id, signature.content):
        faults["signature"] = visit.say(_EVIDENCE_FULL)
    data = _data(posting, signature if is_yes else Signature())
    row = {"row_key": of.name.removeprefix(ROW)} if of.name.startswith(ROW) else None
    named = row or {"card_id": of.name}
    subject = of.name if row else f"card/{of.name}"
    day, today = _day(typed("day")), shanghai_day(visit.site.now_us())
    act = Act(_GIVEN if is_yes else _REFUSED, {**named, **data}, subject, on=_earlier(day, today))
    doubts = () if faults else _doubts(posting, of)
    answer = say(posting, [act], faults=faults, doubts=doubts)
    if answer.form is not None:
        return _page(visit, of, answer.form)
    return done(visit, of.back, answer)


def _data(posting: Posting, signature: Signature) -> dict[str, Any]:
    """What is agreed to, or objected to, without the person."""
    visit, purpose = posting.visit, posting.text("purpose", 32)
    own = {"dealer": visit.scope.dealer or ""} if purpose == "share_with_dealer" else {}
    if posting.text("answer", 8) != "yes":
        return {"purpose": purpose, **own}
    proof = {"notice_version": posting.text(f"notice_{purpose}", 64), **own}
    if signature.content:
        proof["evidence_sha256"] = signature.sha256
    return consent_data(lambda field: proof.get(field) or posting.text(field, 400))


def _faults(posting: Posting, of: OwnPerson, signature: Signature) -> Iterator[tuple[str, str]]:
    visit, is_yes = posting.visit, posting.text("answer", 8) == "yes"
    wanted = {"answer": tuple(ANSWERS), "purpose": _purposes(of)}
    if is_yes:
        wanted |= {"method": _methods(of), "by": GIVERS}
    for name, codes in wanted.items():
        if posting.text(name, 32) not in codes:
            yield name, _CHOOSE
    if signature.is_broken:
        yield "signature", _BAD_EVIDENCE
    elif is_yes and of.name.startswith(ROW) and not signature.content:
        yield "signature", _NEEDS_EVIDENCE
    day = _day(posting.text("day", 10))
    if day is None or day > shanghai_day(visit.site.now_us()):
        yield "day", _BAD_DAY


def _doubts(posting: Posting, of: OwnPerson) -> Iterator[str]:
    visit, is_yes = posting.visit, posting.text("answer", 8) == "yes"
    if of.deceased:
        yield visit.say(_HAS_DIED)
    if not is_yes and of.shared is not None and posting.text("purpose", 32) in BY_ROW[:2]:
        yield visit.say(_ENDS_THE_COPY)
    is_own, named = posting.text("by", 16) == GIVERS[0], posting.text("giver_name", 200)
    if is_yes and is_own and named:
        yield visit.say(GIVER_UNSAID.text)
    if is_yes and not is_own and not named:
        yield visit.say(GIVER_UNNAMED.text)


def _earlier(day: date | None, today: date) -> date | None:
    return None if day == today else day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(visit: Visit, of: OwnPerson, form: ActForm) -> Response:
    purposes = _purposes(of)
    with reading(visit.site.engine) as connection:
        notices = shown_notices(visit, connection, visit.scope.dealer or "")
    held = of.shared.content if of.shared else {}
    context = {
        "title": visit.say(N_("同意或不同意")),
        "of": of,
        "by_row": of.name.startswith(ROW),
        "form": form,
        "answers": [(code, visit.say(word)) for code, word in ANSWERS.items()],
        "purposes": purposes,
        "categories": CATEGORIES,
        "held": [each for each in CATEGORIES if each in held],
        "methods": _methods(of),
        "givers": GIVERS,
        "giver": FIELDS["giver_name"],
        "notices": {each: notices[each] for each in purposes},
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("own_consent.html", context, 422 if form.is_wrong else 200)
