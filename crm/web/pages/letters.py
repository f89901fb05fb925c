"""A letter to one person: looked at first, then sent or printed."""

import re
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.events.base import MAIL_PATTERN
from campaigns.wording.catalogues import N_
from campaigns.wording.languages import Language, language_named
from crm.accounts.access import Access, log_accesses
from crm.archives.queries import person_then
from crm.components.evaluation import PersonView
from crm.letters.addressee import (
    addresses_of,
    known_phones,
    names_no_activity,
    never_tried,
    postal_address_of,
    values_of,
    what_stands_against,
)
from crm.letters.postman import LETTER
from crm.letters.queries import letter_templates, next_occasion_of
from crm.letters.register import Sending
from crm.letters.sending import Obstacle, Way
from crm.letters.template import Letter, LetterTemplate, rendered
from crm.letters.ways import on_paper
from crm.storage.database import reading, writing
from crm.web.desk.acts import FORM_ID, ActForm
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.letter_templates import in_words

router = APIRouter()

WAYS: tuple[Way, ...] = get_args(Way)
OBSTACLES: dict[Obstacle, str] = {
    "deceased": N_("此人已去世：不再给本人和家人发任何东西。"),
    "restricted": N_("档案限制使用：不写信，不发消息。"),
    "erased": N_("个人信息已删除：没有可以写的。"),
    "no_consent": N_("本人没有同意接收这一类。请先问过本人，记下同意，再发。"),
    "quiet_hours": N_("现在是晚上 8 点到早上 9 点，不打扰人。请白天再发，或打印出来。"),
}
FAILURES = {
    "no_way": N_("这条路还没有开通。请管理员设置邮件服务器或短信、微信的网关，或改用打印。"),
    "refused": N_("对方的服务器没有收下。请核对地址或号码，再发一次。"),
    "later": N_("对方的服务器现在没有收下。请过一会儿再发。"),
    "unreachable": N_("没有连上对方的服务器，没有发出去。请过一会儿再发。"),
    "shut": N_("服务器没有收下，也不收这里的任何一封。请管理员看看它的设置。"),
    "insecure": N_(
        "邮件服务器没有加密，或它的证书对不上：没有发出去，免得别人在路上看到。请管理员看看它的设置。"
    ),
    "unsure": N_("交出去了，没有等到回音：可能送到了。要不要再发，请先问过本人。"),
}
_TRIAL = "trial"
_NEVER_TRIED = N_("这封信说的是试用，而这个人没有试用过。请看看下面写的对不对。")
_NO_ACTIVITY = N_(
    "这封信说的是活动，而没有请此人参加哪一场还没办的活动。请先在档案页上“请来参加活动”。"
)
_NO_ADDRESS = N_("请写收件的邮箱，或选一个电话。")
_STALE = N_("这封信已经发过了。要再发，请重新打开这一页。")


@router.get("/people/{name}/letter")
def letter_form(visit: SignedIn, name: str) -> Response:
    """Which template, in which language, on which way."""
    person = person_of(visit, name)
    values = {"language": visit.language, "way": WAYS[0]}
    return _letter(visit, person, ActForm.of(values), None)


@router.post("/people/{name}/letter")
def letter(posting: SignedInPosting, name: str) -> Response:
    """Look at the letter as this person would get it; then print or send it."""
    visit = posting.visit
    visit.scope.require("opens", "a letter names the person")
    person = person_of(visit, name)
    with reading(visit.site.engine) as connection:
        known = {each.name: each for each in letter_templates(visit.scope, connection)}
    template = known.get(posting.text("template", 64))
    language = language_named(posting.text("language", 8))
    way = next((each for each in WAYS if each == posting.text("way", 8)), None)
    if template is None or language is None or way is None:
        raise NotFound
    now_us = visit.site.now_us()
    stands_against = what_stands_against(person, template, way, now_us)
    form = ActForm(posting.text("form_id", 36), posting.text_of)
    if stands_against is not None:
        troubles = (visit.say(OBSTACLES[stands_against]),)
        return _letter(visit, person, ActForm(form.form_id, form.typed, troubles=troubles), None)
    language = template.spoken(language)
    with reading(visit.site.engine) as connection:
        of = (visit.scope, connection)
        about = next_occasion_of(*of, [card.card_id for card in person.cards], now_us)
    values = values_of(person, visit.site.keeper, language, now_us, about)
    if names_no_activity(template, language, values):
        troubles = (visit.say(_NO_ACTIVITY),)
        return _letter(visit, person, ActForm(form.form_id, form.typed, troubles=troubles), None)
    made = rendered(template, language, values)
    doubts = (visit.say(_NEVER_TRIED),) if never_tried(template, language, values) else ()
    with writing(visit.site.engine) as connection:
        card_id = person.cards[0].card_id
        log_accesses(connection, [Access(now_us, visit.account.actor, card_id, LETTER)])
    if posting.text("step") != "send" or (doubts and posting.text("asked") != _TRIAL):
        asked = _TRIAL if doubts else ""
        shown = ActForm(form.form_id, form.typed, doubts=doubts, asked=asked)
        return _letter(visit, person, shown, made)
    return _sent(posting, person, _sending(posting, person, template, language, way), made)


def _sending(
    posting: Posting, person: PersonView, template: LetterTemplate, language: Language, way: Way
) -> Sending:
    """The letter as it is kept."""
    visit = posting.visit
    return Sending(
        posting.text("form_id", 36),
        person.cards[0].card_id,
        template,
        language,
        way,
        visit.site.now_us(),
        visit.account.actor,
    )


def _sent(posting: Posting, person: PersonView, sending: Sending, made: Letter) -> Response:
    visit = posting.visit
    form = ActForm(sending.letter_id, posting.text_of)
    to = _address(posting, person, sending.way)
    if sending.way != "print" and not to:
        faults = {"mail" if sending.way == "mail" else "phone": visit.say(_NO_ADDRESS)}
        return _letter(visit, person, ActForm(form.form_id, form.typed, faults), made)
    is_form = FORM_ID.fullmatch(sending.letter_id) is not None
    went = visit.site.postman.deliver(sending, made, to) if is_form else "before"
    if went == "before":
        return _letter(visit, person, ActForm(troubles=(visit.say(_STALE),)), None)
    if went != "sent":
        troubles = (visit.say(FAILURES[went]),)
        return _letter(visit, person, ActForm(typed=posting.text_of, troubles=troubles), None)
    if sending.way == "print":
        headers = {
            "Content-Disposition": 'inline; filename="letter.pdf"',
            "Cache-Control": "no-store",
        }
        made = replace(made, to=postal_address_of(person))
        return Response(on_paper(made), media_type="application/pdf", headers=headers)
    return RedirectResponse(f"/people/{person.person_id}#letters", 303)


def _address(posting: Posting, person: PersonView, way: Way) -> str:
    """Where it goes: a mail address as typed and kept nowhere, or one or a phone of the archive."""
    typed = posting.text("mail", 300)
    if way == "mail" and typed:
        return typed if re.search(MAIL_PATTERN, typed) else ""
    if way in ("mail", "print"):
        return next(iter(addresses_of(person, way)), "")
    known, wanted = known_phones(person), posting.text("phone", 4)
    return known[int(wanted)] if wanted.isdecimal() and int(wanted) < len(known) else ""


def person_of(visit: Visit, name: str) -> PersonView:
    """Somebody who may be written to; NotFound."""
    visit.scope.require("letters", "letters are the company's")
    site = visit.site
    with reading(site.engine) as connection:
        known = person_then(visit.scope, connection, site.keyring, name, site.now_us())
    if known is None:
        raise NotFound
    return known[0]


def _letter(visit: Visit, person: PersonView, form: ActForm, made: Letter | None) -> Response:
    with reading(visit.site.engine) as connection:
        known = letter_templates(visit.scope, connection)
    context: dict[str, Any] = {
        "title": visit.say(N_("写信或发消息")),
        "person_id": person.person_id,
        "name": next((card.name for card in person.cards if card.name), None),
        "card_id": person.cards[0].card_id,
        "born": next(
            (str(b)[:4] for c in person.cards if (b := c.birth_date or c.birth_year)), None
        ),
        "hidden": person.restricted and not visit.scope.may("restricted"),
        "templates": known,
        "in_words": partial(in_words, visit),
        "ways": [(way, visit.site.ways.has(way)) for way in WAYS],
        "phones": list(enumerate(known_phones(person))) if not person.restricted else [],
        "mails": addresses_of(person, "mail") if not person.restricted else [],
        "form": form,
        "made": made,
    }
    return visit.render("letter.html", context, 422 if form.is_wrong else 200)
