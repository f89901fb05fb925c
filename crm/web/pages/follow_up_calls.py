"""One call: of whom, opened by a tap, how it went, and on to the next; or another day."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.events.care import FollowUpDone, TrialStarted
from campaigns.identifiers import mobile_e164
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.accounts.people import names_of
from crm.archives.queries import person_then
from crm.components.evaluation import PersonView
from crm.follow_ups.due import DueFollowUp
from crm.follow_ups.queries import due_follow_ups, open_follow_up, tasks_of
from crm.follow_ups.register import call_later
from crm.identity.traits import PLACEHOLDER_PHONES
from crm.journal.logged_event import LoggedEvent
from crm.letters.addressee import cards_by_trust
from crm.people.queries import people_by_id
from crm.storage.database import reading, writing
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.follow_ups import DONE, MOST_DIGITS, Chosen, Part, chosen_in, day_of

router = APIRouter()

CHANNELS = ("phone", "visit", "wechat", "sms")
OUTCOMES = ("reached", "not_reached", "refused")
_OPENED = ("name", "phones")
"""What the access log calls what is opened for a call."""
_NO_DAY = N_("请选明天到 90 天以内的一天。")
_MOST_DAYS_LATER = 90


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a call is for, once that was opened; phones: (as written, as it is dialled)."""

    names: tuple[str, ...]
    phones: tuple[tuple[str, str], ...]


@router.get("/follow-ups/{trial_id}/{number}")
def call_page(visit: SignedIn, trial_id: str, number: str, chosen: Part) -> Response:
    """One call: of whom, what it is about, how it went before; name and phone still masked."""
    return _call(visit, _find(visit, trial_id, number), chosen, ActForm())


@router.post("/follow-ups/{trial_id}/{number}/open")
def open_call(posting: SignedInPosting, trial_id: str, number: str) -> Response:
    """Name and phones, to be dialled by a tap; who opened them is kept before they are shown."""
    visit = posting.visit
    visit.scope.require("opens", "what is masked stays so")
    due = _find(visit, trial_id, number)
    person = _person(visit, due)
    with writing(visit.site.engine) as connection:
        now_us, actor = visit.site.now_us(), visit.account.actor
        looks = [
            Access(now_us, actor, card.card_id, field) for card in person.cards for field in _OPENED
        ]
        log_accesses(connection, looks)
    return _call(visit, due, chosen_in(posting), ActForm(), person, is_open=True)


@router.post("/follow-ups/{trial_id}/{number}/later")
def later(posting: SignedInPosting, trial_id: str, number: str) -> Response:
    """Not today: nobody is asked to call before the day that is given."""
    visit, chosen = posting.visit, chosen_in(posting)
    sayer_of(visit, [DONE])
    due = _find(visit, trial_id, number)
    today, day = shanghai_day(visit.site.now_us()), day_of(posting.text("not_before", 10))
    if day is None or not 0 < (day - today).days <= _MOST_DAYS_LATER:
        form = ActForm(typed=posting.text_of, faults={"not_before": visit.say(_NO_DAY)})
        return _call(visit, due, chosen, form)
    with writing(visit.site.engine) as connection:
        actor, now_us = visit.account.actor, visit.site.now_us()
        call_later(visit.scope, connection, trial_id, day, actor=actor, now_us=now_us)
    return RedirectResponse(f"/follow-ups?{chosen.query}&later={day}", 303)


@router.post("/follow-ups/{trial_id}/{number}/done")
def call_done(posting: SignedInPosting, trial_id: str, number: str) -> Response:
    """How it went; on to the next one of the list."""
    visit, chosen = posting.visit, chosen_in(posting)
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
        return _call(visit, due, chosen, answer.form)
    today, asking = shanghai_day(visit.site.now_us()), chosen.asking(visit.account.actor)
    with reading(visit.site.engine) as connection:
        following = due_follow_ups(visit.scope, connection, today).after(due, asking)
    if following is None:
        return done(visit, f"/follow-ups?{chosen.query}", answer)
    on = f"/follow-ups/{following.trial_id}/{following.number}?{chosen.query}"
    return done(visit, on, answer)


def _find(visit: Visit, trial_id: str, number: str) -> DueFollowUp:
    visit.scope.require("follow_ups", "follow-ups are the company's")
    if not number.isdecimal() or len(number) > MOST_DIGITS:
        raise NotFound
    with reading(visit.site.engine) as connection:
        today = shanghai_day(visit.site.now_us())
        found = open_follow_up(visit.scope, connection, trial_id, int(number), today)
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
    chosen: Chosen,
    form: ActForm,
    person: PersonView | None = None,
    *,
    is_open: bool = False,
) -> Response:
    person = person or _person(visit, due)
    today = shanghai_day(visit.site.now_us())
    events = sorted((e for card in person.cards for e in card.events), key=lambda e: e.order)
    with reading(visit.site.engine) as connection:
        (found,) = people_by_id(visit.scope, connection, [due.person_id])
        calls = [each for each in events if isinstance(each.data, FollowUpDone)]
        names = names_of(connection, {each.actor for each in calls})
        tasks = tasks_of(visit.scope, connection, due.person_id, today)
    trial = next((each for each in events if _is_trial(each, due.trial_id)), None)
    context = {
        "title": visit.say(N_("回访")),
        "due": due,
        "today": today,
        "person": found,
        "trial": trial,
        "about": list(dict.fromkeys(each.about for each in (due, *tasks) if each.about)),
        "calls": calls,
        "names": names,
        "opened": reached(person) if is_open else None,
        "chosen": chosen,
        "soonest": today + timedelta(days=1),
        "latest": today + timedelta(days=_MOST_DAYS_LATER),
        "form": form,
        "channels": CHANNELS,
        "outcomes": OUTCOMES,
    }
    return visit.render("follow_up.html", context, 422 if form.is_wrong else 200)


def _is_trial(event: LoggedEvent, trial_id: str) -> bool:
    return isinstance(event.data, TrialStarted) and event.data.trial_id == trial_id


def reached(person: PersonView) -> Reached:
    """Placeholders are no numbers: nobody answers there. One number is one, however it was written
    on several cards; it is read without the country that everybody is in. First what stands on the
    cards by which letters go: anybody may write a card with a number of their own."""
    cards = cards_by_trust(person)
    names = dict.fromkeys(card.name for card in cards if card.name)
    written = dict.fromkeys(phone for card in cards for phone in card.phones)
    phones: dict[str, str] = {}
    for phone in written:
        phones.setdefault(mobile_e164(phone) or phone, phone.removeprefix("+86").strip())
    return Reached(
        tuple(names),
        tuple(
            (phone, "".join(c for c in dialled if c.isdigit() or c == "+"))
            for dialled, phone in phones.items()
            if dialled not in PLACEHOLDER_PHONES
        ),
    )
