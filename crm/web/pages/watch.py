"""What looks made up among rewards: the evidence of each, and who lets it go on."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from campaigns.ids import short_number
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.people import names_of
from crm.people.queries import PAGE_ROWS
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.hands import handled
from crm.reward_desk.queries import desk_rows
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.watch.finding import Finding
from crm.watch.queries import findings
from crm.watch.register import let_go_on
from crm.web.desk.files import list_taken, wants_file
from crm.web.desk.tables import Column, Table
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.view.labels import label
from crm.web.view.speakers import speaker_word

router = APIRouter()

_Page = Annotated[int, Query(ge=1)]
_Line = tuple[Finding, str]
"""A finding, and who has decided it, in words."""


def _rewards(_visit: Visit, line: _Line) -> str:
    return " ".join(map(short_number, line[0].reward_ids))


_FINDINGS: Table[_Line] = Table(
    "findings",
    (
        Column("kind", N_("什么不寻常"), lambda v, line: v.say(label("watched", line[0].kind))),
        Column("member", N_("会员"), lambda _, line: line[0].member),
        Column("others", N_("还有谁"), lambda _, line: " ".join(line[0].involved)),
        Column("day", N_("哪一天"), lambda _, line: line[0].day),
        Column("outlet", N_("网点"), lambda _, line: line[0].outlet),
        Column("count", N_("几份奖励"), lambda _, line: len(line[0].reward_ids), is_number=True),
        Column("rewards", N_("哪几份"), _rewards),
        Column("references", N_("付款编号"), lambda _, line: " ".join(line[0].references)),
        Column("decided_by", N_("谁看过了"), lambda _, line: line[1]),
        Column("decided_on", N_("哪天看的"), lambda _, line: line[0].decided_on),
    ),
)
"""As they are taken away."""


@router.get("/watch")
def watch_page(visit: SignedIn, page: _Page = 1) -> Response:
    """Every finding with its rewards, the open ones first."""
    visit.scope.require("books", "what looks made up")
    actor = visit.account.actor
    with reading(visit.site.engine) as connection:
        found = findings(visit.scope, connection)
        if wants_file(visit):
            names = names_of(connection, {each.decided_by for each in found if each.decided_by})
            lines = [(each, speaker_word(names, each.decided_by, visit.say)) for each in found]
            return list_taken(visit, _FINDINGS, lines)
        shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
        ids = {reward_id for each in shown for reward_id in each.reward_ids[:PAGE_ROWS]}
        rows = {row.reward_id: row for row in desk_rows(visit.scope, connection, ids)}
        names = names_of(connection, {each.decided_by for each in shown if each.decided_by})
        own = handled(connection, actor, ids, rows.values())
    hands = {each.key: not own.isdisjoint(each.reward_ids) for each in shown}
    context = {
        "title": visit.say(N_("不寻常的")),
        "findings": shown,
        "total": len(found),
        "evidence": {each.key: _by_day(each, rows) for each in shown},
        "names": names,
        "page": page,
        "pages": max(1, -(-len(found) // PAGE_ROWS)),
        "may_decide": visit.may_say("reward.approved"),
        "hands": hands,
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("watch.html", context)


def _by_day(finding: Finding, rows: Mapping[str, DeskRow]) -> list[DeskRow]:
    """Its rewards as a page shows them: by the day of the purchase."""
    found = [rows[each] for each in finding.reward_ids[:PAGE_ROWS] if each in rows]
    return sorted(found, key=lambda row: (row.bought_on or date.max, row.reward_id))


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
        own = handled(connection, actor, named.reward_ids, rows)
    if own:
        raise OutOfScope("nobody looks into what they entered, approved or paid")
    let_go_on(visit.site.engine, key, actor, visit.site.now_us())
    return RedirectResponse("/watch", 303)
