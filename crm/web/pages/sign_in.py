"""Signing in, in one step or two, and out."""

from urllib.parse import quote

from anyio import sleep
from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.wording.catalogues import N_
from crm.accounts.people import Account, check_password, demo_accounts, folded_name, is_empty
from crm.accounts.roles import ROLES
from crm.accounts.second_factor import LONGEST_CODE
from crm.accounts.sessions import end_session
from crm.storage.database import reading
from crm.web.guards.devices import DEVICE_COOKIE, DEVICE_SECONDS, Devices
from crm.web.guards.security import SESSION_COOKIE
from crm.web.guards.visit import (
    AnyPosting,
    AnyVisit,
    Posting,
    SignedInPosting,
    Visit,
    keep_cookie,
)

router = APIRouter()

CODE_PAGE = "/sign-in/code"
ENROL_PAGE = "/me/second-factor"
LONGEST_WAY = 1_000
"""Of the address of the page that was wanted: to a longer one nobody is led."""


@router.get("/sign-in")
def sign_in_page(visit: AnyVisit, to: str = "/") -> Response:
    """Name and password."""
    if visit.visitor is not None:
        return RedirectResponse(inside(to), 303)
    return _page(visit, to)


@router.post("/sign-in")
async def sign_in(posting: AnyPosting) -> Response:
    """Check name and password; who guesses has to wait."""
    visit, to = posting.visit, posting.text("to", LONGEST_WAY) or "/"
    name = posting.text("name")
    account = await tried(posting, name, password_in(posting, "password"))
    if isinstance(account, int):
        return _page(visit, to, name, wait_minutes=account)
    if account is None:
        return _page(visit, to, name, wrong=True)
    return await visit.site.lanes.beside(enter, visit, account, to)


def enter(visit: Visit, account: Account, to: str) -> Response:
    """In, or to the second factor."""
    wanted = account.first_page if to == "/" else to
    if visit.site.second_factors.is_on(account.actor):
        response = RedirectResponse(with_way(CODE_PAGE, wanted), 303)
        visit.begin(response, account, "code")
    elif account.needs_second_factor:
        response = RedirectResponse(with_way(ENROL_PAGE, to), 303)
        visit.begin(response, account, "enrol")
    else:
        response = RedirectResponse(inside(wanted), 303)
        visit.begin(response, account, "full")
        know_device(visit, response, account)
    return response


@router.post("/sign-in/demo")
def try_demo(posting: AnyPosting) -> Response:
    """In as one of the demo's accounts, by a tap: its data are invented."""
    visit, actor = posting.visit, posting.text("actor", 64)
    to = posting.text("to", LONGEST_WAY) or "/"
    with reading(visit.site.engine) as connection:
        found = [each for each in demo_accounts(connection) if each.actor == actor]
    if not found:
        return _page(visit, to, wrong=True)
    return enter(visit, found[0], to)


@router.get("/sign-in/code")
def code_page(visit: AnyVisit, to: str = "/") -> Response:
    """The second factor: the code that the phone shows, or a recovery code."""
    if visit.entering is None or visit.entering.stage != "code":
        return RedirectResponse("/sign-in", 303)
    return _code_page(visit, to)


@router.post("/sign-in/code")
def give_code(posting: AnyPosting) -> Response:
    """Check the code; who guesses has to wait."""
    visit, to = posting.visit, posting.text("to", LONGEST_WAY)
    if visit.entering is None or visit.entering.stage != "code":
        return RedirectResponse("/sign-in", 303)
    account, site = visit.entering.account, visit.site
    if wait_seconds := site.attempts.codes.wait_seconds(account.actor):
        return _code_page(visit, to, wait_minutes=-(-wait_seconds // 60))
    code = posting.text("code", LONGEST_CODE)
    if not site.second_factors.takes(account.actor, code, site.now_us()):
        return _code_page(visit, to, wrong=True)
    site.attempts.codes.forget(account.actor)
    end_session(site.engine, visit.session.nonce)
    response = RedirectResponse(inside(to), 303)
    visit.begin(response, account, "full")
    know_device(visit, response, account)
    return response


@router.post("/sign-out")
def sign_out(posting: SignedInPosting) -> Response:
    """End the session; what the browser kept of the pages goes too, what is unsent stays."""
    end_session(posting.visit.site.engine, posting.visit.session.nonce)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


async def tried(posting: Posting, name: str, password: str) -> Account | int | None:
    """The account that fits; None when none does, a number of minutes when one has to wait."""
    visit, name = posting.visit, folded_name(name)
    attempts, device = visit.site.attempts, _devices(visit).known(_device_cookie(visit), name)
    attempt = attempts.begin(name, visit.address, device)
    if attempt.wait_seconds:
        return -(-attempt.wait_seconds // 60)
    if attempt.delay_seconds:
        await sleep(attempt.delay_seconds)
    account = await visit.site.lanes.hashing(check_password, visit.site.engine, name, password)
    if account is not None:
        attempts.succeeded(name, visit.address, device)
    return account


def know_device(visit: Visit, response: Response, account: Account) -> None:
    """Let this browser be known as one in which the account has signed in."""
    value = _devices(visit).cookie_after(_device_cookie(visit), account.name)
    keep_cookie(visit.request, response, DEVICE_COOKIE, value, DEVICE_SECONDS)


def password_in(posting: Posting, field: str) -> str:
    """As it was typed, blanks included and nothing cut."""
    typed = posting.form.get(field)
    return typed if isinstance(typed, str) else ""


def with_way(page: str, to: str) -> str:
    """A page of signing in, which leads on to the one that was wanted."""
    is_known = inside(to) != "/" and len(to) < LONGEST_WAY
    return f"{page}?to={quote(to)}" if is_known else page


def inside(to: str) -> str:
    """A path of this site, never another one."""
    is_path = to.startswith("/") and not to.startswith(("//", "/\\"))
    return to if is_path and to.isprintable() else "/"


def _devices(visit: Visit) -> Devices:
    return Devices(visit.site.session_secret)


def _device_cookie(visit: Visit) -> str | None:
    return visit.request.cookies.get(DEVICE_COOKIE)


def _page(
    visit: Visit, to: str, name: str = "", *, wrong: bool = False, wait_minutes: int = 0
) -> Response:
    with reading(visit.site.engine) as connection:
        demo, nobody = demo_accounts(connection), is_empty(connection)
    context = {
        "title": visit.say(N_("登录")),
        "demo": demo,
        "nobody": nobody,
        "table": ROLES,
        "to": inside(to),
        "here": with_way("/sign-in", to),
        "name": name,
        "wrong": wrong,
        "wait_minutes": wait_minutes,
    }
    return visit.render("sign_in.html", context, 429 if wait_minutes else 401 if wrong else 200)


def _code_page(visit: Visit, to: str, *, wrong: bool = False, wait_minutes: int = 0) -> Response:
    context = {
        "title": visit.say(N_("第二道验证")),
        "to": inside(to),
        "wrong": wrong,
        "wait_minutes": wait_minutes,
    }
    return visit.render("code.html", context, 429 if wait_minutes else 401 if wrong else 200)
