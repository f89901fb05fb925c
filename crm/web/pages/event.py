"""One event: what it said, who said it and when, what became of it and why; and taking it back."""

import re
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.events.base import EventData
from campaigns.events.upkeep import EventVoided
from campaigns.wording.catalogues import N_
from crm.accounts.people import Account, accounts, names_of
from crm.accounts.tokens import token_names
from crm.entries.own_words import own_numbered
from crm.ledger.queries import moved_by
from crm.outcomes.queries import EventStatus, WholeEvent, numbered, whole_event
from crm.outcomes.voids import NEVER_VOIDED, may_void_anything
from crm.scope import Scope
from crm.storage.database import reading
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.desk.changes import what_changes
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.events import sentence
from crm.web.view.desk_labels import REASONS
from crm.web.view.event_view import CARD_FIELDS, address_of, has_personal, home_of, said_fields
from crm.web.view.person_acts import VOID_REASONS
from crm.web.view.said import VOIDED, receipt_number

router = APIRouter()

_NUMBER = re.compile(r"[0-9A-Fa-f]{8}")
_OF_A_PAGE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
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
    whole = _whole(visit, identity)
    if not may_take_back(visit.account, whole):
        raise NotFound
    reason = posting.text("reason_code")
    faults = {} if reason in VOID_REASONS else {"reason_code": visit.say(_CHOOSE)}
    said = {"of_source": identity[0], "of_id": identity[1], "reason_code": reason}
    act = Act(VOIDED, said, whole.said.home)
    doubts = () if faults else what_changes(visit, [act])
    answer = say(posting, [act], faults=faults, doubts=doubts)
    if answer.form is not None:
        return _page(visit, identity, answer.form)
    return done(visit, address_of(*identity), answer)


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
    credential = account.credential
    if credential is None or not account.may_say(VOIDED):
        return False
    if whole.said.type_name in NEVER_VOIDED or whole.status.outcome in ("voided", "rejected"):
        return False
    return may_void_anything(credential.role) or whole.said.source == account.source


def found_by_number(
    scope: Scope, connection: Connection, text: str, own_source: str
) -> Iterator[tuple[str, EventStatus]]:
    """(address, event) of what a receipt number stands for: of the own ones, or of everybody's."""
    if not _NUMBER.fullmatch(text):
        return
    if scope.may("events"):
        sources = [f"/phones/{known.actor}" for known in accounts(connection)]
        found = numbered(scope, connection, text, sources)
    else:
        found = own_numbered(connection, own_source, text)
    for status in found:
        yield address_of(status.source, status.id), status


def _whole(visit: Visit, identity: tuple[str, str]) -> WholeEvent:
    own = visit.account.source
    if identity[0] != own and not visit.scope.may("events"):
        raise NotFound
    with reading(visit.site.engine) as connection:
        found = whole_event(visit.scope, connection, visit.site.keyring, identity, own)
    if found is None:
        raise NotFound
    return found


def _page(visit: Visit, identity: tuple[str, str], form: ActForm) -> Response:
    whole = _whole(visit, identity)
    status, said = whole.status, whole.said
    with reading(visit.site.engine) as connection:
        actors = {status.actor, *(word.actor for word in whole.voids)}
        names = token_names(connection, actors) | names_of(connection, actors)
        money = visit.scope.may("money") and visit.scope.dealer is None
        moved = moved_by(visit.scope, connection, said.position) if money else []
    context = {
        "title": visit.say(N_("事件")),
        "event": said,
        "status": status,
        "sentence": sentence(visit, status),
        "fields": list(said_fields(said, visit.language, visit.say, hidden=_hidden_from(visit))),
        "is_personal": has_personal(said),
        "home": _home(visit, whole),
        "names": names,
        "way": visit.say(_way(said.source)),
        "number": receipt_number(said.id) if _OF_A_PAGE.match(said.id) else "",
        "voids": [(address_of(word.source, word.id), word) for word in whole.voids],
        "takes_back": _target(said.data),
        "moved": moved,
        "may_take_back": may_take_back(visit.account, whole),
        "reasons": [(code, visit.say(REASONS[code])) for code in VOID_REASONS],
        "form": form,
    }
    return visit.render("event.html", context, 422 if form.is_wrong else 200)


def _hidden_from(visit: Visit) -> frozenset[str]:
    """Fields that a dealer never sees: what it said of a row was journaled of the card, and by
    their cards two dealers could tell that they know one person."""
    return frozenset() if visit.scope.dealer is None else CARD_FIELDS


def _home(visit: Visit, whole: WholeEvent) -> str:
    """The page of what it is about, where this visitor may open it."""
    kind = whole.said.home.partition("/")[0]
    opens = {"card": visit.scope.may("archive"), "activity": visit.scope.may("activities")}
    return home_of(whole.said) if opens.get(kind) else ""


def _target(data: EventData) -> str:
    """The page of what an event takes back; empty for every other."""
    return address_of(data.of_source, data.of_id) if isinstance(data, EventVoided) else ""


def _way(source: str) -> str:
    """How it came in."""
    if source.startswith("/phones/"):
        return _PHONE
    return _SHEET if source.startswith("/sheets") else _MACHINE
