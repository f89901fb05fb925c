"""The phone form of field staff: an activity, a person, a few ticks, a receipt."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.intake import Receipt
from campaigns.sentences import warning_sentence
from campaigns.times import day_start_us, rfc3339, shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.people import names_of
from crm.activities.queries import (
    activities_between,
    activities_on,
)
from crm.copies.queries import dealer_name
from crm.people.found import FoundPerson
from crm.storage.database import reading
from crm.web.desk.acts import take_in
from crm.web.guards.visit import SignedIn, SignedInPosting, Visit, keep_cookie
from crm.web.pages import log_people
from crm.web.pages.consents import keep_signature
from crm.web.pages.log_form import DAYS_AHEAD, activity_named, credential_of, form_page, written_at
from crm.web.pages.log_people import Fitting
from crm.web.view import forms
from crm.web.view.formats import moment_text
from crm.web.view.forms import Entry, Fault
from crm.web.view.signatures import LONGEST_FIELD, Signature

router = APIRouter()

ACTIVITY_COOKIE = "jinxi_activity"
_DAYS_BACK = 7
_LONGEST_ASKED = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt."""

    type: str
    status: str
    sentence: str


@router.get("/log")
def choose_activity(visit: SignedIn, choose: bool = False) -> Response:
    """Today's activities; with one remembered, straight on to it."""
    credential_of(visit)
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        now = [a for a in activities_on(visit.scope, connection, today) if not a.cancelled]
        before = activities_between(
            visit.scope, connection, today - timedelta(days=_DAYS_BACK), today
        )
        tomorrow, end = today + timedelta(days=1), today + timedelta(days=1 + DAYS_AHEAD)
        after = activities_between(visit.scope, connection, tomorrow, end)
    remembered = visit.request.cookies.get(ACTIVITY_COOKIE)
    if not choose and remembered in {found.activity_id for found in now}:
        return RedirectResponse(f"/log/{remembered}", 303)
    context = {
        "title": visit.say(N_("选今天的活动")),
        "activities": now,
        "before": [found for found in before if not found.cancelled],
        "after": [found for found in reversed(after) if not found.cancelled],
    }
    return visit.render("log_choose.html", context)


@router.get("/log/{activity_id}")
def find_page(visit: SignedIn, activity_id: str) -> Response:
    """Find a person, or write a new card; how many came so far."""
    with reading(visit.site.engine) as connection:
        recorded = log_people.recorded_at(visit, connection, activity_id)
    response = _find(visit, activity_id, "", Fitting([]), recorded)
    keep_cookie(visit.request, response, ACTIVITY_COOKIE, activity_id)
    return response


@router.post("/log/{activity_id}/find")
def find_result(posting: SignedInPosting, activity_id: str) -> Response:
    """Who fits what was typed; it is sent in the body, so no address holds a name."""
    visit, text = posting.visit, posting.text("text", 60)
    with reading(visit.site.engine) as connection:
        found = activity_named(visit, connection, activity_id)
    return _find(visit, activity_id, text, log_people.fitting(visit, found, text))


def _find(
    visit: Visit,
    activity_id: str,
    text: str,
    fitting: Fitting,
    recorded: tuple[int, int] | None = None,
) -> Response:
    credential_of(visit)
    with reading(visit.site.engine) as connection:
        found = activity_named(visit, connection, activity_id)
    context = {
        "title": visit.say(N_("登记")),
        "activity": found,
        "text": text,
        "people": fitting.people,
        "total": fitting.total,
        "came": fitting.came,
        "said": fitting.said,
        "invited": fitting.invited,
        "recorded": recorded,
        "form_ids": {person.person_id: str(uuid4()) for person in fitting.people},
        "written_at": rfc3339(visit.site.now_us()),
        "may_search": log_people.may_search(visit),
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("log_find.html", context)


@router.get("/log/{activity_id}/new")
def new_card_page(visit: SignedIn, activity_id: str) -> Response:
    """The form with a new card."""
    return _form(visit, activity_id, None)


@router.get("/log/{activity_id}/person/{person_id}")
def known_person_page(visit: SignedIn, activity_id: str, person_id: str) -> Response:
    """The form for somebody who has a card."""
    return _form(visit, activity_id, person_id)


@router.post("/log/{activity_id}/submit")
def submit(posting: SignedInPosting, activity_id: str) -> Response:
    """Hand the events over and show the receipt; typed text stays when something is wrong."""
    visit = posting.visit
    credential = credential_of(visit)
    person_id = posting.text("person_id", 64) or None
    with reading(visit.site.engine) as connection:
        found = activity_named(visit, connection, activity_id)
        person = log_people.person_named(visit, connection, person_id)
        held = log_people.held(visit, connection, person, found.dealer)
    day_us = day_start_us(shanghai_day(found.starts_us))
    entry = Entry(
        posting.text("form_id", 36),
        written_at(posting, day_us),
        person.card_id if person else None,
        posting.text_of,
        found,
        Signature.of(posting.text("signature", LONGEST_FIELD)),
    )
    with reading(visit.site.engine) as connection:
        known = log_people.member_findings(visit, connection, posting.text_of, entry.at_us)
    source = visit.account.source
    looked_at = forms.checked(entry, source, credential, visit.site.now_us(), held, known)
    asked = set(posting.text("asked", _LONGEST_ASKED).split())
    if looked_at.faults or not asked.issuperset(looked_at.codes):
        return form_page(visit, found, person_id, posting, looked_at)
    if not keep_signature(visit, entry):
        looked_at = forms.Checked([], [Fault(None, "bad_signature")], ())
        return form_page(visit, found, person_id, posting, looked_at)

    def again() -> list[bytes]:
        late = replace(entry, written_at=written_at(posting, day_us))
        return forms.checked(late, source, credential, visit.site.now_us(), held, known).lines

    receipts = take_in(visit, credential, entry.form_id, looked_at.lines, again)
    refused = [
        Fault(None, receipt.reason or "", receipt.path or "$")
        for receipt in receipts
        if receipt.status == "refused"
    ]
    if refused:
        looked_at = forms.Checked(looked_at.lines, refused, looked_at.warnings)
        return form_page(visit, found, person_id, posting, looked_at)
    return _receipt(visit, entry, person, receipts, looked_at.warnings)


def _receipt(
    visit: Visit,
    entry: Entry,
    person: FoundPerson | None,
    receipts: list[Receipt],
    warnings: tuple[str, ...],
) -> Response:
    actors = {receipt.first_actor for receipt in receipts if receipt.first_actor}
    with reading(visit.site.engine) as connection:
        names = names_of(connection, actors) if actors else {}
        dealer = dealer_name(connection, entry.activity.dealer) or entry.activity.dealer
    events = entry.events(visit.account.source)
    context = {
        "title": visit.say(N_("回执")),
        "activity": entry.activity,
        "form_id": entry.form_id,
        "person_id": person.person_id if person else None,
        "who": person.name if person else entry.text("name"),
        "duplicate": all(receipt.status == "duplicate" for receipt in receipts),
        "lines": [
            Line(
                event["type"].removeprefix("jinxi.").removesuffix(".v1"),
                receipt.status,
                _receipt_sentence(visit, receipt, names),
            )
            for event, receipt in zip(events, receipts, strict=True)
        ],
        "purposes": [event["data"].get("purpose") for event in events],
        "dealer": dealer,
        "warnings": [warning_sentence(warning, visit.language) for warning in warnings],
    }
    return visit.render("log_receipt.html", context)


def _receipt_sentence(visit: Visit, receipt: Receipt, names: dict[str, str]) -> str:
    if receipt.status != "duplicate" or receipt.first_received_us is None:
        return visit.say(N_("已收下"))
    when = moment_text(receipt.first_received_us, visit.language, visit.site.now_us())
    who = names.get(receipt.first_actor or "", receipt.first_actor or "")
    return visit.say(N_("之前已记过（%(when)s，由 %(who)s）")) % {"when": when, "who": who}


def _form(visit: Visit, activity_id: str, person_id: str | None) -> Response:
    credential_of(visit)
    with reading(visit.site.engine) as connection:
        found = activity_named(visit, connection, activity_id)
    return form_page(visit, found, person_id)
