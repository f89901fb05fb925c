"""What members earned, by what stands of it: sums that open their lists."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.wording.catalogues import N_
from crm.ledger.queries import reward_sums, rewards_in_state
from crm.people.queries import PAGE_ROWS
from crm.storage.database import reading
from crm.web.guards.visit import SignedIn

router = APIRouter()

Page = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("/rewards")
def rewards_page(visit: SignedIn, state: str = "", page: Page = 1) -> Response:
    """The sums, and one page of the rewards of a state: at first of what can be paid."""
    with reading(visit.site.engine) as connection:
        sums = reward_sums(visit.scope, connection)
        states = [each.state for each in sums]
        shown = state if state in states else "payable" if "payable" in states else ""
        shown = shown or next(iter(states), "")
        found = rewards_in_state(visit.scope, connection, shown, PAGE_ROWS, (page - 1) * PAGE_ROWS)
    total = sum(each.count for each in sums if each.state == shown)
    context = {
        "title": visit.say(N_("奖励")),
        "sums": sums,
        "state": shown,
        "rewards": found,
        "page": page,
        "pages": max(1, -(-total // PAGE_ROWS)),
    }
    return visit.render("rewards.html", context)
