"""The archive of one person, and whom to call."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import COMMAND, Access, accesses_of_cards, log_accesses
from crm.accounts.people import names_of
from crm.activities.queries import activity
from crm.archives.queries import archive
from crm.consents.uses import Standing, may_show
from crm.follow_ups.queries import due_follow_ups
from crm.people.queries import PAGE_ROWS, people_by_id
from crm.storage.database import reading, writing
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.view.archive_view import (
    ArchiveView,
    Opened,
    hidden_value,
    is_health_field,
    is_hidden_field,
)

router = APIRouter()

_LOOKS_SHOWN = 20


@router.get("/follow-ups")
def follow_ups_page(visit: SignedIn) -> Response:
    """Whom to call, the most overdue first."""
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        due, total = due_follow_ups(visit.scope, connection, today, limit=PAGE_ROWS)
        ids = sorted({row.person_id for row in due})
        people = {p.person_id: p for p in people_by_id(visit.scope, connection, ids)}
    context = {
        "title": visit.say(N_("到期的回访")),
        "today": today,
        "yesterday": today - timedelta(days=1),
        "due": due,
        "total": total,
        "people": people,
    }
    return visit.render("follow_ups.html", context)


@router.get("/people/{name}")
def archive_page(visit: SignedIn, name: str, withdrawn: bool = False) -> Response:
    """What the company knows of one person; what is hidden opens by a tap, which is logged."""
    return _archive(visit, name, None, withdrawn=withdrawn)


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
    known = _load(visit, name)
    value = hidden_value(known, opened)
    if value is None:
        raise NotFound
    with writing(visit.site.engine) as connection:
        access = Access(visit.site.now_us(), visit.account.actor, opened.card_id, opened.field)
        log_accesses(connection, [access])
    if visit.wants_json:
        return JSONResponse({"value": value})
    return _archive(visit, name, opened, known)


def _load(visit: Visit, name: str) -> dict[str, Any]:
    with reading(visit.site.engine) as connection:
        found = archive(visit.scope, connection, visit.site.keyring, name, visit.site.now_us())
    if found is None:
        raise NotFound
    return found


def _activities(visit: Visit, known: dict[str, Any]) -> dict[str, str]:
    """The titles of the activities at which something happened, by id."""
    ids = {item["data"].get("activity_id") for item in known["timeline"]} - {None}
    with reading(visit.site.engine) as connection:
        found = [activity(visit.scope, connection, activity_id) for activity_id in ids]
    return {row.activity_id: row.title for row in found if row is not None}


def _archive(
    visit: Visit,
    name: str,
    opened: Opened | None,
    known: dict[str, Any] | None = None,
    *,
    withdrawn: bool = False,
) -> Response:
    known = known or _load(visit, name)
    context = {
        "title": visit.say(N_("患者档案")),
        "view": ArchiveView(known, opened, shanghai_day(visit.site.now_us())),
        "may_open": visit.scope.may("opens")
        and may_show(
            Standing(known["restricted"], known["deceased"]),
            sees_restricted=visit.scope.may("restricted"),
        ),
        "may_withdraw": visit.account.may_say("consent.withdrawn"),
        "new_id": lambda: str(uuid4()),
        "withdrawn": withdrawn,
        "accesses": None,
        "names": {},
        "activities": _activities(visit, known),
    }
    if visit.scope.may("looks"):
        with reading(visit.site.engine) as connection:
            cards = [card["card_id"] for card in known["cards"]]
            looks = accesses_of_cards(visit.scope, connection, cards)[:_LOOKS_SHOWN]
            context["accesses"] = looks
            names = names_of(connection, {look.actor for look in looks})
            context["names"] = {COMMAND: visit.say(N_("总部（命令行）")), **names}
    return visit.render("archive.html", context)
