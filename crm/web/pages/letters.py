"""Letters and messages: templates, a letter to one person looked at first, then sent or printed."""

import re
from functools import partial
from typing import Any, get_args

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.events.base import MAIL_PATTERN
from campaigns.wording.catalogues import N_
from campaigns.wording.languages import LANGUAGES, Language, language_named
from crm.accounts.access import Access, log_accesses
from crm.archives.queries import person_then
from crm.components.evaluation import PersonView
from crm.letters.addressee import addresses_of, never_tried, values_of, what_stands_against
from crm.letters.postman import LETTER
from crm.letters.queries import letter_templates
from crm.letters.register import Sending, add_template
from crm.letters.sending import Obstacle, Way
from crm.letters.template import (
    PURPOSES,
    VALUES,
    Letter,
    LetterTemplate,
    TemplateInvalid,
    Words,
    rendered,
)
from crm.letters.ways import gateway_secret, on_paper
from crm.storage.database import reading, writing
from crm.web.desk.acts import FORM_ID, ActForm
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit

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
    "unsure": N_("交出去了，没有等到回音：可能送到了。要不要再发，请先问过本人。"),
}
_FAULTS = {
    "empty": N_("三种语言的标题和正文都要写。"),
    "too_long": N_("写得太长了。"),
    "syntax": N_("模板写错了：括号没有配对，或用了不懂的写法。"),
    "unknown": N_("模板里有不认识的名字。可用的见下面。"),
    "loop": N_("模板里只能放下面这些名字和“如果”，不能调用、循环或运算。"),
}
_TRIAL = "trial"
_NEVER_TRIED = N_("这封信说的是试用，而这个人没有试用过。请看看下面写的对不对。")
_SHOWN = {
    **{"name": N_("姓名"), "sex": N_("性别"), "company": N_("公司"), "contact": N_("联系方式")},
    **{"today": N_("写信那天"), "sku": N_("产品"), "started_on": N_("开始试用那天")},
    **{"activity": N_("活动"), "when": N_("时间"), "place": N_("地点"), "host": N_("主办")},
}
"""What a template may name → what stands there for a reader."""
_NO_NAME = N_("请写模板的代号，用小写字母、数字和短横。")
_NO_ADDRESS = N_("请写收件的邮箱，或选一个电话。")
_STALE = N_("这封信已经发过了。要再发，请重新打开这一页。")


@router.get("/letters")
def letters_page(visit: SignedIn) -> Response:
    """The templates as they stand, and a form for a new version."""
    return _templates(visit, ActForm.of({"purpose": PURPOSES[0]}))


@router.post("/letters")
def keep_template(posting: SignedInPosting) -> Response:
    """A template in its next version; what cannot be filled in for everybody is sent back."""
    visit = posting.visit
    visit.scope.require("decides", "headquarters writes the letters")
    name = posting.text("name", 64)
    purpose = next((each for each in PURPOSES if each == posting.text("purpose", 16)), PURPOSES[0])
    texts: dict[Language, Words] = {
        language: Words(
            posting.text(f"subject_{language}", 300), posting.text(f"body_{language}", 5_000)
        )
        for language in LANGUAGES
    }
    faults = {}
    if not name or not name.replace("-", "").isascii() or not name.replace("-", "").isalnum():
        faults["name"] = visit.say(_NO_NAME)
    try:
        if not faults:
            template = LetterTemplate(name, 0, purpose, texts)
            with writing(visit.site.engine) as connection:
                actor, now_us = visit.account.actor, visit.site.now_us()
                add_template(visit.scope, connection, template, actor, now_us)
            return RedirectResponse("/letters", 303)
    except TemplateInvalid as error:
        said = visit.say(_FAULTS[error.why])
        faults[f"body_{error.language}"] = f"{said} {error.detail}" if error.detail else said
    form = ActForm(posting.text("form_id", 36), posting.text_of, faults=faults)
    return _templates(visit, form)


def _templates(visit: Visit, form: ActForm) -> Response:
    with reading(visit.site.engine) as connection:
        known = letter_templates(visit.scope, connection)
    may_write = visit.scope.may("decides")
    context = {
        "title": visit.say(N_("信和消息")),
        "templates": known,
        "in_words": partial(_in_words, visit),
        "form": form,
        "purposes": PURPOSES,
        "languages": LANGUAGES,
        "values": VALUES,
        "may_write": may_write,
        "ways": visit.site.ways,
        "secret": gateway_secret(visit.site.keyring) if may_write and visit.may("runs") else None,
    }
    return visit.render("letters.html", context, 422 if form.is_wrong else 200)


def _in_words(visit: Visit, template: LetterTemplate) -> Letter:
    """A template as a reader sees it: what is filled in is told by what it is."""
    values = {
        name: visit.say(N_("〔{what}〕")).format(what=visit.say(_SHOWN[name])) for name in VALUES
    }
    return rendered(template, visit.language, values)


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
    values = values_of(person, visit.site.keeper, language, now_us)
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
        return Response(on_paper(made), media_type="application/pdf", headers=headers)
    return RedirectResponse(f"/people/{person.person_id}#letters", 303)


def _address(posting: Posting, person: PersonView, way: Way) -> str:
    """Where it goes: a mail address as typed and kept nowhere, or one or a phone of the archive."""
    typed = posting.text("mail", 300)
    if way == "mail" and typed:
        return typed if re.search(MAIL_PATTERN, typed) else ""
    known = addresses_of(person, way)
    wanted = "0" if way == "mail" else posting.text("phone", 4)
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
        "languages": LANGUAGES,
        "ways": WAYS,
        "phones": list(enumerate(addresses_of(person, "sms"))) if not person.restricted else [],
        "mails": addresses_of(person, "mail") if not person.restricted else [],
        "form": form,
        "made": made,
    }
    return visit.render("letter.html", context, 422 if form.is_wrong else 200)
