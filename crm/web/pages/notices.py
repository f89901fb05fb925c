"""The notices as people see and hear them: large print, and a text to be read aloud."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import LANGUAGES
from crm.copies.queries import dealer_name
from crm.notices.notice import PURPOSES, Notice, NoticeInvalid, notice
from crm.notices.packaged import require_own
from crm.notices.queries import current_notices, find_notice, notices
from crm.notices.register import add_notice
from crm.storage.database import reading
from crm.web.guards.visit import (
    AnyVisit,
    NotFound,
    Posting,
    SignedIn,
    SignedInPosting,
    Visit,
)

router = APIRouter()

_LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice in the visitor's language, as the phone form has it."""

    version: str
    spoken: str
    href: str


@router.get("/notices")
def notices_page(visit: SignedIn) -> Response:
    """Every version, which one is shown now, and the form for the next one."""
    return _list(visit)


@router.post("/notices")
def add(posting: SignedInPosting) -> Response:
    """Keep a new version; from now on it is shown, and never changed."""
    visit = posting.visit
    visit.scope.require("accounts", "who adds what people agree to")
    texts = {name: posting.text(f"text_{name}", _LONGEST_TEXT) for name in LANGUAGES}
    version, purpose = posting.text("version", 64), posting.text("purpose", 32)
    try:
        made = notice(version, purpose, {name: text for name, text in texts.items() if text})
        require_own(made)
        add_notice(visit.site.engine, made, visit.site.now_us(), visit.account.actor)
    except NoticeInvalid as error:
        return _list(visit, error.said(visit.language), posting)
    return RedirectResponse("/notices", 303)


def _list(visit: Visit, fault: str = "", posting: Posting | None = None) -> Response:
    visit.scope.require("accounts", "who adds what people agree to")
    with reading(visit.site.engine) as connection:
        found, current = notices(connection), current_notices(connection)
    purpose = posting.text("purpose", 32) if posting else visit.request.query_params.get("purpose")
    chosen = current.get(purpose or "", current[PURPOSES[0]])
    context = {
        "title": visit.say(N_("告知书")),
        "notices": list(reversed(found)),
        "current": current,
        "chosen": chosen,
        "purposes": PURPOSES,
        "languages": LANGUAGES,
        "fault": fault,
        "typed": posting.text_of if posting else lambda _name: "",
        "is_typed": posting is not None,
    }
    return visit.render("notices.html", context, 422 if fault else 200)


@router.get("/notices/{version}/{purpose}")
def notice_page(visit: AnyVisit, version: str, purpose: str, dealer: str = "") -> Response:
    """Open to everybody: what people agree to is no secret, and nobody's data stands in it."""
    found, name = _find(visit, version, purpose, dealer)
    title, sections = found.sections(visit.language, name)
    context = {"title": title, "notice": found, "sections": sections}
    return visit.render("notice.html", context)


@router.get("/notices/{version}/{purpose}/spoken")
def spoken_notice(visit: AnyVisit, version: str, purpose: str, dealer: str = "") -> Response:
    """The text to be read aloud."""
    found, name = _find(visit, version, purpose, dealer)
    return PlainTextResponse(found.spoken(visit.language, name))


def shown_notices(visit: Visit, connection: Connection, dealer: str) -> dict[str, ShownNotice]:
    """By purpose, the notice to be shown now; of the dealer that carries out the activity."""
    name = dealer_name(connection, dealer)
    return {
        purpose: ShownNotice(
            each.version,
            each.spoken(visit.language, name),
            f"/notices/{each.version}/{purpose}"
            + (f"?dealer={dealer}" if purpose == "share_with_dealer" else ""),
        )
        for purpose, each in current_notices(connection).items()
    }


def _find(visit: Visit, version: str, purpose: str, dealer: str) -> tuple[Notice, str | None]:
    with reading(visit.site.engine) as connection:
        found = find_notice(connection, version, purpose)
        # Only a dealer that has a contract is named: the address may hold anything.
        name = dealer_name(connection, dealer) if dealer else None
    if found is None:
        raise NotFound
    return found, name
