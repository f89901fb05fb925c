"""What looks made up among rewards: the evidence of each, and who lets it go on."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.people import names_of
from crm.people.queries import PAGE_ROWS
from crm.reward_desk.queries import desk_rows
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.watch.queries import findings
from crm.watch.register import let_go_on
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting

router = APIRouter()


@router.get("/watch")
def watch_page(visit: SignedIn) -> Response:
    """Every finding with its rewards, the open ones first."""
    visit.scope.require("books", "what looks made up")
    actor = visit.account.actor
    with reading(visit.site.engine) as connection:
        found = findings(visit.scope, connection)
        shown = found[:PAGE_ROWS]
        ids = {reward_id for each in shown for reward_id in each.reward_ids[:PAGE_ROWS]}
        rows = {row.reward_id: row for row in desk_rows(visit.scope, connection, ids)}
        names = names_of(connection, {each.decided_by for each in shown if each.decided_by})
    hands = {
        each.key: any(
            actor in rows[reward_id].hands for reward_id in each.reward_ids if reward_id in rows
        )
        for each in shown
    }
    context = {
        "title": visit.say(N_("不寻常的")),
        "findings": shown,
        "total": len(found),
        "rows": rows,
        "names": names,
        "most": PAGE_ROWS,
        "may_decide": visit.may_say("reward.approved"),
        "hands": hands,
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("watch.html", context)


@router.post("/watch/decide")
def decide(posting: SignedInPosting) -> Response:
    """The evidence was looked at and is in order: its rewards go on."""
    visit = posting.visit
    visit.scope.require("books", "what looks made up")
    if not visit.may_say("reward.approved"):
        raise OutOfScope("who decides on rewards")
    actor, key = visit.account.actor, posting.text("key")
    with reading(visit.site.engine) as connection:
        named = next((e for e in findings(visit.scope, connection) if e.key == key), None)
        if named is None:
            raise NotFound
        rows = desk_rows(visit.scope, connection, named.reward_ids)
    if any(actor in row.hands for row in rows):
        raise OutOfScope("nobody looks into what they entered, approved or paid")
    let_go_on(visit.site.engine, key, actor, visit.site.now_us())
    return RedirectResponse("/watch", 303)
