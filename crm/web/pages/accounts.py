"""Headquarters' pages on accounts: invitations, roles, resets, closing; who changed what."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.invitations import LinkSpent, open_links
from crm.accounts.managing import Manager
from crm.accounts.people import KnownAccount, accounts, names_of
from crm.accounts.roles import ROLES, AccountInvalid, RegionsInvalid, RolesInvalid
from crm.copies.queries import dealer_names
from crm.storage.database import reading
from crm.web.desk.cells import dealer_cell
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.view.labels import label
from crm.web.view.region_typed import region_code, region_fault, regions_said, regions_typed

router = APIRouter()

Page = Annotated[int, Query(ge=1, le=1_000_000)]
_THIS_REGION = N_("{region}：{fault}")
_GONE = N_("这个账号已关闭，或者是你自己的：自己的账号请别人来改。")


def roles_in_words(visit: Visit, known: KnownAccount) -> str:
    """What somebody may do, as a cell of a table has it."""
    return visit.joined(visit.say(label("role", role)) for role in known.roles)


@dataclass(frozen=True, slots=True)
class _Given:
    """What somebody is given, as it is asked for. regions: as they are typed."""

    roles: list[str]
    dealer: str | None = None
    regions: str = ""

    def codes(self, say: Callable[[str], str]) -> list[str]:
        """The codes of the regions; RegionsInvalid where one is not known, or not which one."""
        typed = regions_typed(self.regions)
        for each in typed:
            if fault := region_fault(each, say):
                raise RegionsInvalid(_THIS_REGION, region=each, fault=fault)
        return [region_code(each) for each in typed]


def places_in_words(visit: Visit, known: KnownAccount) -> str:
    """Where somebody of the field staff works; empty: everywhere."""
    return regions_said(known.regions, visit.say)


def _name(_visit: Visit, row: KnownAccount) -> Cell:
    return Cell(row.name, f"/accounts/{row.actor}" if row.is_open else "")


def _standing(visit: Visit, row: KnownAccount) -> Cell | None:
    if not row.is_open:
        return Cell(visit.say(N_("已关闭")))
    return Cell(visit.say(N_("你自己")), tone="good") if row.actor == visit.account.actor else None


_LIST: Table[KnownAccount] = Table(
    "accounts",
    (
        Column("name", N_("名字"), _name, order=lambda row: row.name),
        Column("roles", N_("身份"), roles_in_words, order=lambda row: row.roles),
        Column(
            "dealer",
            N_("经销商"),
            lambda v, row: dealer_cell(v, row.dealer),
            order=lambda row: row.dealer,
        ),
        Column("regions", N_("负责的地区"), places_in_words, order=lambda row: row.regions),
        Column(
            "since",
            N_("自"),
            lambda _, row: shanghai_day(row.created_us),
            order=lambda row: row.created_us,
        ),
        Column("standing", N_("状态"), _standing),
    ),
    filters=(Filter("who", N_("可登录"), {"closed": N_("已关闭的")}),),
)


@router.get("/accounts")
def accounts_page(visit: SignedIn) -> Response:
    """Everybody who may sign in, those who no longer may at the end; and the form to invite."""
    asked = visit.request.query_params
    given = _Given(asked.getlist("role"), asked.get("dealer"))
    return _list(visit, given)


@router.post("/accounts")
def invite(posting: SignedInPosting) -> Response:
    """A one-time link for somebody new; it is shown this once."""
    visit = posting.visit
    manager = manager_of(visit)
    given = _asked(posting)
    with reading(visit.site.engine) as connection:
        dealers = dealer_names(connection)
    try:
        secret = manager.invite(given.roles, given.dealer, dealers, given.codes(visit.say))
    except AccountInvalid as error:
        return _list(visit, given, _fault(visit, given, error))
    whom = _given_in_words(visit, given.roles, given.dealer, given.codes(visit.say))
    return _link(visit, secret, N_("把这个链接交给新同事"), whom)


@router.post("/accounts/links/{number}/take-back")
def take_link_back(posting: SignedInPosting, number: str) -> Response:
    """A link that went to the wrong person opens nothing any more."""
    with suppress(LinkSpent):
        manager_of(posting.visit).take_back(number)
    return RedirectResponse("/accounts#links", 303)


@router.get("/accounts/{actor}")
def account_page(visit: SignedIn, actor: str) -> Response:
    """One account: its roles, and what can be done with it."""
    return _one(visit, actor)


@router.post("/accounts/{actor}/roles")
def change_roles(posting: SignedInPosting, actor: str) -> Response:
    """Other roles; who is signed in has to do so again."""
    visit = posting.visit
    manager = manager_of(visit)
    given = _asked(posting)
    with reading(visit.site.engine) as connection:
        dealers = dealer_names(connection)

    def change() -> None:
        regions = given.codes(visit.say)
        manager.change_roles(actor, given.roles, given.dealer, dealers, regions)

    return _done(visit, actor, change, given)


@router.post("/accounts/{actor}/password")
def reset_password(posting: SignedInPosting, actor: str) -> Response:
    """A one-time link to a new password; the old one opens nothing any more."""
    visit = posting.visit
    try:
        secret = manager_of(visit).reset_password(actor)
    except AccountInvalid:
        return _one(visit, actor, visit.say(_GONE))
    with reading(visit.site.engine) as connection:
        name = _known(connection, actor).name
    return _link(visit, secret, N_("把这个链接交给本人"), name)


@router.post("/accounts/{actor}/factor")
def reset_factor(posting: SignedInPosting, actor: str) -> Response:
    """The second factor is to be set up anew at the next sign-in."""
    manager = manager_of(posting.visit)
    return _done(posting.visit, actor, lambda: manager.reset_factor(actor))


@router.post("/accounts/{actor}/sign-out")
def sign_out_everywhere(posting: SignedInPosting, actor: str) -> Response:
    """A phone is lost: nobody is signed in with the account any more, wherever it was."""
    manager = manager_of(posting.visit)
    return _done(posting.visit, actor, lambda: manager.sign_out(actor))


@router.post("/accounts/{actor}/close")
def close(posting: SignedInPosting, actor: str) -> Response:
    """Nobody signs in with it any more."""
    manager = manager_of(posting.visit)
    return _done(posting.visit, actor, lambda: manager.close(actor))


def manager_of(visit: Visit) -> Manager:
    """Who is signed in, as who manages; OutOfScope."""
    return Manager(visit.site.engine, visit.scope, visit.account.actor, visit.site.now_us())


def _done(
    visit: Visit, actor: str, act: Callable[[], None], given: _Given | None = None
) -> Response:
    try:
        act()
    except AccountInvalid as error:
        fault = visit.say(_GONE) if given is None else _fault(visit, given, error)
        return _one(visit, actor, fault, given)
    return RedirectResponse(f"/accounts/{actor}?done=true", 303)


def _fault(visit: Visit, given: _Given, error: AccountInvalid) -> str:
    """What is wrong with what was chosen, in the words of the form."""
    if not isinstance(error, RolesInvalid):
        return error.said(visit.language)
    if not given.roles:
        return visit.say(N_("还没有选身份：至少选一个。"))
    if len({ROLES[role].of_dealer for role in ROLES if role in given.roles}) > 1:
        return visit.say(N_("公司的身份和经销商的身份不能在一个账号里：请分开做两个。"))
    return visit.say(N_("经销商的身份，要选是哪一家经销商。"))


def _given_in_words(
    visit: Visit, roles: Iterable[str], dealer: str | None, regions: Sequence[str]
) -> str:
    """What a link gives, so that several are not taken for each other."""
    words = visit.joined(visit.say(label("role", role)) for role in roles)
    whose = visit.dealer_word(dealer) if dealer else ""
    return " · ".join(filter(None, (words, whose, regions_said(regions, visit.say))))


def _asked(posting: Posting) -> _Given:
    roles: list[str] = [role for role in ROLES if posting.ticked(f"role_{role}")]
    of_dealer = any(ROLES[role].of_dealer for role in ROLES if role in roles)
    # A dealer that is chosen beside the company's roles alone says nothing.
    dealer = (posting.text("dealer", 64) or None) if of_dealer else None
    return _Given(roles, dealer, posting.text("regions", 400))


def _list(visit: Visit, given: _Given, fault: str = "") -> Response:
    visit.scope.require("accounts", "who may sign in")
    with reading(visit.site.engine) as connection:
        found = accounts(connection)
        dealers = dealer_names(connection)
        links = open_links(connection, visit.site.now_us())
        makers = names_of(connection, {each.made_by for each in links})
    asked = Asked.of(visit.request.query_params)
    rows = [each for each in found if each.is_open == (asked.text("who") != "closed")]
    listed = _LIST.show(visit, asked, _LIST.of_rows(rows), "/accounts")
    if asked.file:
        return taken_away(visit, listed)
    context = {
        "title": visit.say(N_("账号")),
        "listed": listed,
        "links": [
            (each, each.name or _given_in_words(visit, each.roles, each.dealer, each.regions))
            for each in links
        ],
        "makers": makers,
        "fault": fault,
        "given": given,
        "dealers": dealers,
        "table": ROLES,
    }
    return visit.render("accounts.html", context, 422 if fault else 200)


def _one(visit: Visit, actor: str, fault: str = "", given: _Given | None = None) -> Response:
    visit.scope.require("accounts", "who may sign in")
    with reading(visit.site.engine) as connection:
        found = _known(connection, actor)
        dealers = dealer_names(connection)
    context = {
        "title": visit.say(N_("账号")),
        "known": found,
        "regions": places_in_words(visit, found),
        "is_own": actor == visit.account.actor,
        "has_factor": visit.site.second_factors.is_on(actor),
        "fault": fault,
        "done": visit.request.query_params.get("done") == "true",
        "given": given or _Given(list(found.roles), found.dealer, places_in_words(visit, found)),
        "dealers": dealers,
        "table": ROLES,
    }
    return visit.render("account_one.html", context, 422 if fault else 200)


def _known(connection: Connection, actor: str) -> KnownAccount:
    for each in accounts(connection):
        if each.actor == actor:
            return each
    raise NotFound


def _link(visit: Visit, secret: str, title: str, whom: str) -> Response:
    link = f"{str(visit.request.base_url).rstrip('/')}/join/{secret}"
    context = {"title": visit.say(title), "link": link, "whom": whom}
    return visit.render("invited.html", context)
