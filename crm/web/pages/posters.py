"""The poster of an activity: to be looked at, printed, or taken as PDF; its code leads to it."""

from fastapi import APIRouter
from fastapi.responses import Response

from crm.activities.poster import Poster, poster_pdf
from crm.activities.queries import WholeActivity, whole_activity
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.view.codes import code_of, code_svg
from crm.web.view.formats import moment_text

router = APIRouter()


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
    starts_us = int(stands.starts_at.timestamp()) * 1_000_000
    return Poster(
        stands.title,
        moment_text(starts_us, visit.language, visit.site.now_us()),
        stands.venue or "",
        stands.co_organizers,
        stands.filing_no or "",
    )


def _address(visit: Visit, activity_id: str) -> str:
    """Where a phone that reads the code is led: to the form of this activity."""
    return f"{str(visit.request.base_url).rstrip('/')}/log/{activity_id}"
