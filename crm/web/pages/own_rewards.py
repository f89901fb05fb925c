"""What a member sees by a link of its own: the own rewards, month by month; nothing of patients."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.events.members import ValueTransferred
from campaigns.ids import short_number
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from crm.disputes.queries import disputes_of
from crm.members.member import MemberState
from crm.members.queries import history_of, member_of, open_to
from crm.members.register import (
    GOOD_DAYS,
    Giver,
    LinkEnded,
    OpenLink,
    end_link,
    follow_link,
    make_link,
)
from crm.money import yuan_text
from crm.reward_desk.asking import rejected_because
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.queries import member_page
from crm.scope import OutOfScope, Scope
from crm.storage.database import reading
from crm.web.desk.acts import ActForm
from crm.web.guards.attempts import OWN_LINK_MISSED, network_of
from crm.web.guards.visit import AnyVisit, SignedInPosting, Visit
from crm.web.pages.members import member_shown
from crm.web.view.codes import code_svg
from crm.web.view.labels import label
from crm.web.view.reward_labels import MEANINGS

router = APIRouter()

_AND = " · "
MOST_READ, MOST_SHOWN = 5_000, 200
OWN = Scope(frozenset({"money", "members"}))
"""Of the rewards of one member, who is asked for by name: no people, no books."""


@dataclass(frozen=True, slots=True)
class OwnReward:
    """One reward as its member sees it: no card, no purchase, no name. Amounts in fen."""

    reward_id: str
    bought_on: date | None
    quantity: int
    returned: int
    mode: str | None
    standings: tuple[str, ...]
    reason: str | None
    frozen_until: date | None
    amount_fen: int
    paid_fen: int
    set_off_fen: int
    owed_back_fen: int
    is_on_its_way: bool


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """The purchases of a month: how many rewards, what is left of them, what was paid, in fen."""

    first: date
    rewards: int
    amount_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class OwnGift:
    """What the company says that it gave the member beside rewards; in fen."""

    on: date
    item: str
    form: str
    value_fen: int


def own_reward(row: DeskRow, today: date) -> OwnReward:
    """What of a reward is its member's to see."""
    return OwnReward(
        row.reward_id,
        row.bought_on,
        row.quantity,
        row.returned,
        row.mode,
        row.standings(today),
        row.reason,
        row.releases_on if row.is_frozen(today) else None,
        row.amount_fen,
        row.paid_fen,
        row.set_off_fen,
        row.owed_back_fen,
        row.ordered,
    )


def own_months(rewards: Iterable[OwnReward]) -> list[OwnMonth]:
    """Month by month of the purchases, the latest first."""
    months: dict[date, list[OwnReward]] = {}
    for each in rewards:
        if each.bought_on is not None:
            months.setdefault(each.bought_on.replace(day=1), []).append(each)
    return [
        OwnMonth(
            first,
            len(theirs),
            sum(each.amount_fen for each in theirs),
            sum(each.paid_fen for each in theirs),
        )
        for first, theirs in sorted(months.items(), reverse=True)
    ]


def met_in(rewards: Iterable[OwnReward]) -> list[str]:
    """The standings and reasons of these rewards that have a meaning to tell, each once."""
    met = {code for each in rewards for code in (*each.standings, each.reason)}
    return [code for code in MEANINGS if code in met]


@router.get("/own/{secret}")
def own_page(visit: AnyVisit, secret: str) -> Response:
    """The rewards of the member whose link it is."""
    link = opened(visit, secret)
    return link if isinstance(link, Response) else show_own(visit, secret, link, ActForm())


def opened(visit: Visit, secret: str) -> OpenLink | Response:
    """What a link opens; else the page that says why it opens nothing. Who guesses waits."""
    pace, network = visit.site.own_links, network_of(visit.address)
    wait = pace.wait_seconds(network)
    if wait:
        response = visit.render("own_gone.html", _gone(visit, wait), 429)
        response.headers["Retry-After"] = str(wait)
        return response
    try:
        return follow_link(visit.site.engine, secret, visit.site.now_us())
    except LinkEnded:
        pace.charge(network, OWN_LINK_MISSED)
        return visit.render("own_gone.html", _gone(visit, 0), 410)


def show_own(visit: Visit, secret: str, link: OpenLink, form: ActForm) -> Response:
    """The page of a member's own rewards, with the form of a dispute as it was typed.

    By a dealer's link it has neither disputes nor their form: a dispute may be about the dealer.
    """
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        row = member_of(OWN, connection, link.member)
        rows = member_page(OWN, connection, link.member, MOST_READ)
        because = rejected_because(connection, rows[:MOST_SHOWN])
        events = history_of(OWN, connection, visit.site.keyring, link.member)
        disputes = []
        if link.dealer is None:
            disputes = disputes_of(OWN, connection, visit.site.keyring, link.member)
    if row is None:
        return visit.render("own_gone.html", _gone(visit, 0), 410)
    rewards = [own_reward(each, today) for each in rows]
    shown = rewards[:MOST_SHOWN]
    context = {
        "title": visit.say(N_("我的奖励")),
        "row": row,
        "link": link,
        "secret": secret,
        "rewards": shown,
        "because": because,
        "met": met_in(shown),
        "given": [
            OwnGift(
                shanghai_day(each.starts_us), each.data.item, each.data.form, each.data.value_fen
            )
            for each in events
            if isinstance(each.data, ValueTransferred)
        ],
        "total": len(rewards),
        "months": own_months(rewards),
        "open_fen": sum(max(each.open_fen, 0) for each in rows),
        "held_fen": sum(each.amount_fen for each in rows if each.state == "held"),
        "paid_fen": sum(each.paid_fen for each in rows),
        "owed_fen": sum(each.owed_back_fen - each.set_off_fen for each in rows),
        "disputes": disputes,
        "numbers": [(each.reward_id, _called(visit, each)) for each in shown],
        "form": form,
        "today": today,
    }
    return visit.render("own_rewards.html", context, 422 if form.is_wrong else 200)


def _called(visit: Visit, reward: OwnReward) -> str:
    """What its member knows it by: the day and how it stands, before a number."""
    today = shanghai_day(visit.site.now_us())
    on = reward.bought_on
    bought = "" if on is None else day_text(on, visit.language, today)
    standing = _AND.join(visit.say(label("reward_standing", each)) for each in reward.standings)
    parts = (bought, yuan_text(reward.amount_fen), standing, short_number(reward.reward_id))
    return _AND.join(filter(None, parts))


def _gone(visit: Visit, wait_seconds: int) -> dict[str, object]:
    minutes = -(-wait_seconds // 60)
    return {"title": visit.say(N_("链接打不开")), "wait_minutes": minutes}


@router.post("/members/{code}/link")
def give_link(posting: SignedInPosting, code: str) -> Response:
    """A new link of a member, shown this once."""
    visit = posting.visit
    row = _linked(visit, code)
    site, giver = visit.site, Giver(visit.account.actor, visit.scope.dealer)
    secret = make_link(site.engine, row.member, giver, site.now_us())
    address = f"{str(visit.request.base_url).rstrip('/')}/own/{secret}"
    context = {
        "title": visit.say(N_("会员的查看链接")),
        "row": row,
        "address": address,
        "code": code_svg(address),
        "days": GOOD_DAYS,
    }
    return visit.render("own_link_made.html", context)


@router.post("/members/{code}/link/end")
def take_link(posting: SignedInPosting, code: str) -> Response:
    """The link opens nothing any more: for whoever sees the member and may say anything."""
    visit = posting.visit
    if visit.account.credential is None:
        raise OutOfScope("who only looks ends nothing")
    row = member_shown(visit, code)
    end_link(visit.site.engine, row.member, visit.account.actor, visit.site.now_us())
    context = {"title": visit.say(N_("会员的查看链接")), "row": row, "address": None}
    return visit.render("own_link_made.html", context)


def _linked(visit: Visit, code: str) -> MemberState:
    """A member to whom this person may give a link: who sees its money and may change it."""
    visit.scope.require("money", "what members earn")
    if not visit.may_say("member.changed"):
        raise OutOfScope("who speaks of members")
    row = member_shown(visit, code)
    with reading(visit.site.engine) as connection:
        if code not in open_to(visit.scope, connection, [code]):
            raise OutOfScope("a member of somebody else")
    return row
