"""Whom to call: the list, one call at a time, how it went in one tap, and on to the next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from campaigns.events.care import FollowUpDone, TrialStarted
from campaigns.identifiers import mobile_e164
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.accounts.people import KnownAccount, accounts, names_of
from crm.accounts.roles import says_of, scope_of
from crm.archives.queries import person_then
from crm.components.evaluation import PersonView
from crm.follow_ups.queries import (
    ANYBODYS,
    NOBODYS,
    DueFollowUp,
    due_follow_ups,
    next_follow_up,
    open_follow_up,
)
from crm.follow_ups.register import CallName, assign
from crm.identity.traits import PLACEHOLDER_PHONES
from crm.journal.logged_event import LoggedEvent
from crm.people.queries import PAGE_ROWS, people_by_id
from crm.storage.database import reading, writing
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit

router = APIRouter()

DONE = "follow_up.done"
CHANNELS = ("phone", "visit", "wechat", "sms")
OUTCOMES = ("reached", "not_reached", "refused")
_MOST_DIGITS = 4
_MOST_AT_ONCE = 50
_CALL = "phones"
"""What the access log calls the opening of name and phones for a call."""
_NOBODY = N_("请选一位同事。")

Page = Annotated[int, Query(ge=1, le=100_000)]
Whose = Annotated[str, Query(max_length=8)]


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a call is for, once that was opened; phones: (as written, as it is dialled)."""

    names: tuple[str, ...]
    phones: tuple[tuple[str, str], ...]


@router.get("/follow-ups")
def follow_ups_page(visit: SignedIn, whose: Whose = ANYBODYS, page: Page = 1) -> Response:
    """Whom to call, the most overdue first; the own, those of nobody, or all."""
    return _list(visit, whose, page)


def _list(visit: Visit, whose: str, page: int, fault: str = "") -> Response:
    today, actor = shanghai_day(visit.site.now_us()), visit.account.actor
    who = {"mine": actor, NOBODYS: NOBODYS}.get(whose, ANYBODYS)
    skipped = (page - 1) * PAGE_ROWS
    with reading(visit.site.engine) as connection:
        due, total = due_follow_ups(visit.scope, connection, today, PAGE_ROWS, skipped, who)
        counts = {
            name: due_follow_ups(visit.scope, connection, today, 1, 0, each)[1]
            for name, each in (("mine", actor), (NOBODYS, NOBODYS), (ANYBODYS, ANYBODYS))
        }
        ids = sorted({row.person_id for row in due})
        people = {p.person_id: p for p in people_by_id(visit.scope, connection, ids)}
        names = names_of(connection, {row.owner for row in due if row.owner})
        colleagues = list(_colleagues(accounts(connection)))
    context = {
        "title": visit.say(N_("到期的回访")),
        "today": today,
        "due": due,
        "total": total,
        "people": people,
        "names": names,
        "whose": whose if whose in counts else ANYBODYS,
        "counts": counts,
        "colleagues": colleagues,
        "page": page,
        "pages": max(1, -(-total // PAGE_ROWS)),
        "fault": fault,
        "may_call": visit.may_say(DONE) and visit.may("opens"),
    }
    return visit.render("follow_ups.html", context, 422 if fault else 200)


@router.post("/follow-ups/assign")
def assign_calls(posting: SignedInPosting) -> Response:
    """Give the calls that are ticked to a colleague."""
    visit = posting.visit
    sayer_of(visit, [DONE])
    visit.scope.require("follow_ups", "follow-ups are the company's")
    calls, whose = list(_ticked(posting)), posting.text("whose", 8)
    with reading(visit.site.engine) as connection:
        known = {each.actor for each in _colleagues(accounts(connection))}
    owner = posting.text("owner", 64)
    if owner not in known:
        return _list(visit, whose, 1, visit.say(_NOBODY))
    with writing(visit.site.engine) as connection:
        actor, now_us = visit.account.actor, visit.site.now_us()
        calls = [call for call in calls if open_follow_up(visit.scope, connection, *call)]
        assign(visit.scope, connection, calls, owner, actor=actor, now_us=now_us)
    return RedirectResponse(f"/follow-ups?whose={whose}" if whose else "/follow-ups", 303)


def _ticked(posting: Posting) -> Iterator[CallName]:
    for chosen in posting.texts("chosen", 80)[:_MOST_AT_ONCE]:
        trial_id, _, number = chosen.rpartition("/")
        if trial_id and number.isdecimal() and len(number) <= _MOST_DIGITS:
            yield trial_id, int(number)


def _colleagues(known: list[KnownAccount]) -> Iterator[KnownAccount]:
    """Who may be given a call: open accounts that see the list and may say how it went."""
    for each in known:
        sees = scope_of(*each.roles, dealer=each.dealer).may("follow_ups")
        if each.is_open and sees and DONE in says_of(each.roles):
            yield each


@router.get("/follow-ups/{trial_id}/{number}")
def call_page(visit: SignedIn, trial_id: str, number: str, whose: Whose = ANYBODYS) -> Response:
    """One call: of whom, what it is about, how it went before; name and phone still masked."""
    return _call(visit, _find(visit, trial_id, number), whose, ActForm())


@router.post("/follow-ups/{trial_id}/{number}/open")
def open_call(posting: SignedInPosting, trial_id: str, number: str) -> Response:
    """Name and phones, to be dialled by a tap; who opened them is kept before they are shown."""
    visit = posting.visit
    visit.scope.require("opens", "what is masked stays so")
    due = _find(visit, trial_id, number)
    person = _person(visit, due)
    with writing(visit.site.engine) as connection:
        now_us, actor = visit.site.now_us(), visit.account.actor
        looks = [Access(now_us, actor, card.card_id, _CALL) for card in person.cards]
        log_accesses(connection, looks)
    return _call(visit, due, posting.text("whose", 8), ActForm(), person, is_open=True)


@router.post("/follow-ups/{trial_id}/{number}/done")
def call_done(posting: SignedInPosting, trial_id: str, number: str) -> Response:
    """How it went; on to the next one of the list."""
    visit, whose = posting.visit, posting.text("whose", 8)
    sayer_of(visit, [DONE])
    due = _find(visit, trial_id, number)
    data: dict[str, Any] = {
        "card_id": due.card_id,
        "channel": posting.text("channel", 16) or CHANNELS[0],
        "outcome": posting.text("outcome", 16),
    }
    if posting.text("note", 4_000):
        data["private"] = {"note": posting.text("note", 4_000)}
    answer = say(posting, [Act(DONE, data)])
    if answer.form is not None:
        return _call(visit, due, whose, answer.form)
    today = shanghai_day(visit.site.now_us())
    who = {"mine": visit.account.actor, NOBODYS: NOBODYS}.get(whose, ANYBODYS)
    with reading(visit.site.engine) as connection:
        following = next_follow_up(visit.scope, connection, today, due, who)
    if following is None:
        return done(visit, "/follow-ups", answer)
    on = f"?whose={whose}" if whose else ""
    return done(visit, f"/follow-ups/{following.trial_id}/{following.number}{on}", answer)


def _find(visit: Visit, trial_id: str, number: str) -> DueFollowUp:
    visit.scope.require("follow_ups", "follow-ups are the company's")
    if not number.isdecimal() or len(number) > _MOST_DIGITS:
        raise NotFound
    with reading(visit.site.engine) as connection:
        found = open_follow_up(visit.scope, connection, trial_id, int(number))
    if found is None:
        raise NotFound
    return found


def _person(visit: Visit, due: DueFollowUp) -> PersonView:
    site = visit.site
    with reading(site.engine) as connection:
        known = person_then(visit.scope, connection, site.keyring, due.card_id, site.now_us())
    if known is None:
        raise NotFound
    return known[0]


def _call(
    visit: Visit,
    due: DueFollowUp,
    whose: str,
    form: ActForm,
    person: PersonView | None = None,
    *,
    is_open: bool = False,
) -> Response:
    person = person or _person(visit, due)
    events = sorted((e for card in person.cards for e in card.events), key=lambda e: e.order)
    with reading(visit.site.engine) as connection:
        (found,) = people_by_id(visit.scope, connection, [due.person_id])
        calls = [each for each in events if isinstance(each.data, FollowUpDone)]
        names = names_of(connection, {each.actor for each in calls})
    trial = next((each for each in events if _is_trial(each, due.trial_id)), None)
    context = {
        "title": visit.say(N_("回访")),
        "due": due,
        "today": shanghai_day(visit.site.now_us()),
        "person": found,
        "trial": trial,
        "calls": calls,
        "names": names,
        "opened": _reached(person) if is_open else None,
        "whose": whose,
        "form": form,
        "channels": CHANNELS,
        "outcomes": OUTCOMES,
    }
    return visit.render("follow_up.html", context, 422 if form.is_wrong else 200)


def _is_trial(event: LoggedEvent, trial_id: str) -> bool:
    return isinstance(event.data, TrialStarted) and event.data.trial_id == trial_id


def _reached(person: PersonView) -> Reached:
    """Placeholders are no numbers: nobody answers there."""
    names = dict.fromkeys(card.name for card in person.cards if card.name)
    written = dict.fromkeys(phone for card in person.cards for phone in card.phones)
    phones = {phone: mobile_e164(phone) or phone for phone in written}
    return Reached(
        tuple(names),
        tuple(
            (phone, "".join(c for c in dialled if c.isdigit() or c == "+"))
            for phone, dialled in phones.items()
            if dialled not in PLACEHOLDER_PHONES
        ),
    )
