"""Signing in and out, one's own page, the language; and what a phone needs to work offline."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse, Response

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import language_named
from crm.accounts.people import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    Account,
    account_of,
    change_password,
    check_password,
    folded_name,
)
from crm.storage.database import reading
from crm.web.guards.security import SESSION_COOKIE, Session
from crm.web.guards.visit import (
    LANGUAGE_COOKIE,
    AnyPosting,
    AnyVisit,
    Posting,
    SignedIn,
    SignedInPosting,
    Visit,
    keep_cookie,
)
from crm.web.view.templates import STATIC_FOLDER

router = APIRouter()

_YEAR_SECONDS = 365 * 24 * 3600


@router.get("/sign-in")
def sign_in_page(visit: AnyVisit, to: str = "/") -> Response:
    """Name and password."""
    if visit.visitor is not None:
        return RedirectResponse(_inside(to), 303)
    return _page(visit, to)


@router.post("/sign-in")
def sign_in(posting: AnyPosting) -> Response:
    """Check name and password; who guesses has to wait."""
    visit, to = posting.visit, posting.text("to") or "/"
    account = _tried(posting, posting.text("name"), _password(posting, "password"))
    if isinstance(account, int):
        return _page(visit, to, posting.text("name"), wait_minutes=account)
    if account is None:
        return _page(visit, to, posting.text("name"), wrong=True)
    if to == "/" and account.role in ("staff", "dealer"):
        to = "/log"
    response = RedirectResponse(_inside(to), 303)
    visit.keep(response, Session.of(account.actor, account.password_mark))
    return response


@router.post("/sign-out")
def sign_out(posting: SignedInPosting) -> Response:
    """End the session; what the browser kept of the pages goes too, what is unsent stays."""
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.get("/me")
def my_page(visit: SignedIn) -> Response:
    """Who is signed in, what is unsent, the password, the language, the way out."""
    return visit.render("me.html", {"title": visit.say(N_("我的"))})


@router.get("/me/password")
def password_page(visit: SignedIn, changed: bool = False) -> Response:
    """One's own password: the old one, and the new one twice; or that it is changed."""
    return _password_page(visit, changed=changed)


@router.post("/me/password")
def choose_password(posting: SignedInPosting) -> Response:
    """Change it: every other session of the account ends, this one goes on under a new cookie."""
    visit, new = posting.visit, _password(posting, "new_password")
    account = visit.account
    if new != _password(posting, "new_password_again"):
        return _password_page(visit, N_("两次写的新密码不一样。请再写一遍。"))
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        return _password_page(visit, N_("新密码要 8 到 200 个字符。"))
    found = _tried(posting, account.name, _password(posting, "password"))
    if isinstance(found, int):
        return _password_page(visit, wait_minutes=found)
    if found is None:
        return _password_page(visit, N_("现在的密码不对。请再核对一遍，注意大小写。"))
    change_password(visit.site.engine, account.actor, new)
    with reading(visit.site.engine) as connection:
        changed = account_of(connection, account.actor)
    if changed is None:
        return RedirectResponse("/sign-in", 303)
    # Over an address of its own, so that the page's forms belong to the new session.
    response = RedirectResponse("/me/password?changed=true", 303)
    visit.keep(response, Session.of(changed.actor, changed.password_mark))
    return response


@router.get("/unsent")
def unsent_page(visit: SignedIn) -> Response:
    """What is kept on this phone and not yet sent; the browser itself fills it in."""
    return visit.render("unsent.html", {"title": visit.say(N_("未发送"))})


@router.post("/language")
def choose_language(posting: AnyPosting) -> Response:
    """Remember the language that was chosen."""
    language = language_named(posting.text("language"))
    response = RedirectResponse(_inside(posting.text("to")), 303)
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
    return visit.render("kept.html", {"title": visit.say(N_("已存在手机上"))})


@router.get("/service-worker.js")
def service_worker() -> Response:
    """It stands at the root because it serves every page below it."""
    file = STATIC_FOLDER / "service-worker.js"
    return FileResponse(file, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _page(
    visit: Visit, to: str, name: str = "", *, wrong: bool = False, wait_minutes: int = 0
) -> Response:
    context = {
        "title": visit.say(N_("登录")),
        "to": _inside(to),
        "name": name,
        "wrong": wrong,
        "wait_minutes": wait_minutes,
    }
    return visit.render("sign_in.html", context, 429 if wait_minutes else 401 if wrong else 200)


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


def _tried(posting: Posting, name: str, password: str) -> Account | int | None:
    """The account that fits; None when none does, a number of minutes when one has to wait."""
    visit = posting.visit
    attempts, name, begun_us = visit.site.attempts, folded_name(name), visit.site.now_us()
    if wait_seconds := attempts.begin(name, visit.address, begun_us):
        return -(-wait_seconds // 60)
    account = check_password(visit.site.engine, name, password)
    if account is not None:
        attempts.succeeded(name, visit.address, begun_us)
    return account


def _password(posting: Posting, field: str) -> str:
    """As it was typed, blanks included; cut where it is too long anyway."""
    typed = posting.form.get(field)
    return typed[: LONGEST_PASSWORD + 1] if isinstance(typed, str) else ""


def _inside(to: str) -> str:
    """A path of this site, never another one."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
