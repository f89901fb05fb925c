"""What somebody asks a dealer for under their rights: passed on to the company, which answers it.

Nobody but the company erases, corrects for good or hands over all that is held; the clock runs from
the day on which the dealer heard of it.
"""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.rights.queries import passed_on
from crm.rights.register import Clerk, pass_on
from crm.rights.request import ASKERS, CHANNELS, KINDS, RequestRefused, doubt_of
from crm.storage.database import reading
from crm.web.desk.acts import ActForm
from crm.web.desk.rights_form import asked_before, asked_in
from crm.web.guards.visit import Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.own_people import OwnPerson, person_of_event, person_of_row
from crm.web.pages.rights import doubted_form, refused_form

router = APIRouter()

_PATH = "request"


@router.get("/copy/row/{key}/request")
def row_form(visit: SignedIn, key: str) -> Response:
    """What a person of the copy asks for."""
    return _page(visit, person_of_row(visit, key, _PATH), _new_form(visit))


@router.post("/copy/row/{key}/request")
def row_request(posting: SignedInPosting, key: str) -> Response:
    """Pass it on."""
    return _passed(posting, person_of_row(posting.visit, key, _PATH))


@router.get("/event/request")
def card_form(visit: SignedIn, source: str = "", id: str = "") -> Response:
    """What the person of an own card asks for, by an event that speaks of the card."""
    of = person_of_event(visit, source, id, _PATH)
    return of if isinstance(of, Response) else _page(visit, of, _new_form(visit))


@router.post("/event/request")
def card_request(posting: SignedInPosting, source: str = "", id: str = "") -> Response:
    """Pass it on."""
    of = person_of_event(posting.visit, source, id, _PATH)
    return of if isinstance(of, Response) else _passed(posting, of)


def _passed(posting: Posting, of: OwnPerson) -> Response:
    visit = posting.visit
    form = ActForm(posting.text("form_id", 36), posting.text_of)
    clerk = Clerk(visit.scope, visit.account.actor, visit.site.now_us())
    try:
        asked = asked_in(posting, of.name)
        known = of.deceased is not None
        doubt = doubt_of(asked.asked_by, deceased=bool(of.deceased)) if known else None
        before = asked_before(visit, asked, of.card_id)
        if before is not None and before.is_same:
            return _page(visit, of, _new_form(visit), before.said(visit))
        if doubtful := doubted_form(posting, form, doubt, before):
            return _page(visit, of, doubtful)
        pass_on(visit.site.engine, visit.site.keyring, clerk, asked)
    except RequestRefused as error:
        return _page(visit, of, refused_form(visit, form, str(error)))
    return RedirectResponse(f"{of.address}#requests", 303)


def _new_form(visit: Visit) -> ActForm:
    known = {"received_on": shanghai_day(visit.site.now_us())}
    return ActForm.of(known if visit.may("own_copy") else {**known, "channel": "activity"})


def _page(visit: Visit, of: OwnPerson, form: ActForm, before: str = "") -> Response:
    with reading(visit.site.engine) as connection:
        passed = passed_on(visit.scope, connection, of.card_id)
    context = {
        "title": visit.say(N_("本人的要求，转给公司")),
        "of": of,
        "before": before,
        "passed": passed,
        "form": form,
        "kinds": KINDS,
        "askers": ASKERS,
        "channels": CHANNELS,
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("passing_on.html", context, 422 if form.is_wrong else 200)
