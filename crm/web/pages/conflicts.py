"""Where those who corrected a card disagree: both words, who said them, and a button to decide."""

from dataclasses import asdict
from typing import Any
from uuid import uuid4

import orjson
from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.catalogue import wire_name
from campaigns.times import parse_instant_us, rfc3339
from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.accounts.people import names_of
from crm.archives.queries import OpenConflict, count_conflicts, open_conflicts
from crm.people.queries import PAGE_ROWS
from crm.scope import OutOfScope
from crm.storage.database import reading, writing
from crm.web.guards.visit import FormStale, NotFound, Posting, SignedIn, SignedInPosting, Visit

router = APIRouter()

_FIELD = "conflict"
"""What the access log calls the opening of one."""


@router.get("/conflicts")
def conflicts_page(visit: SignedIn) -> Response:
    """What waits for a decision, the oldest first; the words themselves open by a tap."""
    return _page(visit, None)


@router.post("/conflicts/open")
def open_conflict(posting: SignedInPosting) -> Response:
    """Show the words of one; who looked is kept before they are shown."""
    found = _find(posting)
    _keep_look(posting.visit, found)
    return _page(posting.visit, found)


@router.post("/conflicts/decide")
def decide(posting: SignedInPosting) -> Response:
    """Headquarters chooses one of the words: a correction like any other, which says it again."""
    visit = posting.visit
    visit.scope.require("decides", "headquarters decides")
    credential = visit.account.credential
    if credential is None:
        raise OutOfScope("who only looks decides nothing")
    found = _find(posting)
    chosen = (posting.text("source", 256), posting.text("event_id", 64))
    words = [word for word in found.words if (word.source, word.id) == chosen]
    if not words:
        raise FormStale
    line = orjson.dumps(_decision(visit, found, words[0].value, posting.text("form_id", 36)))
    (receipt,) = visit.site.intake.accept([line], credential)
    # A second tap finds the id in use: the first one has decided.
    if receipt.status == "refused" and receipt.reason != "id_reused":
        raise FormStale
    return RedirectResponse("/conflicts", 303)


def _decision(visit: Visit, found: OpenConflict, value: Any, form_id: str) -> dict[str, Any]:
    section, _, name = found.field.partition(".")
    return {
        "specversion": "1.0",
        "id": f"decision-{form_id}",
        "source": visit.account.source,
        "type": wire_name("card.corrected"),
        "subject": f"card/{found.card_id}",
        "time": rfc3339(visit.site.now_us()),
        "data": {"card_id": found.card_id, section: {name: value} if name else value},
    }


def _find(posting: Posting) -> OpenConflict:
    visit, card_id, field = posting.visit, posting.text("card_id", 64), posting.text("field", 32)
    with reading(visit.site.engine) as connection:
        for found in open_conflicts(
            visit.scope, connection, visit.site.keyring, visit.site.now_us(), card_id
        ):
            if found.field == field and found.words:
                return found
    raise NotFound


def _keep_look(visit: Visit, found: OpenConflict) -> None:
    with writing(visit.site.engine) as connection:
        access = Access(visit.site.now_us(), visit.account.actor, found.card_id, _FIELD)
        log_accesses(connection, [access])


def _page(visit: Visit, opened: OpenConflict | None) -> Response:
    now_us = visit.site.now_us()
    with reading(visit.site.engine) as connection:
        total = count_conflicts(visit.scope, connection)
        found = list(
            open_conflicts(visit.scope, connection, visit.site.keyring, now_us, limit=PAGE_ROWS)
        )
        names = names_of(connection, {word.actor for each in found for word in each.words})
    context = {
        "title": visit.say(N_("说法不一")),
        "total": total,
        "conflicts": [
            {
                **asdict(each),
                "open": each == opened,
                "since_us": parse_instant_us(each.since),
                "words": [
                    {**asdict(word), "at_us": parse_instant_us(word.time)} for word in each.words
                ],
                "form_id": str(uuid4()),
            }
            for each in found
        ],
        "names": names,
        "may_decide": visit.scope.may("decides"),
    }
    return visit.render("conflicts.html", context)
