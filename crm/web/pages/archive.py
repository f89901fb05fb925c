"""The archive of one person, on a page that one would print; what is hidden opens by a tap."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from campaigns.times import day_end_us, day_start_us, shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import COMMAND, Access, accesses_of_cards, log_accesses
from crm.accounts.people import names_of
from crm.activities.queries import activity
from crm.archives.queries import WholeArchive, whole_archive
from crm.consents.uses import Standing, may_show
from crm.copies.queries import dealer_names
from crm.copies.row_keys import row_keys
from crm.feed.given_back import GivenBack, given_back
from crm.feed.history import taken_since
from crm.feed.recall_queries import RecalledCopy, still_with_dealers
from crm.invitations.queries import InvitedTo, invitations_of
from crm.journal.numbers import numbers_of
from crm.letters.queries import letters_of, own_templates
from crm.people.found import FoundPerson
from crm.people.queries import people_by_id
from crm.rights.queries import heard_by, requests_of
from crm.storage.database import reading, writing
from crm.web.desk.names import sources_shown
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.consents import changing
from crm.web.pages.letter_templates import in_words
from crm.web.pages.people_lists import may_invite
from crm.web.view.archive_view import (
    TIMELINE_GROUPS,
    ArchiveView,
    Opened,
    hidden_value,
    is_health_field,
    is_hidden_field,
)
from crm.web.view.event_view import address_of
from crm.web.view.matching_labels import EVIDENCE, LEVELS, THINGS
from crm.web.view.person_acts import ACTS, PersonAct
from crm.web.view.readings import readings_chart
from crm.web.view.voiding import may_void

router = APIRouter()

_LOOKS_SHOWN = 20
_READINGS = "readings"
"""What the access log calls the opening of all readings."""
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Asked:
    """How the page was asked for.

    at: the day as of whose end it is shown; None: now. only: a group of the timeline. opened: what
    the last tap asked for; readings: whether it asked for those.
    """

    at: date | None = None
    only: str = ""
    large: bool = False
    opened: Opened | None = None
    readings: bool = False


@router.get("/people/{name}")
def archive_page(
    visit: SignedIn,
    name: str,
    at: Annotated[str, Query(max_length=10)] = "",
    only: Annotated[str, Query(max_length=16)] = "",
    large: bool = False,
) -> Response:
    """What the company knows of one person, now or as it stood on a day."""
    asked = Asked(_day(at), only, large)
    return _page(visit, name, asked)


@router.post("/people/{name}/reveal")
def reveal(posting: SignedInPosting, name: str) -> Response:
    """Open one hidden field; who did it and when is kept before the value is shown."""
    visit = posting.visit
    opened = Opened(
        posting.text("card_id", 64),
        posting.text("field", 32),
        posting.text("source", 256),
        posting.text("event_id", 64),
    )
    visit.scope.require("opens", "what is masked stays so")
    if is_health_field(opened.field):
        visit.scope.require("health", "health is not for everybody")
    if not is_hidden_field(opened.field):
        raise NotFound
    at = _day(posting.text("at", 10))
    whole = _load(visit, name, at)
    value = hidden_value(whole.archive, opened)
    if value is None:
        raise NotFound
    with writing(visit.site.engine) as connection:
        access = Access(visit.site.now_us(), visit.account.actor, opened.card_id, opened.field)
        log_accesses(connection, [access])
    if visit.wants_json:
        return JSONResponse({"value": value})
    return _page(visit, name, Asked(at, opened=opened), whole)


@router.post("/people/{name}/readings")
def open_readings(posting: SignedInPosting, name: str) -> Response:
    """Open the readings as picture and table; who did it and when is kept before."""
    visit = posting.visit
    visit.scope.require("opens", "what is masked stays so")
    visit.scope.require("health", "health is not for everybody")
    at = _day(posting.text("at", 10))
    whole = _load(visit, name, at)
    cards = sorted({reading.card_id for reading in whole.dossier.readings})
    if not cards:
        raise NotFound
    now_us, actor = visit.site.now_us(), visit.account.actor
    with writing(visit.site.engine) as connection:
        log_accesses(connection, [Access(now_us, actor, card, _READINGS) for card in cards])
    return _page(visit, name, Asked(at, readings=True), whole)


def _day(text: str) -> date | None:
    """The day that was asked for; None where none was, or none that there can be."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _EARLIEST <= day <= _LATEST else None


def _load(visit: Visit, name: str, at: date | None) -> WholeArchive:
    site = visit.site
    now_us = site.now_us()
    at_us = None if at is None else min(now_us, day_start_us(at + timedelta(days=1)) - 1)
    with reading(site.engine) as connection:
        found = whole_archive(visit.scope, connection, site.keyring, name, now_us, at_us)
    if found is None:
        raise NotFound
    return found


def _page(visit: Visit, name: str, asked: Asked, whole: WholeArchive | None = None) -> Response:
    whole = whole or _load(visit, name, asked.at)
    archive, dossier = whole.archive, whole.dossier
    today = shanghai_day(visit.site.now_us())
    only = asked.only if asked.only in TIMELINE_GROUPS else ""
    may_open = may_show(
        Standing(archive["restricted"], archive["deceased"]),
        sees_restricted=visit.scope.may("restricted"),
    )
    context = {
        "title": visit.say(N_("患者档案")),
        "view": ArchiveView(archive, asked.opened, today, only),
        "whole": whole,
        "at": asked.at,
        "large": asked.large,
        "only": only,
        "groups": TIMELINE_GROUPS,
        "may_open": visit.scope.may("opens") and may_open,
        "may_withdraw": asked.at is None and visit.account.may_say("consent.withdrawn"),
        "may_take_back": lambda item: asked.at is None and may_void(visit.account, item),
        "acts": [act for act in ACTS if act.in_list and _offers(visit, act, asked.at, archive)],
        "said_as": {(item["source"], item["id"]): item for item in archive["timeline"]},
        "new_id": lambda: str(uuid4()),
        "is_changing": changing(visit, archive),
        "readings_open": asked.readings,
        "chart": readings_chart(dossier.readings) if asked.readings else None,
        "evidence": EVIDENCE,
        "things": THINGS,
        "levels": LEVELS,
        **_letters(visit, archive),
        "invitations": _invitations(visit, archive),
        "may_invite": asked.at is None and may_invite(visit),
        "accesses": None,
        "taken": {},
        "recalled": [],
        "given_back": [],
        "numbers": {},
        "address_of": address_of,
        "names": {},
        **_others(visit, whole),
    }
    if visit.scope.may("looks"):
        context |= _looks(visit, whole, asked.at)
    context |= _requests(visit, archive)
    return visit.render("archive.html", context)


def _offers(visit: Visit, act: PersonAct, at: date | None, archive: dict[str, Any]) -> bool:
    """Whether the button of an act stands on the page of this person."""
    if at is not None or not visit.account.may_say(act.says):
        return False
    if act.path == "different":
        return len(archive["cards"]) > 1
    is_there = any(not card["erased"] for card in archive["cards"])
    return is_there and not (act.path == "deceased" and archive["deceased"])


def _others(visit: Visit, whole: WholeArchive) -> dict[str, Any]:
    """The others of the household and of kin as lists show them, names of dealers, activities."""
    dossier = whole.dossier
    ids = sorted({*dossier.household, *(kin.person_id for kin in dossier.kin)})
    wanted = {item["data"].get("activity_id") for item in whole.archive["timeline"]} - {None}
    with reading(visit.site.engine) as connection:
        people: dict[str, FoundPerson] = {}
        if visit.scope.may("people"):
            people = {p.person_id: p for p in people_by_id(visit.scope, connection, ids)}
        dealers = dealer_names(connection)
        held = [activity(visit.scope, connection, activity_id) for activity_id in wanted]
        sources = {word["source"] for word in whole.archive["consents"]}
        sources |= {card["source"] for card in whole.archive["cards"]}
        sayers = sources_shown(visit, connection, sources)
    activities = {row.activity_id: row.title for row in held if row is not None}
    return {"people": people, "dealers": dealers, "sayers": sayers, "activities": activities}


def _requests(visit: Visit, archive: dict[str, Any]) -> dict[str, Any]:
    """What the person asked for: all of it, or what the visitor entered; None: not to be seen."""
    ids = [card["card_id"] for card in archive["cards"]]
    found: dict[str, Any] = {"requests": None, "heard": None}
    with reading(visit.site.engine) as connection:
        if visit.scope.may("requests"):
            of = (visit.scope, connection, visit.site.keyring)
            found["requests"] = requests_of(*of, ids)
        elif visit.scope.may("hears"):
            found["heard"] = heard_by(visit.scope, connection, ids, visit.account.actor)
    return found


def _letters(visit: Visit, archive: dict[str, Any]) -> dict[str, Any]:
    """What the person was sent, and what its own templates are called."""
    with reading(visit.site.engine) as connection:
        cards = [card["card_id"] for card in archive["cards"]]
        sent = letters_of(visit.scope, connection, cards)
        names = {each.name for each in sent}
        own = own_templates(visit.scope, connection, names)
    subjects = {name: in_words(visit, each).subject for name, each in own.items()}
    return {"letters": sent, "letter_subjects": subjects}


def _invitations(visit: Visit, archive: dict[str, Any]) -> list[InvitedTo]:
    """To what the person is invited."""
    with reading(visit.site.engine) as connection:
        cards = [card["card_id"] for card in archive["cards"]]
        return invitations_of(visit.scope, connection, cards)


def _looks(visit: Visit, whole: WholeArchive, at: date | None) -> dict[str, Any]:
    """Who looked at what is masked, and who took a copy in which it stands."""
    archive = whole.archive
    until_us = visit.site.now_us() if at is None else day_end_us(at)
    with reading(visit.site.engine) as connection:
        cards = [card["card_id"] for card in archive["cards"]]
        recalled: list[RecalledCopy] = []
        gone: list[GivenBack] = []
        if whole.copies is not None and at is None:
            row_key = row_keys(visit.site.keyring.secret("copies"))
            recalled = still_with_dealers(visit.scope, connection, row_key, cards)
            gone = given_back(visit.scope, connection, row_key, cards)
        since = (
            {each.dealer: each.first for each in reversed(gone)}
            | {each.recall.dealer: each.first for each in recalled}
            | {copy.dealer: copy.since for copy in whole.copies or () if copy.since is not None}
        )
        taken = {
            dealer: taken_since(visit.scope, connection, dealer, first, until_us)
            for dealer, first in since.items()
        }
        looks = accesses_of_cards(visit.scope, connection, cards)[:_LOOKS_SHOWN]
        actors = {each.actor for found in taken.values() for each in found}
        names = names_of(connection, actors.union(look.actor for look in looks))
        said = [(item["source"], item["id"]) for item in archive["timeline"]]
        numbers = numbers_of(visit.scope, connection, said)
    return {
        "numbers": numbers,
        "accesses": looks,
        "taken": taken,
        "recalled": [each.recall for each in recalled],
        "given_back": gone,
        "names": {COMMAND: visit.say(N_("总部（命令行）")), **names},
    }
