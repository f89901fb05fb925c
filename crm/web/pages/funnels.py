"""Funnels: built, drawn, compared, broken down, saved, shared."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from campaigns.regions import prefecture, region_known
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from campaigns.wording.languages import Language
from campaigns.wording.sentence import SaidError
from crm.funnels.definition import parse_step
from crm.funnels.document import Document
from crm.funnels.own_copy import NOT_IN_COPIES, TYPES_OF_COPIES
from crm.funnels.queries import Offers
from crm.funnels.register import Saved, history_of, remove_funnel, save_funnel, saved_funnels
from crm.funnels.report import Question
from crm.people.found import FoundPerson
from crm.people.queries import find_people
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.funnel_parts import (
    asked_of,
    beside_of,
    breakdowns_for,
    came_elsewhere,
    costs_for,
    default_of,
    fault_in_address,
    fault_said,
    may_look,
    money_beside,
    notes_of,
    owner_of,
    passport_of,
    reached_of,
    report_of,
    season_of,
    today_of,
    viewer_of,
    what_copies_hold,
)
from crm.web.view.formats import clock_text
from crm.web.view.funnel_compared import against, lists_behind
from crm.web.view.funnel_form import (
    COMPARISONS,
    PERIODS,
    AskedFunnel,
    address_of,
    asked_funnel,
)
from crm.web.view.funnel_money import money_of
from crm.web.view.funnel_picture import file_stem
from crm.web.view.funnel_shortcuts import compared_or_not, grouped_or_not, only_group, other_times
from crm.web.view.funnel_view import bars_of
from crm.web.view.funnel_words import (
    DIMENSION_WORDS,
    ENTRIES,
    KINDS,
    TOUCHPOINTS,
    condition_word,
    sentences,
    step_word,
)

router = APIRouter()

MOST_EXPLAINED = 5
_VERDICTS = {
    "reached": N_("走到“%(step)s”：%(when)s"),
    "never": N_("停在“%(step)s”前：从来没有过"),
    "before": N_("停在“%(step)s”前：只在更早的 %(when)s 有过"),
    "after": N_("停在“%(step)s”前：%(when)s 才有，过了期限或时间范围"),
    "order": N_("停在“%(step)s”前：%(when)s 有过，但次序不合，或已用在别的步骤"),
    "left_out": N_("没算：%(when)s 进入以后，做过要排除的事"),
}

_BLANK_ROWS = 2


@router.get("/funnels")
def funnels_page(visit: SignedIn) -> Response:
    """The builder, and what it comes to."""
    may_look(visit)
    asked, saved = asked_of(visit)
    if asked.error:
        wrong: dict[str, Any] = {"asked": asked, "saved": None, "report": None}
        wrong |= {"title": visit.say(N_("漏斗"))}
        wrong |= _builder(visit, asked) | _shelf(visit, asked)
        return visit.render("funnels.html", wrong, 400)
    report = report_of(visit, asked)
    viewer = viewer_of(visit, asked)
    beside = beside_of(visit, asked.document, asked.document.by)
    compared = against(report, beside.report, viewer) if beside else ()
    context: dict[str, Any] = {
        "title": saved.name if saved else visit.say(N_("漏斗")),
        "asked": asked,
        "saved": saved,
        "report": report,
        "bars": bars_of(report, viewer, compared),
        "png": f"{file_stem(asked.document, today_of(visit), visit.language)}.png",
        "breakdowns": breakdowns_for(visit, asked, report, viewer, beside),
        "lists_behind": lists_behind(beside.other, viewer) if beside else (),
        "reached": reached_of(visit, asked),
        "times": list(other_times(asked.document, today_of(visit), visit.language)),
        "beside": list(compared_or_not(asked.document, today_of(visit), visit.language)),
        "grouped": list(
            grouped_or_not(asked.document, visit.language, _dimensions(visit, asked.document))
        ),
        "only_group": partial(only_group, asked.document),
        "money": money_of(report, costs_for(visit, asked), viewer),
        "money_beside": money_beside(visit, beside, viewer),
        "came_elsewhere": came_elsewhere(visit, asked),
        "passport": passport_of(visit, asked, report, beside),
        "held": [
            *what_copies_hold(visit, asked.document),
            *notes_of(visit, asked, report, beside),
        ],
        "viewer": viewer,
        **_builder(visit, asked),
        **_shelf(visit, asked),
    }
    return visit.render("funnels.html", context)


_SEASON_BY = {"kind": N_("每周到场：按活动种类"), "dealer": N_("每周到场：按经销商")}


@router.get("/funnels/season")
def season_page(visit: SignedIn, by: str = "kind") -> Response:
    """Week by week who came: by kind of activity, and to the company by dealer."""
    may_look(visit)
    if by not in (_SEASON_BY if visit.scope.may("numbers") else ("kind",)):
        raise NotFound
    context = {"title": visit.say(_SEASON_BY[by]), "by": by, "lines": season_of(visit, by)}
    return visit.render("funnel_season.html", context)


@router.post("/funnels/saved")
def save(posting: SignedInPosting) -> Response:
    """Save what is asked as a new funnel, or as the next version of one's own."""
    visit = posting.visit
    may_look(visit)
    asked = asked_funnel(QueryParams(posting.text_of("query")), visit.language)
    if asked.error:
        raise NotFound
    try:
        saved = save_funnel(
            visit.site.engine,
            owner_of(visit),
            posting.text("name"),
            asked.document,
            shared=posting.ticked("shared"),
            funnel_id=posting.text("saved") or None,
        )
    except SaidError as error:
        fault = fault_in_address(visit, error.said(visit.language))
        return RedirectResponse(f"/funnels?{asked.query}&{fault}#save", 303)
    return RedirectResponse(f"/funnels?saved={saved.funnel_id}&kept=1", 303)


@router.get("/funnels/saved/{funnel_id}")
def funnel_history(visit: SignedIn, funnel_id: str) -> Response:
    """Every version of a saved funnel."""
    may_look(visit)
    with reading(visit.site.engine) as connection:
        versions = history_of(connection, owner_of(visit), funnel_id)
    if not versions:
        raise NotFound
    context = {
        "title": versions[0].name,
        "versions": [
            (each, address_of(each.document), list(_sentences(visit, each))) for each in versions
        ],
        "is_own": versions[0].owner == visit.account.actor and not versions[0].removed,
    }
    return visit.render("funnel_history.html", context)


@router.post("/funnels/saved/{funnel_id}/remove")
def remove(posting: SignedInPosting, funnel_id: str) -> Response:
    """Take one's own out of the list."""
    visit = posting.visit
    may_look(visit)
    try:
        remove_funnel(visit.site.engine, owner_of(visit), funnel_id)
    except SaidError as error:
        raise NotFound from error
    return RedirectResponse("/funnels", 303)


def _builder(visit: Visit, asked: AskedFunnel) -> dict[str, object]:
    """What the form shows and offers."""
    document, language = asked.document, visit.language
    today = today_of(visit)
    form = asked.form(today, language)
    offered = visit.site.funnels.offers(visit.scope, today)
    return {
        "form": form,
        "rows": [*form.rows, *[("", "")] * _BLANK_ROWS],
        "without": [*form.without, ("", "")],
        "touchpoints": _touchpoints(visit, document),
        "kinds": {code: visit.say(word) for code, word in KINDS.items()},
        "entries": {code: visit.say(word) for code, word in ENTRIES.items()},
        "dimensions": _dimensions(visit, document),
        "compared": visit.say(PERIODS[document.compare]),
        "comparisons": {code: visit.say(word) for code, word in COMPARISONS.items()},
        "offers": _offers(visit, offered),
        "example": _example(offered, language),
        "sentences": list(sentences(document, today, language)),
    }


def _touchpoints(visit: Visit, document: Document) -> dict[str, str]:
    """What a step may be: of a dealer's, what a copy can hold, and what stands there already."""
    asked = {parse_step(step).type for step in (*document.steps, *document.without)}
    offered = TOUCHPOINTS if visit.scope.may("numbers") else TYPES_OF_COPIES | asked
    return {code: visit.say(word) for code, word in TOUCHPOINTS.items() if code in offered}


def _dimensions(visit: Visit, document: Document) -> dict[str, str]:
    """By what may be broken down: of a dealer's copy, by what a row tells, and what is asked."""
    left_out = frozenset() if visit.scope.may("numbers") else NOT_IN_COPIES - set(document.by)
    return {code: visit.say(word) for code, word in DIMENSION_WORDS.items() if code not in left_out}


def _example(offered: Offers, language: Language) -> str:
    """Two conditions as they are typed, of what there is."""
    dealer = next(iter(offered.get("dealer", ())), "D01")
    pairs = (("kind", "free_clinic"), ("dealer", dealer))
    return ",".join(condition_word(*pair, language) for pair in pairs)


def _offers(visit: Visit, offered: Offers) -> list[str]:
    """Conditions that occur, as they are typed; of regions the cities."""
    held = filter(region_known, offered.get("region", ()))
    cities = sorted({f"{prefecture(code)}00" for code in held})
    return [condition_word("region", code, visit.language) for code in cities] + [
        condition_word(name, value, visit.language)
        for name, values in sorted(offered.items())
        for value in values
        if name not in ("activity_id", "member", "witness", "expires_on", "region")
    ]


def _shelf(visit: Visit, asked: AskedFunnel) -> dict[str, object]:
    """The saved funnels, and whether what is asked could be saved over one of them."""
    with reading(visit.site.engine) as connection:
        found = saved_funnels(connection, owner_of(visit))
    return {
        "shelf": found,
        "is_default": asked.document == default_of(visit),
        "fault": fault_said(visit),
        "kept": visit.request.query_params.get("kept"),
    }


def _sentences(visit: Visit, saved: Saved) -> Iterator[str]:
    return sentences(saved.document, shanghai_day(saved.saved_us), visit.language)


@router.post("/funnels/why")
def why(posting: SignedInPosting) -> Response:
    """Why somebody is counted, or not: the walk of each person that a text finds."""
    visit = posting.visit
    visit.scope.require("numbers", "funnels")
    visit.scope.require("archive", "one person's whole")
    asked = asked_funnel(QueryParams(posting.text_of("query")), visit.language)
    text = posting.text("who")
    found: list[FoundPerson] = []
    if text:
        with reading(visit.site.engine) as connection:
            digest = visit.site.digest
            found, _ = find_people(visit.scope, connection, text, digest=digest)
    context = {
        "title": visit.say(N_("为什么算了，或者没算")),
        "query": asked.query,
        "sentence": next(sentences(asked.document, today_of(visit), visit.language)),
        "who": text,
        "found": [(each, list(_walk(visit, asked, each))) for each in found[:MOST_EXPLAINED]],
    }
    return visit.render("funnel_why.html", context)


def _walk(visit: Visit, asked: AskedFunnel, person: FoundPerson) -> Iterator[str]:
    question = Question(asked.document, today_of(visit), why=person.person_id)
    for passed in visit.site.funnels.report(visit.scope, question).why:
        when = ""
        if passed.at_us is not None:
            now_us, language = visit.site.now_us(), visit.language
            day = day_text(shanghai_day(passed.at_us), language, shanghai_day(now_us))
            when = day if passed.by_day else f"{day} {clock_text(passed.at_us)}"
        step = step_word(passed.step, visit.language)
        yield visit.say(_VERDICTS[passed.verdict]) % {"step": step, "when": when}
