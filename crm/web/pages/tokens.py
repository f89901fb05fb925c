"""Headquarters' page on tokens: listed, made (shown once), revoked."""

from contextlib import suppress

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.wording.catalogues import N_
from crm.accounts.roles import AccountInvalid
from crm.accounts.tokens import TOKEN_ROLES, tokens
from crm.copies.queries import dealer_names
from crm.storage.database import reading
from crm.web.guards.visit import SignedIn, SignedInPosting, Visit
from crm.web.pages.accounts import manager_of

router = APIRouter()

_FAULT = N_("这样不行：要写给谁用；身份是经销商的要选一家，别的不选。")


@router.get("/tokens")
def tokens_page(visit: SignedIn) -> Response:
    """Every token; those in force first; and the form to make one."""
    return _list(visit)


@router.post("/tokens")
def make(posting: SignedInPosting) -> Response:
    """A new one, shown this once."""
    visit, dealer = posting.visit, posting.text("dealer", 64) or None
    manager = manager_of(visit)
    with reading(visit.site.engine) as connection:
        dealers = dealer_names(connection)
    try:
        name, role = posting.text("name", 64), posting.text("role", 16)
        token = manager.make_token(name, role, dealer, dealers)
    except AccountInvalid:
        return _list(visit, visit.say(_FAULT))
    return visit.render("token_made.html", {"title": visit.say(N_("新的接口令牌")), "token": token})


@router.post("/tokens/{token_id}/revoke")
def revoke(posting: SignedInPosting, token_id: str) -> Response:
    """It opens nothing any more; what it sent stays. A second tap finds it revoked."""
    with suppress(AccountInvalid):
        manager_of(posting.visit).revoke_token(token_id)
    return RedirectResponse("/tokens", 303)


def _list(visit: Visit, fault: str = "") -> Response:
    visit.scope.require("accounts", "which tokens there are")
    with reading(visit.site.engine) as connection:
        found = tokens(connection)
        dealers = dealer_names(connection)
    context = {
        "title": visit.say(N_("接口令牌")),
        "tokens": sorted(found, key=lambda token: token.revoked_us is not None),
        "dealers": dealers,
        "roles": TOKEN_ROLES,
        "fault": fault,
    }
    return visit.render("tokens.html", context, 422 if fault else 200)
