"""What people ask for under their rights: the list with its clock, one request, and its answer."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.people import dealer_of, names_of
from crm.archives.queries import archive
from crm.copies.queries import dealer_names
from crm.entries.queries import names_at, person_of_card
from crm.journal.numbers import numbers_of
from crm.people.queries import cards_of
from crm.rights.queries import (
    bar_to,
    doubt_about,
    events_that_did_it,
    opened_by,
    request_of,
    requests,
    require_right_to_see,
)
from crm.rights.register import Clerk, close_request, note_step, open_request
from crm.rights.request import (
    ANSWER_WORKING_DAYS,
    ASKERS,
    CHANNELS,
    CLOSED,
    DONE_BY,
    HAS_DIED,
    IN_FUTURE,
    KINDS,
    NEEDS_EVENT,
    NEEDS_REASON,
    NOT_DECEASED,
    NOT_FOUND,
    OUTCOMES,
    REASONS,
    Closing,
    Request,
    RequestRefused,
)
from crm.storage.database import reading
from crm.web.desk import tables
from crm.web.desk.acts import ActForm
from crm.web.desk.files import taken_away
from crm.web.desk.rights_form import (
    LONGEST_TEXT,
    AskedBefore,
    asked_before,
    asked_in,
    choice_of,
    faults_of,
    form_id_in,
)
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.consents import changing
from crm.web.pages.rights_table import REQUESTS
from crm.web.view.event_view import address_of

router = APIRouter()

_FAULTS = {
    NOT_FOUND: N_("没有这张档案卡、这个人或这个请求。请核对编号。"),
    CLOSED: N_("这个请求已经答复过了。"),
    NEEDS_REASON: N_("拒绝要写理由。请选一个理由再提交。"),
    NEEDS_EVENT: N_("照办要写明是哪条事件办的（来源和编号），而且是这个人的、已入档的。"),
    NOT_DECEASED: N_("本人在世时，近亲属不能代为行使；请改由本人或监护人提出，或拒绝。"),
    IN_FUTURE: N_("收到的日期不能在今天以后。"),
}
_DOUBTS = {
    NOT_DECEASED: N_(
        "档案里没有记本人去世：本人在世时，近亲属不能代为行使（《个人信息保护法》第四十九条）。"
        "登记了也只能拒绝；要办，请本人或监护人来提。已经去世的，先在档案里记去世。"
    ),
    HAS_DIED: N_(
        "档案里记着本人已去世：去世以后来提的，不会是本人，监护也已经终止。请选近亲属；"
        "只有去世以前就提出的，才照原来的写。"
    ),
}
_DOUBTED = "asked_by_relative"


@router.get("/rights")
def rights_page(visit: SignedIn, closed: Annotated[bool, Query()] = False) -> Response:
    """The requests that wait for an answer, the overdue ones first."""
    return _list(visit, closed=closed)


@router.post("/rights")
def enter(posting: SignedInPosting) -> Response:
    """A new request."""
    clerk_of(posting.visit)
    entered = enter_request(posting, posting.text("name", 64))
    if isinstance(entered, ActForm):
        return _list(posting.visit, entered)
    return to_request(entered)


def to_request(entered: str | AskedBefore) -> Response:
    """To the page of what was entered, or was before."""
    if isinstance(entered, AskedBefore):
        return RedirectResponse(f"/rights/{entered.before.request_id}?before=true", 303)
    return RedirectResponse(f"/rights/{entered}", 303)


def enter_request(posting: Posting, name: str) -> str | AskedBefore | ActForm:
    """The id of the request that a form enters, or the one that says the same and waits for its
    answer; or the form to be shown again.

    Whoever may not be granted it is doubted once, and entered: it must be answered all the same.
    """
    visit, clerk = posting.visit, hearer_of(posting.visit)
    form = ActForm(posting.text("form_id", 36), posting.text_of)
    try:
        asked = asked_in(posting, name)
        with reading(visit.site.engine) as connection:
            doubt = doubt_about(visit.scope, connection, name, asked.asked_by)
        before = asked_before(visit, asked, name)
        if before is not None and before.is_same:
            return before
        if doubtful := doubted_form(posting, form, doubt, before):
            return doubtful
        return open_request(visit.site.engine, visit.site.keyring, clerk, asked)
    except RequestRefused as error:
        return refused_form(visit, form, str(error))


def doubted_form(
    posting: Posting, form: ActForm, doubt: str | None, before: AskedBefore | None
) -> ActForm | None:
    """The form with what speaks against it, which is asked about once; None where nothing does."""
    visit = posting.visit
    doubts = [visit.say(_DOUBTS[doubt])] if doubt is not None else []
    doubts += [before.said(visit)] if before is not None else []
    if not doubts or posting.text("asked") == _DOUBTED:
        return None
    return replace(form, doubts=tuple(doubts), asked=_DOUBTED)


def refused_form(visit: Visit, form: ActForm, fault: str) -> ActForm:
    """A form of requests with what is wrong: beside its field, where it is of one."""
    if fault in _FAULTS:
        return replace(form, troubles=(visit.say(_FAULTS[fault]),))
    return replace(form, faults=dict(faults_of(visit, fault)))


@router.get("/rights/{request_id}")
def request_page(visit: SignedIn, request_id: str) -> Response:
    """One request, what was done, and the form to answer it."""
    return shown(visit, request_id)


@router.post("/rights/{request_id}/note")
def note(posting: SignedInPosting, request_id: str) -> Response:
    """Note a step on the way."""
    visit, clerk = posting.visit, clerk_of(posting.visit)
    site, text = visit.site, posting.text("text", LONGEST_TEXT)
    try:
        note_step(site.engine, site.keyring, clerk, request_id, text, form_id_in(posting))
    except RequestRefused as error:
        return shown(visit, request_id, str(error))
    return RedirectResponse(f"/rights/{request_id}", 303)


@router.post("/rights/{request_id}/close")
def close(posting: SignedInPosting, request_id: str) -> Response:
    """Grant or refuse."""
    visit, clerk, form_id = posting.visit, clerk_of(posting.visit), form_id_in(posting)
    source, event_id = posting.text("event_source", 256), posting.text("event_id", 64)
    if posting.text("event", 400):
        source, _, event_id = posting.text("event", 400).rpartition(" ")
    try:
        closing = Closing(
            choice_of(posting, "outcome", OUTCOMES),
            choice_of(posting, "reason", REASONS) if posting.text("reason") else None,
            (source, event_id) if source or event_id else None,
            posting.text("text", LONGEST_TEXT) or None,
        )
        of = (visit.site.engine, visit.site.keyring, clerk, request_id)
        close_request(*of, closing, form_id)
    except RequestRefused as error:
        form = ActForm(posting.text("form_id", 36), posting.text_of)
        return _one(visit, request_id, refused_form(visit, form, str(error)))
    return RedirectResponse(f"/rights/{request_id}", 303)


def _list(visit: Visit, form: ActForm | None = None, *, closed: bool = False) -> Response:
    require_right_to_see(visit.scope)
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        found = requests(visit.scope, connection, visit.site.keyring, today, closed=closed)
        subjects = {f"card/{request.card_id}" for request in found}
        named = names_at(connection, subjects) if visit.scope.may("people") else {}
    rows = [(request, named.get(f"card/{request.card_id}", "")) for request in found]
    asked = tables.Asked.of(visit.request.query_params)
    shown_table = REQUESTS.show(visit, asked, REQUESTS.of_rows(rows), "/rights")
    if asked.file:
        return taken_away(visit, shown_table)
    context = {
        "title": visit.say(N_("权利请求")),
        "table": shown_table,
        "closed": closed,
        "today": today,
        "form": form or ActForm.of({"received_on": today}),
        "days": ANSWER_WORKING_DAYS,
        "kinds": KINDS,
        "askers": ASKERS,
        "channels": CHANNELS,
    }
    return visit.render("rights.html", context, 400 if form and form.is_wrong else 200)


def shown(visit: Visit, request_id: str, fault: str | None = None) -> Response:
    """The page of a request; fault: the code of what could not be done from it."""
    return _one(visit, request_id, refused_form(visit, ActForm(), fault) if fault else ActForm())


def _one(visit: Visit, request_id: str, form: ActForm) -> Response:
    require_right_to_see(visit.scope)
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        found = request_of(visit.scope, connection, visit.site.keyring, request_id)
        if found is None:
            raise NotFound
        cards = cards_of(visit.scope, connection, found.card_id) or (found.card_id,)
        events = events_that_did_it(visit.scope, connection, found, cards)
        answers = visit.scope.may("answers")
        bar = bar_to(visit.scope, connection, found.card_id, found.asked_by) if answers else None
        sees = visit.scope.may("people")
        person = person_of_card(visit.scope, connection, found.card_id) if sees else None
        entered_by = opened_by(visit.scope, connection, request_id)
        of_dealer = dealer_of(connection, entered_by)
        dealers = dealer_names(connection)
        dealer = of_dealer and f"{of_dealer} {dealers.get(of_dealer, '')}"
        known = {entered_by} | {s.actor for s in found.steps} | {e.actor for e in events}
        names = names_of(connection, known)
        did = [(event.source, event.id) for event in events]
        closed_by = [(s.event_source, s.event_id) for s in found.steps if s.event_id]
        numbers = numbers_of(
            visit.scope, connection, [*did, *((str(a), str(b)) for a, b in closed_by)]
        )
    context = {
        "title": visit.say(N_("权利请求")),
        "request": found,
        "entered_by": entered_by,
        "passed_on_by": dealer,
        "person": person,
        "bar": None if bar is None or found.closing else visit.say(_FAULTS[bar]),
        "form": form,
        "events": events,
        "numbers": numbers,
        "address_of": address_of,
        "before": visit.request.query_params.get("before") == "true"
        and AskedBefore(found, is_same=True).said(visit),
        "is_fresh": answers and not found.steps and not events,
        "standing": _standing(visit, found),
        "new_id": lambda: str(uuid4()),
        "names": names,
        "dealers": dealers,
        "today": today,
        "needed": DONE_BY.get(found.kind),
        "outcomes": OUTCOMES,
        "reasons": REASONS,
    }
    return visit.render("right.html", context, 400 if form.is_wrong else 200)


def _standing(visit: Visit, request: Request) -> list[dict[str, Any]]:
    """The consents that could be withdrawn, where that is what was asked for."""
    if request.kind != "withdraw" or request.closing is not None:
        return []
    site = visit.site
    with reading(site.engine) as connection:
        known = archive(visit.scope, connection, site.keyring, request.card_id, site.now_us())
    if known is None:
        return []
    is_changing = changing(visit, known)
    lines = {
        (each["purpose"], each["dealer"]): each
        for each in known["standings"]
        if each["state"] == "given" and not is_changing(each["purpose"], each["dealer"])
    }
    return list(lines.values())


def hearer_of(visit: Visit) -> Clerk:
    """Who enters what a person asks for; OutOfScope, whatever else may be wrong."""
    visit.scope.require("hears", "who hears what people ask for")
    return Clerk(visit.scope, visit.account.actor, visit.site.now_us())


def clerk_of(visit: Visit) -> Clerk:
    """Who answers; OutOfScope, whatever else may be wrong with what was sent."""
    visit.scope.require("answers", "who answers requests of people")
    return Clerk(visit.scope, visit.account.actor, visit.site.now_us())
