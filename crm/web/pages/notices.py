"""The notices as people see and hear them: large print, and a text to be read aloud."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy import Connection

from crm.copies.queries import dealer_name
from crm.notices.notice import Notice
from crm.notices.queries import current_notices, find_notice
from crm.storage.database import reading
from crm.web.guards.visit import AnyVisit, NotFound, Visit

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice in the visitor's language, as the phone form has it."""

    version: str
    spoken: str
    href: str


@router.get("/notices/{version}/{purpose}")
def notice_page(visit: AnyVisit, version: str, purpose: str, dealer: str = "") -> Response:
    """Open to everybody: what people agree to is no secret, and nobody's data stands in it."""
    notice, name = _find(visit, version, purpose, dealer)
    title, sections = notice.sections(visit.language, name)
    context = {"title": title, "notice": notice, "sections": sections}
    return visit.render("notice.html", context)


@router.get("/notices/{version}/{purpose}/spoken")
def spoken_notice(visit: AnyVisit, version: str, purpose: str, dealer: str = "") -> Response:
    """The text to be read aloud."""
    notice, name = _find(visit, version, purpose, dealer)
    return PlainTextResponse(notice.spoken(visit.language, name))


def shown_notices(visit: Visit, connection: Connection, dealer: str) -> dict[str, ShownNotice]:
    """By purpose, the notice to be shown now; of the dealer that carries out the activity."""
    name = dealer_name(connection, dealer)
    return {
        purpose: ShownNotice(
            notice.version,
            notice.spoken(visit.language, name),
            f"/notices/{notice.version}/{purpose}"
            + (f"?dealer={dealer}" if purpose == "share_with_dealer" else ""),
        )
        for purpose, notice in current_notices(connection).items()
    }


def _find(visit: Visit, version: str, purpose: str, dealer: str) -> tuple[Notice, str | None]:
    with reading(visit.site.engine) as connection:
        found = find_notice(connection, version, purpose)
        # Only a dealer that has a contract is named: the address may hold anything.
        name = dealer_name(connection, dealer) if dealer else None
    if found is None:
        raise NotFound
    return found, name
