"""Backups: what there is, when each was last tried; one is made or tried by a tap."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.wording.catalogues import N_
from crm.operations.status import last_backup_us, moved_without_backup_us
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.status import BACKUP_OLD_US

router = APIRouter()

_WHY = "who keeps the data safe"


@router.get("/backups")
def backups_page(visit: SignedIn) -> Response:
    """All of them, the latest first."""
    visit.scope.require("runs", _WHY)
    shelf, now_us = visit.site.backups, visit.site.now_us()
    with reading(visit.site.engine) as connection:
        last_us = last_backup_us(connection)
        moved_us = moved_without_backup_us(connection)
    context = {
        "title": visit.say(N_("备份")),
        "shelf": shelf,
        "backups": shelf.kept() if shelf else [],
        "last_us": last_us,
        "moved_us": moved_us,
        "is_old": now_us - (last_us or 0) > BACKUP_OLD_US,
        "beside": bool(shelf) and _is_beside(visit),
    }
    return visit.render("backups.html", context)


def _is_beside(visit: Visit) -> bool:
    """Whether they lie on the disk that they are to outlive."""
    folder, shelf = visit.site.data_folder, visit.site.backups
    if folder is None or shelf is None:
        return False
    return Path(shelf.place).resolve().is_relative_to(folder.resolve())


@router.post("/backups")
def make(posting: SignedInPosting) -> Response:
    """Make one; while one is under way nothing more is begun."""
    visit = posting.visit
    visit.scope.require("runs", _WHY)
    if visit.site.backups is None:
        raise NotFound
    visit.site.backups.begin()
    return RedirectResponse("/backups", 303)


@router.post("/backups/try")
def try_one(posting: SignedInPosting) -> Response:
    """Compare every file of one with its sum."""
    visit = posting.visit
    visit.scope.require("runs", _WHY)
    if visit.site.backups is None:
        raise NotFound
    visit.site.backups.begin_trying(posting.text("name", 100))
    return RedirectResponse("/backups", 303)
