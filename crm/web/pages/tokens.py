"""Headquarters' page on tokens: listed, made (shown once), revoked."""

from contextlib import suppress
from datetime import date

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.roles import AccountInvalid
from crm.accounts.tokens import TOKEN_ROLES, Token, tokens
from crm.copies.queries import dealer_names
from crm.storage.database import reading
from crm.web.desk.cells import dealer_cell
from crm.web.desk.files import list_taken, wants_file
from crm.web.desk.tables import Column, Table
from crm.web.guards.visit import SignedIn, SignedInPosting, Visit
from crm.web.pages.accounts import manager_of
from crm.web.view.labels import label

router = APIRouter()

_FAULT = N_("这样不行：要写给谁用；身份是经销商的要选一家，别的不选。")


def _until(_visit: Visit, row: Token) -> date | None:
    return None if row.revoked_us is None else shanghai_day(row.revoked_us)


_LIST: Table[Token] = Table(
    "tokens",
    (
        Column("name", N_("给谁用"), lambda _, row: row.name),
        Column("role", N_("身份"), lambda visit, row: visit.say(label("role", row.role))),
        Column("dealer", N_("经销商"), lambda v, row: dealer_cell(v, row.dealer)),
        Column("sources", N_("来源"), lambda _, row: " ".join(row.sources)),
        Column("since", N_("自"), lambda _, row: shanghai_day(row.created_us)),
        Column("until", N_("停用"), _until),
    ),
)
"""As they are taken away."""


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
    if wants_file(visit):
        return list_taken(visit, _LIST, found)
    context = {
        "title": visit.say(N_("接口令牌")),
        "tokens": sorted(found, key=lambda token: token.revoked_us is not None),
        "dealers": dealers,
        "roles": TOKEN_ROLES,
        "fault": fault,
    }
    return visit.render("tokens.html", context, 422 if fault else 200)
