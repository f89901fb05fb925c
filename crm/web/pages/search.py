"""One search over everything that has a name or a number; and the list of all places."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.queries import activities_named
from crm.copies.queries import dealer_names
from crm.feed.finding import find_own
from crm.members.queries import Wanted as Members
from crm.members.queries import list_members
from crm.people.queries import find_people
from crm.reward_desk.queries import rewards_numbered
from crm.storage.database import reading
from crm.web.guards.visit import SignedIn, SignedInPosting, Visit
from crm.web.pages.copy import is_settled, keep_shown
from crm.web.pages.event import found_by_number
from crm.web.view.shared_fields import masked

router = APIRouter()

_SHOWN = 8
_NUMBER = re.compile(r"[0-9A-Fa-f]{8}")
_LONGEST = 80


@router.get("/more")
def places_page(visit: SignedIn) -> Response:
    """All places that are open, by work: what a phone's bar has no room for."""
    return visit.render("more.html", {"title": visit.say(N_("更多"))})


@router.get("/search")
def search_page(visit: SignedIn) -> Response:
    """An empty search."""
    return _page(visit, "", {})


@router.post("/search")
def found_page(posting: SignedInPosting) -> Response:
    """What fits a text, of each sort the first few; what is searched for stands in no address."""
    visit, text = posting.visit, posting.text("text", _LONGEST)
    if not text:
        return _page(visit, "", {})
    with reading(visit.site.engine) as connection:
        return _page(visit, text, _found(visit, connection, text))


def _found(visit: Visit, connection: Connection, text: str) -> dict[str, Any]:
    scope = visit.scope
    found: dict[str, Any] = {}
    if scope.may("people"):
        people, total = find_people(scope, connection, text, 1, visit.site.digest)
        found |= {"people": people[:_SHOWN], "people_total": total}
    if scope.may("own_copy") and scope.dealer and is_settled(visit, connection, scope.dealer):
        rows, total = find_own(scope, connection, scope.dealer, text, _SHOWN)
        keep_shown(visit, connection, scope.dealer, len(rows))
        found |= {"rows": rows, "people_total": total}
    if scope.may("activities"):
        found["activities"] = activities_named(scope, connection, text, _SHOWN)
    if scope.may("members"):
        found["members"], _ = list_members(scope, connection, Members(text), _SHOWN)
    if scope.may("copies"):
        found["dealers"] = [
            (code, name)
            for code, name in dealer_names(connection).items()
            if text.casefold() in f"{code} {name}".casefold()
        ][:_SHOWN]
    if scope.may("money") and _NUMBER.fullmatch(text):
        found["rewards"] = rewards_numbered(scope, connection, text)
    found["events"] = list(found_by_number(scope, connection, text, visit.account.source))
    return found


def _page(visit: Visit, text: str, found: Mapping[str, Any]) -> Response:
    context = {
        "title": visit.say(N_("查找")),
        "text": text,
        "people": found.get("people", ()),
        "rows": found.get("rows", ()),
        "masked": masked,
        "people_total": found.get("people_total", 0),
        "activities": found.get("activities", ()),
        "members": found.get("members", ()),
        "dealers": found.get("dealers", ()),
        "rewards": found.get("rewards", ()),
        "events": found.get("events", ()),
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("search.html", context)
