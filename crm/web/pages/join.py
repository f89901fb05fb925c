"""Behind a one-time link: somebody invited chooses name and password, or a new password."""

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.wording.catalogues import N_
from crm.accounts.invitations import LONGEST_SECRET, Invitation, LinkSpent, open_link, use_link
from crm.accounts.passwords import PasswordRefused
from crm.accounts.people import NameInvalid, NameTaken, account_of
from crm.storage.database import reading
from crm.web.guards.visit import AnyPosting, AnyVisit, Visit
from crm.web.pages.account import PASSWORD_FAULTS
from crm.web.pages.sign_in import enter, password_in

router = APIRouter()

_NAME_INVALID = N_("名字要 1 到 64 个字。")
_NAME_TAKEN = N_("这个名字已经有人用了。请换一个，例如加上姓或部门。")
_NOT_THE_SAME = N_("两次写的密码不一样。请再写一遍。")


@router.get("/join/{secret}")
def join_page(visit: AnyVisit, secret: str) -> Response:
    """Name and password, as long as the link is good."""
    return _page(visit, secret)


@router.post("/join/{secret}")
async def join(posting: AnyPosting, secret: str) -> Response:
    """Make the account, or set its password; then in, or to the second factor."""
    visit, site = posting.visit, posting.visit.site
    name, password = posting.text("name"), password_in(posting, "password")
    if password != password_in(posting, "password_again"):
        return _page(visit, secret, name, _NOT_THE_SAME)
    if len(secret) > LONGEST_SECRET:
        return _page(visit, secret)
    try:
        actor = await site.lanes.hashing(
            use_link, site.engine, secret, name, password, site.now_us()
        )
    except LinkSpent:
        return _page(visit, secret)
    except PasswordRefused as error:
        return _page(visit, secret, name, PASSWORD_FAULTS[error.why])
    except NameTaken:
        return _page(visit, secret, name, _NAME_TAKEN)
    except NameInvalid:
        return _page(visit, secret, name, _NAME_INVALID)
    return await site.lanes.beside(_enter, visit, actor)


def _enter(visit: Visit, actor: str) -> Response:
    with reading(visit.site.engine) as connection:
        account = account_of(connection, actor)
    if account is None:
        return _page(visit, "")
    return enter(visit, account, "/")


def _page(visit: Visit, secret: str, name: str = "", fault: str = "") -> Response:
    try:
        opened = _opened(visit, secret)
    except LinkSpent:
        return visit.render("link_spent.html", {"title": visit.say(N_("链接已失效"))}, 410)
    titles = {
        "first": N_("欢迎。先设好第一个总部账号"),
        "invite": N_("设好你的账号"),
        "reset": N_("设新密码"),
    }
    context = {
        "title": visit.say(titles[opened.kind]),
        "opened": opened,
        "secret": secret,
        "name": name,
        "fault": visit.say(fault) if fault else "",
    }
    return visit.render("join.html", context, 422 if fault else 200)


def _opened(visit: Visit, secret: str) -> Invitation:
    if len(secret) > LONGEST_SECRET:
        raise LinkSpent
    with reading(visit.site.engine) as connection:
        return open_link(connection, secret, visit.site.now_us())
