"""A dealer invites people of its copy to an activity that it carries out."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.queries import ActivityRow, activities_between, activity
from crm.feed.finding import fits_own
from crm.feed.portal import Shared, rows_of
from crm.invitations.of_dealers import answers_of, invite_rows, take_back_rows
from crm.invitations.register import MOST_AT_ONCE
from crm.storage.database import reading, writing
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.copy import is_settled, keep_shown, own_dealer, unsettled_page
from crm.web.view.shared_fields import masked

router = APIRouter()

_MOST_SHOWN, _BACK = 400, timedelta(days=180)
_ATTENDED = "activity.attended"
_WORDS = {
    "invited": N_("请了 {n} 人。"),
    "already": N_("{n} 人已经请过。"),
    "never_asked": N_("{n} 人还没有问过要不要活动通知，没有请。"),
    "said_no": N_("{n} 人说过不接收活动通知，没有请。"),
    "too_many": N_("{n} 人没有请：一次最多请 {most} 人。"),
}
_TAKEN_BACK = N_("选中的人不请了。")
_NOBODY = N_("请先勾上要请的人。")
_OVER = N_("这场活动已经办过或者取消了，不能再请人。")


@router.get("/copy/invite/{activity_id}")
def own_invitations(visit: SignedIn, activity_id: str) -> Response:
    """The people of the copy, and who of them is invited."""
    return _page(visit, activity_id, None)


@router.post("/copy/invite/{activity_id}")
def own_invited(posting: SignedInPosting, activity_id: str) -> Response:
    """Those who are ticked are invited, or not any more; or the list is searched."""
    visit, step = posting.visit, posting.text("step", 16)
    dealer = own_dealer(visit)
    chosen = set(posting.texts("chosen", 64))
    rest = posting.text("after", 64) if posting.ticked("rest") else None
    if step not in ("invite", "take_back"):
        return _page(visit, activity_id, posting)
    if not chosen and rest is None:
        return _page(visit, activity_id, posting, fault=visit.say(_NOBODY))
    actor, now_us, is_done = visit.account.actor, visit.site.now_us(), True
    with writing(visit.site.engine) as connection:
        held = _held(visit, connection, activity_id)
        if not is_settled(visit, connection, dealer):
            return _unsettled(visit, activity_id)
        fitting = _fitting(connection, dealer, posting, chosen)
        # Beside those who are ticked all who fit and stood no more on the page, if that was meant.
        meant = (r for r in fitting if r.key in chosen or (rest is not None and r.key > rest))
        rows = {row.key: row.cards for row in meant}
        if step == "take_back":
            take_back_rows(visit.scope, connection, activity_id, rows, actor=actor, now_us=now_us)
            said = [visit.say(_TAKEN_BACK)]
        elif _is_over(visit, held):
            said = []
        else:
            counts = invite_rows(
                *(visit.scope, connection, activity_id, rows),
                asked_only=posting.ticked("asked_only"),
                actor=actor,
                now_us=now_us,
            )
            words = {why: word for why, word in _WORDS.items() if counts[why] or why == "invited"}
            said = [
                visit.say(word).format(n=counts[why], most=MOST_AT_ONCE)
                for why, word in words.items()
            ]
            is_done = counts["invited"] > 0
    if not said:
        return _page(visit, activity_id, posting, fault=visit.say(_OVER))
    return _page(visit, activity_id, posting, said=said, is_done=is_done)


def _page(
    visit: Visit,
    activity_id: str,
    posting: Posting | None,
    *,
    said: Sequence[str] = (),
    is_done: bool = True,
    fault: str = "",
) -> Response:
    dealer, now_us = own_dealer(visit), visit.site.now_us()
    # Who was ticked and not said yet stays, whatever else is looked for.
    ticked = frozenset(posting.texts("chosen", 64) if posting and not said else ())
    with reading(visit.site.engine) as connection:
        found = _held(visit, connection, activity_id)
        if not is_settled(visit, connection, dealer):
            return _unsettled(visit, activity_id)
        day = shanghai_day(found.starts_us)
        held = activities_between(visit.scope, connection, day - _BACK, day)
        people = _fitting(connection, dealer, posting, ticked)
        people.sort(key=lambda row: row.key not in ticked)
        shown = people[:_MOST_SHOWN]
        rows = {row.key: row.cards for row in shown}
        answers = answers_of(visit.scope, connection, activity_id, rows, now_us)
        keep_shown(visit, connection, dealer, len(shown))
    context: dict[str, Any] = {
        "title": visit.say(N_("请人来参加活动")),
        "activity": found,
        "people": shown,
        "total": len(people),
        "after": max((row.key for row in shown if row.key not in ticked), default=""),
        "answers": answers,
        "ticked": ticked,
        "masked": masked,
        "text": posting.text("text", 60) if posting else "",
        "asked_only": posting is None or posting.ticked("asked_only"),
        "came_to": posting.text("came_to", 64) if posting else "",
        "held": [each for each in held if not each.cancelled],
        "said": said,
        "is_done": is_done,
        "most": MOST_AT_ONCE,
        "fault": fault,
        "is_over": _is_over(visit, found),
        "today": shanghai_day(now_us),
    }
    return visit.render("copy_invite.html", context, 422 if fault else 200)


def _held(visit: Visit, connection: Connection, activity_id: str) -> ActivityRow:
    found = activity(visit.scope, connection, activity_id)
    if found is None or found.dealer != own_dealer(visit):
        raise NotFound
    return found


def _is_over(visit: Visit, of: ActivityRow) -> bool:
    return of.cancelled or shanghai_day(of.starts_us) < shanghai_day(visit.site.now_us())


def _alive(connection: Connection, dealer: str) -> list[Shared]:
    rows = (row for row in rows_of(connection, dealer) if not row.content.get("deceased"))
    return sorted(rows, key=lambda row: row.key)


def _fitting(
    connection: Connection, dealer: str, posting: Posting | None, ticked: Collection[str]
) -> list[Shared]:
    """By key those who fit what is looked for, and those who are ticked whether they do or not."""
    text = posting.text("text", 60) if posting else ""
    came_to = posting.text("came_to", 64) if posting else ""
    return [
        row
        for row in _alive(connection, dealer)
        if row.key in ticked
        or ((not text or fits_own(row, text)) and (not came_to or _came(row, came_to)))
    ]


def _came(row: Shared, activity_id: str) -> bool:
    return any(
        each.get("type") == _ATTENDED and each.get("activity_id") == activity_id
        for each in row.content.get("history", [])
    )


def _unsettled(visit: Visit, activity_id: str) -> Response:
    title = visit.say(N_("请人来参加活动"))
    return unsettled_page(visit, title, f"/copy/invite/{activity_id}")
