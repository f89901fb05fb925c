"""The poster of an activity: to be looked at, printed, or taken as PDF; its code leads to it."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.times import instant_us
from campaigns.wording.catalogues import N_
from crm.activities.card_sheet import CARDS_A_SHEET, EmptyCard, card_sheet_pdf
from crm.activities.poster import Poster, poster_pdf
from crm.activities.queries import WholeActivity, whole_activity
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.view.codes import code_of, code_svg
from crm.web.view.formats import moment_text

router = APIRouter()

_MOST_SHEETS = 20


@router.get("/activities/{activity_id}/poster")
def poster_page(visit: SignedIn, activity_id: str) -> Response:
    """On the screen, and as it is printed from there."""
    whole = _whole(visit, activity_id)
    context = {
        "title": whole.stands.title,
        "activity": whole.stands,
        "poster": _poster(visit, whole),
        "code": code_svg(_address(visit, activity_id)),
    }
    return visit.render("poster.html", context)


@router.get("/activities/{activity_id}/cards.pdf")
def card_sheets(
    visit: SignedIn, activity_id: str, pages: Annotated[int, Query(ge=1, le=_MOST_SHEETS)] = 1
) -> Response:
    """Empty archive cards to write on by hand, ten a sheet; each code leads to the card's form."""
    poster = _poster(visit, _whole(visit, activity_id))
    cards = []
    for _ in range(pages * CARDS_A_SHEET):
        card_id = str(uuid4())
        code = code_of(f"{_address(visit, activity_id)}/card/{card_id}")
        cards.append(EmptyCard(card_id[:8].upper(), code))
    fields = [visit.say(word) for word in (N_("姓名"), N_("手机"), N_("出生"))]
    content = card_sheet_pdf(poster.title, poster.when, fields, cards)
    headers = {"Content-Disposition": f'attachment; filename="{activity_id}-cards.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/activities/{activity_id}/poster.pdf")
def poster_file(visit: SignedIn, activity_id: str) -> Response:
    """A sheet of A4."""
    whole = _whole(visit, activity_id)
    content = poster_pdf(_poster(visit, whole), code_of(_address(visit, activity_id)))
    headers = {"Content-Disposition": f'attachment; filename="{activity_id}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _whole(visit: Visit, activity_id: str) -> WholeActivity:
    visit.scope.require("activities", "which activities there are")
    with reading(visit.site.engine) as connection:
        found = whole_activity(visit.scope, connection, visit.site.keyring, activity_id)
    if found is None:
        raise NotFound
    return found


def _poster(visit: Visit, whole: WholeActivity) -> Poster:
    stands = whole.stands
    return Poster(
        stands.title,
        moment_text(instant_us(stands.starts_at), visit.language, visit.site.now_us()),
        stands.venue or "",
        stands.co_organizers,
        stands.filing_no or "",
    )


def _address(visit: Visit, activity_id: str) -> str:
    """Where a phone that reads the code is led: to the form of this activity."""
    return f"{str(visit.request.base_url).rstrip('/')}/log/{activity_id}"
