"""The people behind a number of a funnel, and the groups of them that are saved."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from msgspec import structs
from starlette.datastructures import QueryParams

from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import SaidError
from crm.feed.portal import PAGE_ROWS, shared_named
from crm.feed.settling import must_be_settled
from crm.funnels.document import Document
from crm.funnels.few import shown_of, words_of
from crm.funnels.register import (
    Saved,
    history_of,
    remove_funnel,
    save_funnel,
    saved_segments,
)
from crm.funnels.report import Listed, Report, shown_of_groups
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.copy import keep_shown, own_dealer
from crm.web.pages.funnel_lost import (
    PARTS,
    earlier_column,
    parts_of_the_lost,
    tells_of_earlier,
    title_of,
)
from crm.web.pages.funnel_parts import (
    answered,
    asked_of,
    fault_in_address,
    fault_said,
    may_look,
    owner_of,
    step_at,
    today_of,
    value_called,
)
from crm.web.pages.people_lists import may_invite, people_list
from crm.web.view.funnel_breakdowns import WITHHELD
from crm.web.view.funnel_form import address_of, asked_funnel, day_typed
from crm.web.view.funnel_words import dimension_word, sentences
from crm.web.view.shared_fields import masked

router = APIRouter()

_LONGEST_PAGE = 6
"""Characters of the number of a page."""


@router.get("/funnels/people")
def funnel_people(visit: SignedIn) -> Response:
    """The people behind a number."""
    return _people(visit)


@router.post("/funnels/people")
def funnel_people_found(posting: SignedInPosting) -> Response:
    """The same, searched or turned over."""
    return _people(posting.visit, posting)


@router.get("/segments")
def segments_page(visit: SignedIn) -> Response:
    """The groups that are saved, and how many belong to each now."""
    may_look(visit)
    with reading(visit.site.engine) as connection:
        found = saved_segments(connection, owner_of(visit))
    lists = _may_list(visit)
    context = {
        "title": visit.say(N_("存好的人群")),
        "segments": [
            (each, _who(visit, each), _how_many(visit, each), address_of(each.document))
            for each in found
        ],
        "lists": lists,
    }
    return visit.render("segments.html", context)


@router.post("/segments")
def save_segment(posting: SignedInPosting) -> Response:
    """Save who stands behind a number: from now on whoever does at the time."""
    visit = posting.visit
    _must_list(visit)
    query = QueryParams(posting.text_of("query"))
    asked = asked_funnel(query, visit.language)
    if asked.error:
        raise NotFound
    listed = _listed(query, asked.document)
    if listed.left and posting.ticked("without_earlier"):
        listed = structs.replace(listed, earlier="without")
    owner, engine, shared = owner_of(visit), visit.site.engine, posting.ticked("shared")
    try:
        saved = save_funnel(
            engine, owner, posting.text("name"), asked.document, shared=shared, listed=listed
        )
    except SaidError as error:
        fault = fault_in_address(visit, error.said(visit.language))
        return RedirectResponse(f"/funnels/people?{query}&{fault}", 303)
    return RedirectResponse(f"/segments/{saved.funnel_id}?kept=1", 303)


@router.get("/segments/{segment_id}")
def segment_page(visit: SignedIn, segment_id: str) -> Response:
    """Who belongs to it, now or as on the evening of a day."""
    return _segment(visit, segment_id)


@router.post("/segments/{segment_id}")
def segment_found(posting: SignedInPosting, segment_id: str) -> Response:
    """The same, searched, turned over or taken away."""
    return _segment(posting.visit, segment_id, posting)


@router.post("/segments/{segment_id}/remove")
def remove_segment(posting: SignedInPosting, segment_id: str) -> Response:
    """Take one's own out of the list."""
    visit = posting.visit
    may_look(visit)
    try:
        remove_funnel(visit.site.engine, owner_of(visit), segment_id)
    except SaidError as error:
        raise NotFound from error
    return RedirectResponse("/segments", 303)


def segments_to_choose(visit: Visit) -> list[tuple[str, str]]:
    """(id, name) of the groups whose people the visitor may see."""
    if not visit.scope.may("numbers") or not _may_list(visit):
        return []
    with reading(visit.site.engine) as connection:
        found = saved_segments(connection, owner_of(visit))
    return [(each.funnel_id, each.name) for each in found]


def segment_members(visit: Visit, segment_id: str) -> frozenset[str]:
    """Who belongs to a group now."""
    return frozenset(segment_report(visit, segment_id).listed or ())


def segment_report(visit: Visit, segment_id: str) -> Report:
    """The same with who of them is not lost."""
    _must_list(visit)
    saved = saved_segment(visit, segment_id)
    return answered(visit, saved.document, saved.listed)


def saved_segment(visit: Visit, segment_id: str) -> Saved:
    """A group as it is saved now; NotFound."""
    with reading(visit.site.engine) as connection:
        versions = history_of(connection, owner_of(visit), segment_id)
    if not versions or versions[0].listed is None or versions[0].removed:
        raise NotFound
    return versions[0]


def _may_list(visit: Visit) -> bool:
    scope = visit.scope
    return scope.may("people") if scope.may("numbers") else scope.may("own_copy")


def _must_list(visit: Visit) -> None:
    may_look(visit)
    if not _may_list(visit):
        raise OutOfScope("lists of people")


def _list(
    visit: Visit,
    title: str,
    report: Report,
    posting: Posting | None,
    notes: str,
    more: Mapping[str, object],
) -> Response:
    """The people by name, masked; a dealer's are the rows of its copy."""
    people = report.listed or ()
    earlier = frozenset(report.earlier)
    if visit.scope.may("numbers"):
        columns = (earlier_column(str(more["next"]), earlier),) if earlier else ()
        return people_list(visit, title, people, posting, notes, more, columns)
    typed = visit.request.query_params.get("page", "1")
    page = int(typed) if typed.isdecimal() and len(typed) < _LONGEST_PAGE else 1
    dealer = own_dealer(visit)
    with reading(visit.site.engine) as connection:
        must_be_settled(connection, today_of(visit), dealer=dealer)
        found = shared_named(visit.scope, connection, dealer, people, page)
        keep_shown(visit, connection, dealer, len(found))
    url = visit.request.url
    kept = [(name, value) for name, value in parse_qsl(url.query) if name != "page"]
    context = {"keep": "", "fault": "", "segment": None, **more}
    context |= {"title": title, "note": notes, "found": found, "total": len(people)}
    context |= {"page": page, "first": (page - 1) * PAGE_ROWS + 1, "masked": masked}
    context |= {"earlier": earlier, "more": page * PAGE_ROWS < len(people)}
    context["here"] = f"{url.path}?{urlencode(kept)}{'&' if kept else ''}"
    return visit.render("funnel_rows.html", context)


def _people(visit: Visit, posting: Posting | None = None) -> Response:
    _must_list(visit)
    asked, _ = asked_of(visit)
    if asked.error:
        raise NotFound
    query = visit.request.query_params
    listed, as_of = _listed(query, asked.document), _day(visit)
    report = answered(visit, asked.document, listed, as_of)
    notes = _notes(visit, asked.document, listed, as_of)
    more = parts_of_the_lost(visit, asked.document, report, listed)
    # What is saved is looked at on the day it is opened: that would be others.
    more |= {"keep": "" if as_of else str(query), "fault": fault_said(visit)}
    return _list(visit, title_of(visit, asked.document, listed), report, posting, notes, more)


def _segment(visit: Visit, segment_id: str, posting: Posting | None = None) -> Response:
    _must_list(visit)
    saved = saved_segment(visit, segment_id)
    listed = saved.listed or Listed(1)
    as_of = _day(visit)
    report = answered(visit, saved.document, listed, as_of)
    notes = _notes(visit, saved.document, listed, as_of)
    context = {
        "segment": saved,
        "as_of": as_of,
        "today": today_of(visit),
        "is_own": saved.owner == visit.account.actor,
        "may_invite": may_invite(visit),
        "funnel": address_of(saved.document),
        "kept": visit.request.query_params.get("kept"),
        **parts_of_the_lost(visit, saved.document, report, listed),
        "tabs": (),
    }
    title = title_of(visit, saved.document, listed)
    return _list(visit, f"{saved.name} · {title}", report, posting, notes, context)


def _day(visit: Visit) -> date | None:
    typed = visit.request.query_params.get("day", "")
    if not typed:
        return None
    if (found := day_typed(typed)) is None:
        raise NotFound
    return found if found < today_of(visit) else None


def _listed(query: Mapping[str, str], document: Document) -> Listed:
    """Which people an address asks for; NotFound where the funnel has none such."""
    step, dimension = step_at(query.get("at", "1"), len(document.steps)), query.get("dimension")
    if dimension is not None and dimension not in document.by:
        raise NotFound
    asked = query.get("earlier", "")
    earlier = next((each for each in PARTS if each == asked), None)
    if earlier is None:
        raise NotFound
    left = bool(query.get("left"))
    return Listed(step, left, dimension, query.get("value"), earlier if left else "")


def _notes(visit: Visit, document: Document, listed: Listed, as_of: date | None = None) -> str:
    notes = list(sentences(document, as_of or today_of(visit), visit.language))[:2]
    if as_of is not None:
        notes.append(visit.say(N_("按现在所知的算到 %(day)s 晚上。")) % {"day": as_of})
    if listed.dimension is not None:
        value = value_called(visit, document, listed.dimension, listed.value)
        notes.insert(0, f"{dimension_word(listed.dimension, visit.language)}：{value}。")
    return (" " if visit.language == "en" else "").join(notes)


def _who(visit: Visit, saved: Saved) -> str:
    listed = saved.listed or Listed(1)
    return f"{title_of(visit, saved.document, listed)}。{_notes(visit, saved.document, listed)}"


def _how_many(visit: Visit, saved: Saved) -> str:
    listed = saved.listed or Listed(1)
    by = () if listed.dimension is None else (listed.dimension,)
    report = answered(visit, structs.replace(saved.document, by=by), listed)
    people = len(report.listed or ())
    if _may_list(visit):
        return f"{people:,}"
    if listed.earlier and not tells_of_earlier(visit.language, report, listed):
        return visit.say(WITHHELD)
    first, last = listed.step - 1, listed.step + listed.left
    for name, groups in report.groups.items():
        for group, shown in zip(groups, shown_of_groups(name, groups), strict=True):
            if group.value == listed.value and not all(shown[first:last]):
                return visit.say(WITHHELD)
    if listed.dimension is None and not listed.left:
        return words_of(report.people)[first]
    is_shown = all(shown_of(report.people)[first:last])
    return f"{people:,}" if is_shown else visit.say(WITHHELD)
