"""One's own page, the password, the language; and what a phone needs to work offline."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse, Response

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import language_named
from crm.accounts.passwords import PasswordRefused
from crm.accounts.people import KnownAccount, accounts_of_dealer, change_password
from crm.storage.database import reading
from crm.web.desk.contracts import company_word, own_contracts
from crm.web.guards.visit import (
    LANGUAGE_COOKIE,
    AnyPosting,
    AnyVisit,
    SignedIn,
    SignedInPosting,
    Visit,
    keep_cookie,
)
from crm.web.pages.log_form import movable_to
from crm.web.pages.sign_in import LONGEST_WAY, inside, password_in, tried
from crm.web.view.templates import STATIC_FOLDER

router = APIRouter()

_YEAR_SECONDS = 365 * 24 * 3600
PASSWORD_FAULTS = {
    "length": N_("新密码要 12 到 200 个字符。"),
    "common": N_("这个密码太常见，别人很快猜得到。请换几个不相干的词连起来。"),
}


@router.get("/me")
def my_page(visit: SignedIn) -> Response:
    """Who is signed in, what is unsent, the password, the language, the way out."""
    context = {"title": visit.say(N_("我的")), "company": company_word(visit)}
    contracts = own_contracts(visit)
    return visit.render("me.html", {**context, "contracts": contracts, "own_accounts": _own(visit)})


def _own(visit: Visit) -> list[KnownAccount]:
    """Who signs in for the dealer that looks: it alone knows who has left."""
    dealer = visit.scope.dealer
    if dealer is None or not visit.scope.may("own_copy"):
        return []
    with reading(visit.site.engine) as connection:
        return accounts_of_dealer(connection, dealer)


@router.get("/me/password")
def password_page(visit: SignedIn, changed: bool = False) -> Response:
    """One's own password: the old one, and the new one twice; or that it is changed."""
    return _password_page(visit, changed=changed)


@router.post("/me/password")
async def choose_password(posting: SignedInPosting) -> Response:
    """Change it: every other session of the account ends, this one goes on under a new cookie."""
    visit, new = posting.visit, password_in(posting, "new_password")
    account, site = visit.account, visit.site
    if new != password_in(posting, "new_password_again"):
        return _password_page(visit, N_("两次写的新密码不一样。请再写一遍。"))
    found = await tried(posting, account.name, password_in(posting, "password"))
    if isinstance(found, int):
        return _password_page(visit, wait_minutes=found)
    if found is None:
        return _password_page(visit, N_("现在的密码不对。请再核对一遍，注意大小写。"))
    try:
        own = account.actor
        await site.lanes.hashing(change_password, site.engine, own, new, by=own)
    except PasswordRefused as error:
        return _password_page(visit, PASSWORD_FAULTS[error.why])
    # Over an address of its own, so that the page's forms belong to the new session.
    response = RedirectResponse("/me/password?changed=true", 303)
    await site.lanes.beside(visit.begin, response, account, "full")
    return response


@router.get("/unsent")
def unsent_page(visit: SignedIn) -> Response:
    """What is kept on this phone and not yet sent; the browser itself fills it in."""
    context = {"title": visit.say(N_("未发送")), "activities": movable_to(visit)}
    return visit.render("unsent.html", context)


@router.post("/language")
def choose_language(posting: AnyPosting) -> Response:
    """Remember the language that was chosen."""
    language = language_named(posting.text("language"))
    response = RedirectResponse(inside(posting.text("to", LONGEST_WAY)), 303)
    if language is not None:
        request = posting.visit.request
        keep_cookie(request, response, LANGUAGE_COOKIE, language, _YEAR_SECONDS)
    return response


@router.get("/offline")
def offline_page(visit: AnyVisit) -> Response:
    """Shown by the browser when a page cannot be had."""
    return visit.render("offline.html", {"title": visit.say(N_("现在没有网络"))})


@router.get("/kept")
def kept_page(visit: SignedIn) -> Response:
    """Shown by the browser when a form was kept on the phone."""
    return visit.render("kept.html", {"title": visit.say(N_("已保存在手机上"))})


@router.get("/service-worker.js")
def service_worker() -> Response:
    """It stands at the root because it serves every page below it."""
    file = STATIC_FOLDER / "service-worker.js"
    return FileResponse(file, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _password_page(
    visit: Visit, fault: str = "", *, wait_minutes: int = 0, changed: bool = False
) -> Response:
    context = {
        "title": visit.say(N_("换密码")),
        "fault": visit.say(fault) if fault else "",
        "wait_minutes": wait_minutes,
        "changed": changed,
    }
    return visit.render("password.html", context, 429 if wait_minutes else 422 if fault else 200)
