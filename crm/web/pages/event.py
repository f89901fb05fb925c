"""One event: what it said, who said it and when, what became of it and why; and taking it back."""

import re
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.events.base import EventData
from campaigns.events.upkeep import EventVoided
from campaigns.wording.catalogues import N_
from crm.accounts.people import Account, accounts
from crm.copies.queries import dealer_names, own_row_key
from crm.entries.own_events import going_back, own_numbered
from crm.journal.numbers import events_numbered, events_with_id, number_of, numbers_of
from crm.ledger.queries import moved_by, paid_with
from crm.outcomes.asking import handled_by
from crm.outcomes.queries import EventStatus, WholeEvent, event_status, whole_event
from crm.outcomes.register import say_handled, say_open
from crm.outcomes.voids import NEVER_VOIDED, may_void_anything
from crm.scope import Scope
from crm.storage.database import reading, writing
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.desk.changes import what_changes
from crm.web.desk.names import names_shown
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.event_links import opened, page_shown, request_page
from crm.web.pages.events import sentence
from crm.web.pages.own_forms import names_seen
from crm.web.view.desk_labels import REASONS
from crm.web.view.event_form import desk_of
from crm.web.view.event_view import CARD_FIELDS, address_of, has_personal, said_fields
from crm.web.view.person_acts import VOID_REASONS
from crm.web.view.said import VOIDED

router = APIRouter()

_FORM = re.compile(r"[0-9A-Fa-f]{8}")
_ASK_FOR_SOMEBODY = ("rejected", "failed")
_MENDABLE = (*_ASK_FOR_SOMEBODY, "waiting")
_CHOOSE = N_("请选一个原因。")
_PHONE = N_("手机或网页")
_SHEET = N_("签到表")
_MACHINE = N_("对接的系统")


@router.get("/event")
def event_page(visit: SignedIn, source: str = "", id: str = "") -> Response:
    """One event, by its source and id."""
    return _page(visit, (source, id), ActForm())


@router.post("/event/void")
def void(posting: SignedInPosting) -> Response:
    """Take it back, with a reason."""
    visit = posting.visit
    sayer_of(visit, [VOIDED])
    identity = (posting.text("of_source", 256), posting.text("of_id", 64))
    whole = seen_event(visit, identity)
    if not may_take_back(visit.account, whole):
        raise NotFound
    reason = posting.text("reason_code")
    faults = {} if reason in VOID_REASONS else {"reason_code": visit.say(_CHOOSE)}
    said = {"of_source": identity[0], "of_id": identity[1], "reason_code": reason}
    act = Act(VOIDED, said, whole.said.subject)
    doubts = () if faults else what_changes(visit, [act])
    answer = say(posting, [act], faults=faults, doubts=doubts)
    if answer.form is not None:
        return _page(visit, identity, answer.form)
    return done(visit, address_of(*identity), answer)


@router.post("/event/handled")
def handled(posting: SignedInPosting) -> Response:
    """Somebody saw to what was not recorded, or it asks for somebody after all."""
    visit = posting.visit
    sayer_of(visit, [VOIDED])
    visit.scope.require("events", "outcomes of others' events")
    identity = (posting.text("of_source", 256), posting.text("of_id", 64))
    whole = seen_event(visit, identity)
    if whole.status.outcome not in _ASK_FOR_SOMEBODY:
        raise NotFound
    position = whole.said.position
    with writing(visit.site.engine) as connection:
        if posting.text("state", 8) == "open":
            say_open(visit.scope, connection, position)
        else:
            actor, now_us = visit.account.actor, visit.site.now_us()
            say_handled(visit.scope, connection, position, actor=actor, now_us=now_us)
    return RedirectResponse(address_of(*identity), 303)


@router.post("/status/retry")
def retry(posting: SignedInPosting) -> Response:
    """Record again what failed, after its cause was mended."""
    visit = posting.visit
    visit.scope.require("runs", "who records again what failed")
    if visit.site.retry is not None:
        visit.site.retry()
    return RedirectResponse("/events?outcome=failed", 303)


def may_take_back(account: Account, whole: WholeEvent) -> bool:
    """Whether it may be voided: the own word, or any as headquarters; the door judges the same."""
    return whole.status.outcome not in ("voided", "rejected") and _may_void(account, whole)


def _may_void(account: Account, whole: WholeEvent) -> bool:
    credential = account.credential
    if credential is None or not account.may_say(VOIDED) or whole.said.type_name in NEVER_VOIDED:
        return False
    return may_void_anything(credential.role) or whole.said.source == account.source


def may_mend(visit: Visit, whole: WholeEvent) -> bool:
    """Whether its fields may be mended and said again: for themselves, and by a dealer's people by
    way of the row where it was said so, as long as the row stands.

    The old word is taken back with it, so that it never comes to count beside the new one.
    """
    return (
        whole.status.outcome in _MENDABLE
        and not whole.said.blank
        and (visit.scope.dealer is None or whole.said.source == visit.account.source)
        and visit.account.credential is not None
        and visit.account.may_say(whole.said.type_name)
        and (whole.said.type_name in NEVER_VOIDED or _may_void(visit.account, whole))
        and (not _goes_by_row(visit, whole) or row_key(visit, whole) is not None)
    )


def _goes_by_row(visit: Visit, whole: WholeEvent) -> bool:
    return visit.scope.dealer is not None and whole.said.by_row


def row_key(visit: Visit, whole: WholeEvent) -> str | None:
    """By which row a dealer says it again; None where it is not by one, or has it no more."""
    if not _goes_by_row(visit, whole):
        return None
    with reading(visit.site.engine) as connection:
        return own_row_key(visit.scope, connection, whole.said.subject)


def found_by_number(
    scope: Scope, connection: Connection, text: str, own_source: str
) -> Iterator[tuple[str, EventStatus, str]]:
    """(address, event, its number) of what a number stands for, or an id that its sender made: of
    the own ones, of those of the own dealer, or of everybody's; or of a payment's reference."""
    found: dict[tuple[str, str], EventStatus] = {}
    names: list[tuple[str, str]] = []
    if scope.may("events"):
        sources = [f"/phones/{known.actor}" for known in accounts(connection)]
        names += events_numbered(connection, text, sources)
        if scope.may("money"):
            names += paid_with(scope, connection, text)
    elif _FORM.fullmatch(form := text.partition("-")[0]):
        own = own_numbered(connection, own_source, form)
        found = {(each.source, each.id): each for each in own}
    if scope.may("events") or scope.may("own_copy"):
        names += events_with_id(scope, connection, text)
    for name in dict.fromkeys(names):
        status = event_status(scope, connection, *name)
        found |= {} if status is None else {name: status}
    numbers = numbers_of(scope, connection, found)
    for name, status in found.items():
        if "-" not in text or name in names or numbers[name] == text.upper():
            yield address_of(*name), status, numbers[name]


def seen_event(visit: Visit, identity: tuple[str, str]) -> WholeEvent:
    """One event that the visitor may see: an own word, the own dealer's, or anybody's; NotFound."""
    own = visit.account.source
    if identity[0] != own and not visit.may("events") and not visit.may("own_copy"):
        raise NotFound
    with reading(visit.site.engine) as connection:
        found = whole_event(visit.scope, connection, visit.site.keyring, identity, own)
    if found is None:
        raise NotFound
    return found


def _page(visit: Visit, identity: tuple[str, str], form: ActForm) -> Response:
    whole = seen_event(visit, identity)
    status, said = whole.status, whole.said
    with reading(visit.site.engine) as connection:
        seen = handled_by(visit.scope, connection, said.position) if visit.may("events") else None
        actors = {status.actor, *(word.actor for word in whole.voids)}
        actors |= {seen[0]} if seen else set()
        opens, page = opened(visit, connection, said), page_shown(visit, connection, said)
        is_going = whole.said.key in going_back(connection, {said.subject})
        person = names_seen(visit, connection, {said.subject}).get(said.subject)
        names = names_shown(visit, connection, actors)
        names |= dealer_names(connection)
        money = visit.scope.may("money") and visit.scope.dealer is None
        asking = request_page(visit, connection, identity, said.subject)
        moved = moved_by(visit.scope, connection, said.position) if money else []
    context = {
        "title": visit.say(N_("事件")),
        "event": said,
        "status": status,
        "sentence": sentence(visit, status),
        "fields": list(said_fields(said, visit.language, visit.say, hidden=_hidden_from(visit))),
        "is_personal": has_personal(said),
        "page": page,
        "request_page": asking,
        "person": person,
        "is_going": is_going,
        "opens": opens,
        "seen": seen,
        "again": _again(visit, whole, opens),
        "mend": "" if is_going else _mend(visit, whole),
        "is_open": status.outcome in _ASK_FOR_SOMEBODY,
        "may_handle": visit.may("events") and visit.account.may_say(VOIDED),
        "names": names,
        "way": visit.say(_way(said.source)),
        "number": number_of(visit.scope, said.id, said.position),
        "voids": [(address_of(word.source, word.id), word) for word in whole.voids],
        "takes_back": _target(said.data),
        "moved": moved,
        "may_take_back": may_take_back(visit.account, whole) and not is_going,
        "reasons": [(code, visit.say(REASONS[code])) for code in VOID_REASONS],
        "form": form,
    }
    return visit.render("event.html", context, 422 if form.is_wrong else 200)


def _hidden_from(visit: Visit) -> frozenset[str]:
    """Fields that a dealer never sees: what it said of a row was journaled of the card, and by
    their cards two dealers could tell that they know one person."""
    return frozenset() if visit.scope.dealer is None else CARD_FIELDS


_AT_ACTIVITIES = frozenset({"activity.attended", "clinic.consulted", "card.registered"})


def _again(visit: Visit, whole: WholeEvent, opens: frozenset[str]) -> str:
    """Where what was not recorded is said anew: the form of its activity, or the archive."""
    said = whole.said
    if whole.status.outcome != "rejected" or not visit.account.may_say(said.type_name):
        return ""
    named = f"/activities/{getattr(said.data, 'activity_id', '')}"
    if said.type_name in _AT_ACTIVITIES and named in opens and visit.may_say("activity.attended"):
        return named.replace("/activities/", "/log/")
    return next((each for each in sorted(opens) if each.startswith("/people/")), "")


def _mend(visit: Visit, whole: WholeEvent) -> str:
    """Where its fields are mended: the form of its type, or the desk that has one of its own."""
    if not may_mend(visit, whole):
        return ""
    said = whole.said
    again = address_of(said.source, said.id).replace("/event?", "/event/again?")
    return desk_of(said.type_name) or again


def _target(data: EventData) -> str:
    """The page of what an event takes back; empty for every other."""
    return address_of(data.of_source, data.of_id) if isinstance(data, EventVoided) else ""


def _way(source: str) -> str:
    """How it came in."""
    if source.startswith("/phones/"):
        return _PHONE
    return _SHEET if source.startswith("/sheets") else _MACHINE
