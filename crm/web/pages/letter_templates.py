"""The templates of letters: as they stand, and written anew; on which ways letters leave."""

import re
from functools import partial

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import LANGUAGE_NAMES, LANGUAGES, Language
from crm.accounts.access import GATEWAY_KEY, Access, log_accesses
from crm.letters.addressee import speaks_of_an_activity
from crm.letters.queries import letter_templates
from crm.letters.register import add_template
from crm.letters.template import (
    NAMES,
    PURPOSES,
    VALUES,
    Fault,
    Letter,
    LetterTemplate,
    Words,
    faults_of,
    rendered,
)
from crm.letters.ways import gateway_secret
from crm.storage.database import reading, writing
from crm.web.desk.acts import ActForm
from crm.web.guards.visit import SignedIn, SignedInPosting, Visit

router = APIRouter()

_FAULTS = {
    "nothing": N_("请至少用一种语言写上标题和正文。"),
    "empty": N_("标题和正文都要写；不用这种语言，就都不写。"),
    "too_long": N_("写得太长了。"),
    "syntax": N_("模板写错了：括号没有配对，或用了不懂的写法。"),
    "unknown": N_("模板里有不认识的名字：{names}。可用的见下面。"),
    "loop": N_("模板里只能放下面这些名字和“如果”，不能调用、循环或运算。"),
}
_SHOWN = {
    **{"name": N_("姓名"), "sex": N_("性别"), "company": N_("公司"), "contact": N_("联系方式")},
    **{"today": N_("写信那天"), "sku": N_("产品"), "started_on": N_("开始试用那天")},
    **{"activity": N_("活动"), "when": N_("时间"), "place": N_("地点"), "host": N_("主办")},
}
"""What a template may name → what stands there for a reader."""
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NO_NAME = N_("模板的代号只用小写字母、数字和短横；不写，就由系统起一个。")


@router.get("/letters")
def letters_page(visit: SignedIn, like: str = "") -> Response:
    """The templates as they stand, and a form: for a new one, or for the next version of one."""
    with reading(visit.site.engine) as connection:
        known = {each.name: each for each in letter_templates(visit.scope, connection)}
    return _templates(visit, ActForm.of(_typed(known.get(like))))


def _typed(known: LetterTemplate | None) -> dict[str, str]:
    """The form with what a template says."""
    if known is None:
        return {"purpose": PURPOSES[0]}
    texts = {f"subject_{language}": words.subject for language, words in known.texts.items()}
    texts |= {f"body_{language}": words.body for language, words in known.texts.items()}
    return {"name": known.name, "purpose": known.purpose, **texts}


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
    template = LetterTemplate(name, 0, purpose, texts)
    faults = {} if not name or _NAME.fullmatch(name) else {"name": visit.say(_NO_NAME)}
    faults |= {f"{each.part}_{each.language}": _said(visit, each) for each in faults_of(template)}
    if not faults:
        with writing(visit.site.engine) as connection:
            actor, now_us = visit.account.actor, visit.site.now_us()
            add_template(visit.scope, connection, template, actor, now_us)
        return RedirectResponse("/letters", 303)
    form = ActForm(posting.text("form_id", 36), posting.text_of, faults=faults)
    return _templates(visit, form)


@router.post("/letters/secret")
def secret_page(posting: SignedInPosting) -> Response:
    """The page with what the gateway checks signatures by: shown to who asks, and not before."""
    visit = posting.visit
    visit.scope.require("decides", "headquarters writes the letters")
    visit.scope.require("runs", "who sets the gateway up")
    with writing(visit.site.engine) as connection:
        look = Access(visit.site.now_us(), visit.account.actor, "", GATEWAY_KEY)
        log_accesses(connection, [look])
    form = ActForm.of(_typed(None))
    return _templates(visit, form, gateway_secret(visit.site.keyring))


def _said(visit: Visit, fault: Fault) -> str:
    said = visit.say(_FAULTS[fault.why]).format(names=fault.detail)
    return f"{LANGUAGE_NAMES[fault.language]}：{said}"


def _templates(visit: Visit, form: ActForm, secret: str | None = None) -> Response:
    with reading(visit.site.engine) as connection:
        known = letter_templates(visit.scope, connection)
    may_write = visit.scope.may("decides")
    context = {
        "title": visit.say(N_("信和消息")),
        "templates": known,
        "in_words": partial(in_words, visit),
        "of_activity": activity_templates(known, visit.language),
        "form": form,
        "purposes": PURPOSES,
        "languages": tuple(LANGUAGE_NAMES.items()),
        "values": [(NAMES[visit.language][each], visit.say(_SHOWN[each])) for each in VALUES],
        "product": NAMES[visit.language]["sku"],
        "may_write": may_write,
        "ways": visit.site.ways,
        "runs": may_write and visit.may("runs"),
        "secret": secret,
    }
    return visit.render("letters.html", context, 422 if form.is_wrong else 200)


def activity_templates(known: list[LetterTemplate], language: Language) -> frozenset[str]:
    """Those that only who is invited to an activity can be sent."""
    return frozenset(
        each.name for each in known if speaks_of_an_activity(each, each.spoken(language))
    )


def in_words(visit: Visit, template: LetterTemplate) -> Letter:
    """A template as a reader sees it: what is filled in is told by what it is."""
    values = {
        name: visit.say(N_("〔{what}〕")).format(what=visit.say(_SHOWN[name])) for name in VALUES
    }
    return rendered(template, template.spoken(visit.language), values)
