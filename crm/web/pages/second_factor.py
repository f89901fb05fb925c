"""Setting up the second factor: one's own phone, and recovery codes for the day it is lost."""

import segno
from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.wording.catalogues import N_
from crm.accounts.people import Account
from crm.accounts.second_factor import LONGEST_CODE, address_for_phone
from crm.accounts.sessions import end_session
from crm.web.guards.visit import AnyPosting, AnyVisit, SignInNeeded, Visit
from crm.web.pages.sign_in import CODE_PAGE, ENROL_PAGE, LONGEST_WAY, inside, know_device, with_way

router = APIRouter()

_PICTURE_SCALE = 5


@router.get("/me/second-factor")
def second_factor_page(visit: AnyVisit, to: str = "/") -> Response:
    """A picture for the phone to read and a field for its first code; or that it is set up."""
    return _page(visit, _owner(visit), to)


@router.post("/me/second-factor")
def set_up(posting: AnyPosting) -> Response:
    """With the first right code it is on; the recovery codes are shown this once."""
    visit = posting.visit
    account, site, to = _owner(visit), posting.visit.site, inside(posting.text("to", LONGEST_WAY))
    if wait_seconds := site.attempts.codes.wait_seconds(account.actor):
        return _page(visit, account, to, wait_minutes=-(-wait_seconds // 60))
    code = posting.text("code", LONGEST_CODE)
    codes = site.second_factors.confirm(account.actor, code, site.now_us())
    if codes is None:
        return _page(visit, account, to, wrong=True)
    site.attempts.codes.forget(account.actor)
    context = {
        "title": _title(visit),
        "codes": codes,
        "to": account.first_page if to == "/" else to,
    }
    response = visit.render("recovery_codes.html", context)
    if visit.visitor is None:
        end_session(site.engine, visit.session.nonce)
        visit.begin(response, account, "full")
        know_device(visit, response, account)
    return response


def _owner(visit: Visit) -> Account:
    """Who is signed in, or has to set it up before being so."""
    if visit.visitor is not None:
        return visit.visitor
    if visit.entering is not None and visit.entering.stage == "enrol":
        return visit.entering.account
    raise SignInNeeded


def _title(visit: Visit) -> str:
    return visit.say(N_("第二道验证"))


def _page(
    visit: Visit, account: Account, to: str, *, wrong: bool = False, wait_minutes: int = 0
) -> Response:
    factors = visit.site.second_factors
    secret = None if factors.is_on(account.actor) else factors.offered_secret(account.actor)
    is_on = secret is None
    context = {
        "title": _title(visit),
        "is_on": is_on,
        "codes_left": factors.recovery_codes_left(account.actor) if is_on else 0,
        "must": visit.visitor is None,
        "secret": "",
        "picture": "",
        "address": "",
        "wrong": wrong,
        "wait_minutes": wait_minutes,
        "to": inside(to),
    }
    if secret is not None:
        address = address_for_phone(secret, account.name)
        picture = segno.make(address, error="m")
        context |= {
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            "address": address,
            "picture": picture.svg_inline(scale=_PICTURE_SCALE, light="#fff"),
        }
    return visit.render(
        "second_factor.html", context, 429 if wait_minutes else 422 if wrong else 200
    )


def to_unfinished(visit: Visit, to: str) -> Response | None:
    """Where somebody who stands half-way goes on, to the page that was asked for; None for anybody
    else."""
    if visit.entering is None:
        return None
    page = CODE_PAGE if visit.entering.stage == "code" else ENROL_PAGE
    return RedirectResponse(with_way(page, to), 303)
