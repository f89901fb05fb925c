"""Signing in and out, one's own page, the language; and what a phone needs to work offline."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse, Response

from crm.accounts.people import LONGEST_PASSWORD, check_password, folded_name
from crm.web.labels import N_
from crm.web.languages import language_named
from crm.web.security import SESSION_COOKIE, Attempts, Session
from crm.web.templates import STATIC_FOLDER
from crm.web.visit import (
    LANGUAGE_COOKIE,
    AnyPosting,
    AnyVisit,
    Posting,
    SignedIn,
    SignedInPosting,
    Visit,
    keep_cookie,
)

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
    now_us = visit.site.now_us()
    keys = _keys(posting)
    waits = [book.wait_seconds(key, now_us) for book, key in keys]
    if max(waits) > 0:
        return _page(visit, to, posting.text("name"), wait_minutes=-(-max(waits) // 60))
    password = posting.form.get("password")
    account = check_password(
        visit.site.engine,
        posting.text("name"),
        password[: LONGEST_PASSWORD + 1] if isinstance(password, str) else "",
    )
    if account is None:
        for book, key in keys:
            book.failed(key, now_us)
        return _page(visit, to, posting.text("name"), wrong=True)
    for book, key in keys[:2]:
        book.succeeded(key)
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
    """Who is signed in, what is unsent, the language, the way out."""
    return visit.render("me.html", {"title": visit.say(N_("我的"))})


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


def _keys(posting: Posting) -> list[tuple[Attempts, str]]:
    client = posting.visit.request.client
    address = client.host if client is not None else ""
    name, attempts = folded_name(posting.text("name")), posting.visit.site.attempts
    keys = (f"{name} {address}", name, address)
    return list(zip((attempts.here, attempts.by_name, attempts.by_address), keys, strict=True))


def _inside(to: str) -> str:
    """A path of this site, never another one."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
