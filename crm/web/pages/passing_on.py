"""What somebody asks a dealer for under their rights: passed on to the company, which answers it.

Nobody but the company erases, corrects for good or hands over all that is held; the clock runs from
the day on which the dealer heard of it.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.ids import short_number
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.copies.queries import own_row_key
from crm.copies.row_names import ROW
from crm.feed.finding import own_person
from crm.masking import masked_name
from crm.rights.queries import card_of_row, is_own_card, passed_on
from crm.rights.register import Clerk, pass_on
from crm.rights.request import ASKERS, CHANNELS, KINDS, RequestRefused, doubt_of
from crm.storage.database import reading
from crm.web.desk.acts import ActForm
from crm.web.desk.rights_form import asked_in
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.copy import is_settled, keep_shown
from crm.web.pages.event import seen_event
from crm.web.pages.own_forms import names_seen
from crm.web.pages.rights import doubted_form, refused_form
from crm.web.view.event_view import address_of
from crm.web.view.shared_fields import masked

router = APIRouter()

_OWN_CARD = N_("档案卡 %(number)s")


@dataclass(frozen=True, slots=True)
class _Of:
    """Whom it is about.

    name: a row or a card; address: of this page; back: where its person stands; deceased: None
    where the dealer cannot know.
    """

    name: str
    card_id: str
    who: str
    address: str
    back: str
    deceased: bool | None = None


@router.get("/copy/row/{key}/request")
def row_form(visit: SignedIn, key: str) -> Response:
    """What a person of the copy asks for."""
    return _page(visit, _of_row(visit, key), _new_form(visit))


@router.post("/copy/row/{key}/request")
def row_request(posting: SignedInPosting, key: str) -> Response:
    """Pass it on."""
    return _passed(posting, _of_row(posting.visit, key))


@router.get("/event/request")
def card_form(visit: SignedIn, source: str = "", id: str = "") -> Response:
    """What the person of an own card asks for, by an event that speaks of the card."""
    of = _of_event(visit, source, id)
    return of if isinstance(of, Response) else _page(visit, of, _new_form(visit))


@router.post("/event/request")
def card_request(posting: SignedInPosting, source: str = "", id: str = "") -> Response:
    """Pass it on."""
    of = _of_event(posting.visit, source, id)
    return of if isinstance(of, Response) else _passed(posting, of)


def _passed(posting: Posting, of: _Of) -> Response:
    visit = posting.visit
    form = ActForm(posting.text("form_id", 36), posting.text_of)
    clerk = Clerk(visit.scope, visit.account.actor, visit.site.now_us())
    try:
        asked = asked_in(posting, of.name)
        known = of.deceased is not None
        doubt = doubt_of(asked.asked_by, deceased=bool(of.deceased)) if known else None
        if doubtful := doubted_form(posting, form, doubt):
            return _page(visit, of, doubtful)
        pass_on(visit.site.engine, visit.site.keyring, clerk, asked)
    except RequestRefused as error:
        return _page(visit, of, refused_form(visit, form, str(error)))
    return RedirectResponse(f"{of.address}#requests", 303)


def _of_row(visit: Visit, key: str) -> _Of:
    """A person of the copy; NotFound."""
    visit.scope.require("passes_on", "who passes on what people ask for")
    dealer = visit.scope.dealer
    assert dealer is not None
    with reading(visit.site.engine) as connection:
        settled = is_settled(visit, connection, dealer)
        found = own_person(visit.scope, connection, dealer, key) if settled else None
        card_id = card_of_row(visit.scope, connection, key)
        if found is None or card_id is None:
            raise NotFound
        keep_shown(visit, connection, dealer, 1)
    address = f"/copy/row/{key}"
    back = address if visit.may("own_copy") else "/log"
    is_dead = bool(found.content.get("deceased"))
    who = masked(found, "names")
    return _Of(ROW + key, card_id, who, f"{address}/request", back, is_dead)


def _of_event(visit: Visit, source: str, event_id: str) -> _Of | Response:
    """Whom an event speaks of: one of an own card, or of the copy, which has a page of its own."""
    visit.scope.require("passes_on", "who passes on what people ask for")
    said = seen_event(visit, (source, event_id)).said
    kind, _, card_id = said.subject.partition("/")
    if kind != "card":
        raise NotFound
    with reading(visit.site.engine) as connection:
        if said.by_row:
            key = own_row_key(visit.scope, connection, said.subject)
            if key is None:
                raise NotFound
            return RedirectResponse(f"/copy/row/{key}/request", 303)
        if not is_own_card(visit.scope, connection, card_id):
            raise NotFound
        name = names_seen(visit, connection, {said.subject}).get(said.subject)
    number = visit.say(_OWN_CARD) % {"number": short_number(card_id)}
    who = f"{masked_name(name)} · {number}" if name else number
    here = address_of(source, event_id)
    return _Of(card_id, card_id, who, here.replace("/event?", "/event/request?"), here)


def _new_form(visit: Visit) -> ActForm:
    known = {"received_on": shanghai_day(visit.site.now_us())}
    return ActForm.of(known if visit.may("own_copy") else {**known, "channel": "activity"})


def _page(visit: Visit, of: _Of, form: ActForm) -> Response:
    with reading(visit.site.engine) as connection:
        passed = passed_on(visit.scope, connection, of.card_id)
    context = {
        "title": visit.say(N_("本人的要求，转给公司")),
        "of": of,
        "passed": passed,
        "form": form,
        "kinds": KINDS,
        "askers": ASKERS,
        "channels": CHANNELS,
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("passing_on.html", context, 422 if form.is_wrong else 200)
