"""All that changed in a dealer's copy, and all whom to call: what its first page shows a few of."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.feed.deletions import to_delete
from crm.feed.history import seen_up_to
from crm.feed.portal import PAGE_ROWS, changed_since, known_calls
from crm.storage.database import reading
from crm.web.guards.visit import SignedIn, Visit
from crm.web.pages.copy import is_settled, keep_shown, lines_context, own_dealer, unsettled_page

router = APIRouter()

_LAPSED = N_("过期 90 天以上的回访")
Page = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/copy/changes")
def changes_page(visit: SignedIn, page: Page = 1) -> Response:
    """Every row that changed since the visitor said to have seen all, fifty a page."""
    dealer, path = own_dealer(visit), "/copy/changes"
    skipped = (page - 1) * PAGE_ROWS
    with reading(visit.site.engine) as connection:
        if not is_settled(visit, connection, dealer):
            return unsettled_page(visit, visit.say(N_("我的副本")), path)
        of = (visit.scope, connection, dealer)
        seen = seen_up_to(connection, visit.account.actor)
        changes, total = changed_since(*of, seen, PAGE_ROWS, skipped)
        owed = {recall.key for recall in to_delete(*of)}
        keep_shown(visit, connection, dealer, sum(each.shared is not None for each in changes))
    context = {
        "title": visit.say(N_("上次看过以后的变化")),
        "changes": changes,
        "owed": owed,
        "empty": visit.say(N_("没有新的变化。有人同意、更正或撤回，会列在这里。")),
    }
    return _part(visit, path, page, total, context)


@router.get("/copy/calls")
def calls_page(visit: SignedIn, page: Page = 1) -> Response:
    """Everybody who is to be called, the longest due first, fifty a page."""
    return _calls(visit, "/copy/calls", page, lapsed=False)


@router.get("/copy/calls/lapsed")
def lapsed_calls_page(visit: SignedIn, page: Page = 1) -> Response:
    """Those whom nobody called for so long that it is no call of today any more."""
    return _calls(visit, "/copy/calls/lapsed", page, lapsed=True)


def _calls(visit: Visit, path: str, page: int, *, lapsed: bool) -> Response:
    dealer = own_dealer(visit)
    skipped, today = (page - 1) * PAGE_ROWS, shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        if not is_settled(visit, connection, dealer):
            return unsettled_page(visit, visit.say(N_("我的副本")), path)
        calls = known_calls(visit.scope, connection, dealer, today)
        due = calls.lapsed if lapsed else calls.due
        keep_shown(visit, connection, dealer, len(due[skipped : skipped + PAGE_ROWS]))
    context = {
        "title": visit.say(_LAPSED if lapsed else N_("该给谁打电话")),
        "due": due[skipped : skipped + PAGE_ROWS],
        "first": skipped + 1,
        "lapsed": 0 if lapsed else len(calls.lapsed),
        "empty": visit.say(N_("没有到期的回访。本人同意交给你经过的，开始试用后会出现在这里。")),
    }
    return _part(visit, path, page, len(due), context)


def _part(visit: Visit, path: str, page: int, total: int, shown: dict[str, Any]) -> Response:
    context = {
        **{"changes": [], "due": [], "owed": set(), "first": 1, "lapsed": 0},
        **lines_context(),
        **shown,
        "path": path,
        "today": shanghai_day(visit.site.now_us()),
        "page": page,
        "pages": max(1, -(-total // PAGE_ROWS)),
        "total": total,
    }
    return visit.render("copy_part.html", context)
