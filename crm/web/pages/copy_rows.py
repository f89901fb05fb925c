"""One person of a dealer's copy: found, called, corrected; what is said goes by way of the row."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import parse_instant_us, rfc3339, shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.copies.row_names import ROW
from crm.feed.finding import find_own
from crm.feed.portal import Shared, due_calls, shared_person
from crm.rights.queries import passed_on
from crm.storage.database import reading, writing
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.copy import is_settled, keep_shown, own_dealer, titles_of
from crm.web.pages.follow_up_calls import CHANNELS, OUTCOMES
from crm.web.view.person_acts import CORRECTED_BY_CATEGORY, correction
from crm.web.view.region_typed import region_fault
from crm.web.view.shared_fields import (
    HEALTH_FIELDS,
    SHARED_FIELDS,
    fields_shown,
    masked,
    shown,
    value_of,
)

router = APIRouter()

CORRECTED, CALLED, DECEASED, WITHDRAWN = (
    *("card.corrected", "follow_up.done"),
    *("person.deceased", "consent.withdrawn"),
)
_MOST_FOUND = 50
_OF_A_CALL = ("names", "phones")
_NOTHING_SAID = N_("还没有填。请至少填一项再提交。")


@router.post("/copy/find")
def find(posting: SignedInPosting) -> Response:
    """Who of the copy fits what was typed; it stands in no address."""
    visit, dealer, text = posting.visit, own_dealer(posting.visit), posting.text("text", 60)
    with reading(visit.site.engine) as connection:
        settled = is_settled(visit, connection, dealer)
        found: list[Shared] = []
        total = 0
        if settled:
            found, total = find_own(visit.scope, connection, dealer, text, _MOST_FOUND)
            keep_shown(visit, connection, dealer, len(found))
    context = {
        "title": visit.say(N_("在副本里找")),
        "text": text,
        "found": found,
        "total": total,
        "masked": masked,
    }
    return visit.render("copy_found.html", context)


@router.get("/copy/row/{key}")
def row_page(visit: SignedIn, key: str) -> Response:
    """One person as the copy has it, masked, with what can be said."""
    return _row(visit, _find(visit, key), ActForm())


@router.post("/copy/row/{key}/open")
def open_row(posting: SignedInPosting, key: str) -> Response:
    """Name and phones, to be dialled; who opened them is kept before they are shown."""
    visit, found = posting.visit, _find(posting.visit, key)
    now_us, actor = visit.site.now_us(), visit.account.actor
    looks = [
        Access(now_us, actor, card_id, field)
        for card_id in found.cards
        for field in _OF_A_CALL
        if value_of(found, field)
    ]
    with writing(visit.site.engine) as connection:
        log_accesses(connection, looks)
    return _row(visit, found, ActForm(), is_open=True)


@router.post("/copy/row/{key}/correct")
def correct(posting: SignedInPosting, key: str) -> Response:
    """What the row shows is corrected; headquarters hears of it like of every correction."""
    visit = posting.visit
    own_dealer(visit)
    sayer_of(visit, [CORRECTED])
    found = _find(visit, key)
    open_fields = {each.name for each in _correctable(found)}

    def typed(name: str) -> str:
        is_open = name.removeprefix("clear_") in open_fields
        return posting.text(name, 4_000) if is_open else ""

    data = correction(typed)
    faults = {} if data else {"": visit.say(_NOTHING_SAID)}
    if typed("region") and (fault := region_fault(typed("region"), visit.say)):
        faults["region"] = fault
    data["based_on"] = _known_at(posting)
    return _said(posting, found, CORRECTED, data, faults)


@router.post("/copy/row/{key}/called")
def called(posting: SignedInPosting, key: str) -> Response:
    """How a call went, in one tap."""
    visit = posting.visit
    own_dealer(visit)
    sayer_of(visit, [CALLED])
    found = _find(visit, key)
    data: dict[str, Any] = {
        "channel": posting.text("channel", 16) or CHANNELS[0],
        "outcome": posting.text("outcome", 16),
    }
    if posting.text("note", 4_000):
        data["private"] = {"note": posting.text("note", 4_000)}
    return _said(posting, found, CALLED, data, to="/copy")


@router.post("/copy/row/{key}/deceased")
def deceased(posting: SignedInPosting, key: str) -> Response:
    """The person died."""
    visit = posting.visit
    own_dealer(visit)
    sayer_of(visit, [DECEASED])
    data = {"on": posting.text("on", 10)} if posting.text("on", 10) else {}
    return _said(posting, _find(visit, key), DECEASED, data)


@router.post("/copy/row/{key}/withdraw")
def withdraw(posting: SignedInPosting, key: str) -> Response:
    """The person wants this dealer to have no copy any more."""
    visit, dealer = posting.visit, own_dealer(posting.visit)
    sayer_of(visit, [WITHDRAWN])
    data = {"purpose": "share_with_dealer", "dealer": dealer}
    return _said(posting, _find(visit, key), WITHDRAWN, data, to="/copy")


def _said(
    posting: Posting,
    found: Shared,
    type_name: str,
    data: dict[str, Any],
    faults: dict[str, str] | None = None,
    to: str = "",
) -> Response:
    act = Act(type_name, {"row_key": found.key, **data}, ROW + found.key)
    answer = say(posting, [act], faults=faults)
    if answer.form is not None:
        return _row(posting.visit, found, answer.form)
    return done(posting.visit, to or f"/copy/row/{found.key}", answer)


def _known_at(posting: Posting) -> str:
    """As of when the row was known: when its page was shown."""
    shown = posting.text("known_at", 40)
    try:
        parse_instant_us(shown)
    except ValueError:
        return rfc3339(posting.visit.site.now_us())
    return shown


def _correctable(found: Shared) -> Iterator[Any]:
    """The fields of the categories that the row holds."""
    for category, inputs in CORRECTED_BY_CATEGORY.items():
        if category in found.content:
            yield from inputs


def _find(visit: Visit, key: str) -> Shared:
    dealer = own_dealer(visit)
    with reading(visit.site.engine) as connection:
        settled = is_settled(visit, connection, dealer)
        found = shared_person(visit.scope, connection, dealer, key) if settled else None
        if found is None:
            raise NotFound
        keep_shown(visit, connection, dealer, 1)
    return found


def _row(visit: Visit, found: Shared, form: ActForm, *, is_open: bool = False) -> Response:
    dealer, today = own_dealer(visit), shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        calls = due_calls(visit.scope, connection, dealer, today)
        titles = titles_of(visit, connection, [found.content])
        may_pass_on = visit.may("passes_on")
        passed = passed_on(visit.scope, connection, found.cards[0]) if may_pass_on else []
    context = {
        "title": visit.say(N_("副本里的一个人")),
        "person": found,
        "is_open": is_open,
        "masked": masked,
        "fields": list(fields_shown(found)),
        "stands_of": {each.corrected_as: each for each in SHARED_FIELDS},
        "shown": lambda name: shown(found, name, visit.say),
        "value": value_of,
        "health_fields": HEALTH_FIELDS,
        "form": form,
        "sent": visit.request.url.path.rpartition("/")[2],
        "calls": [call for call in calls if call.shared.key == found.key],
        "titles": titles,
        "passed": passed,
        "inputs": list(_correctable(found)),
        "channels": CHANNELS,
        "outcomes": OUTCOMES,
        "known_at": rfc3339(visit.site.now_us()),
        "today": today,
    }
    return visit.render("copy_row.html", context, 422 if form.is_wrong else 200)
