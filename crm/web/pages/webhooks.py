"""Whom to call when a dealer's copy has changed: listed, added, taken off."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.wording.catalogues import N_
from crm.copies.queries import dealer_names
from crm.feed.calling import AddressRefused
from crm.feed.webhooks import add_webhook, remove_webhook, try_again, webhooks
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.view.labels import WEBHOOK_REFUSALS, WEBHOOK_TROUBLES

router = APIRouter()

_LONGEST_ADDRESS = 500
_WHICH = N_("请选一家经销商。")
_NOT_REACHED = N_("连不上")


@router.get("/webhooks")
def webhooks_page(visit: SignedIn) -> Response:
    """All of them, and how calling each goes."""
    return _list(visit)


@router.post("/webhooks")
def add(posting: SignedInPosting) -> Response:
    """Call one more address; its secret is shown this once."""
    visit = posting.visit
    visit.scope.require("accounts", "who connects other systems")
    dealer, url = posting.text("dealer", 64), posting.text("url", _LONGEST_ADDRESS)
    with reading(visit.site.engine) as connection:
        if dealer not in dealer_names(connection):
            return _list(visit, visit.say(_WHICH), dealer, url)
    site, of = visit.site, (dealer, url, visit.site.now_us())
    try:
        made, secret = add_webhook(
            site.engine, site.keyring, *of, loopback=False, by=visit.account.actor
        )
    except AddressRefused as error:
        return _list(visit, visit.say(WEBHOOK_REFUSALS[error.why]), dealer, url)
    context = {"title": visit.say(N_("通知地址已加上")), "webhook_id": made, "secret": secret}
    return visit.render("webhook_made.html", context)


@router.post("/webhooks/{webhook_id}/remove")
def remove(posting: SignedInPosting, webhook_id: str) -> Response:
    """Nobody is called there any more."""
    visit = posting.visit
    visit.scope.require("accounts", "who connects other systems")
    site = visit.site
    if not remove_webhook(site.engine, webhook_id, site.now_us(), visit.account.actor):
        raise NotFound
    return RedirectResponse("/webhooks", 303)


@router.post("/webhooks/{webhook_id}/retry")
def retry(posting: SignedInPosting, webhook_id: str) -> Response:
    """Whoever has mended its system does not wait for the next try."""
    visit = posting.visit
    visit.scope.require("accounts", "who connects other systems")
    if not try_again(visit.site.engine, webhook_id):
        raise NotFound
    return RedirectResponse("/webhooks", 303)


def _trouble(visit: Visit, code: str | None) -> str:
    """What went wrong at the last call, in words."""
    if code is None:
        return ""
    if code.startswith("HTTP "):
        return visit.say(N_("对方回答 {code}")).format(code=code)
    return visit.say(WEBHOOK_TROUBLES.get(code, _NOT_REACHED))


def _list(visit: Visit, fault: str = "", dealer: str = "", url: str = "") -> Response:
    visit.scope.require("accounts", "who connects other systems")
    with reading(visit.site.engine) as connection:
        found, dealers = webhooks(connection), dealer_names(connection)
    context = {
        "title": visit.say(N_("通知地址")),
        "webhooks": [(each, _trouble(visit, each.trouble)) for each in found],
        "dealers": dealers,
        "fault": fault,
        "dealer": dealer,
        "url": url,
    }
    return visit.render("webhooks.html", context, 422 if fault else 200)
