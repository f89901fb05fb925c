"""The rewards' desk: queues, and headquarters' word on what waits for it, alone or as a list."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.disputes.queries import open_disputes
from crm.journal.numbers import numbers_of
from crm.ledger.queries import ledger_of
from crm.money import yuan_typed
from crm.people.queries import PAGE_ROWS
from crm.reward_desk.asking import explanation_shown, rejected_because
from crm.reward_desk.desk import REJECTIONS, DeskRow
from crm.reward_desk.hands import PAID, may_be_payer, spoken_of
from crm.reward_desk.orders import OrderRow
from crm.reward_desk.queries import (
    desk_rows,
    open_orders,
    payments_of,
    queue_length,
    queue_page,
)
from crm.reward_desk.queues import QUEUES, queues
from crm.rewards.explaining import Explanation
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.watch.queries import findings
from crm.web.desk.acts import Act, ActForm, done, say
from crm.web.desk.contracts import company_word
from crm.web.desk.files import taken_away
from crm.web.desk.names import names_shown
from crm.web.desk.tables import Asked
from crm.web.guards.visit import FormStale, NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.reward_table import part_of, table_of
from crm.web.view.labels import label
from crm.web.view.speakers import speaker_word

router = APIRouter()

WORDS = {"approved": "reward.approved", "rejected": "reward.rejected"}
_NOTHING = N_("一份也没有选。请先勾选。")
_NO_REASON = N_("请选驳回的理由：会员在自己的链接里看得到，不选就只能来问。")
_NOT_YOURS = N_(
    "有 %(n)s 份不能由你决定（状态变了，或是你录入、付款的），所以一份也没有记。请重新勾选。"
)


_FIRST = ("to_decide", "late", "payable", "to_hand_over", "held")
"""What is shown where no queue is named: the first of these that has anything."""


@router.get("/rewards")
def rewards_page(visit: SignedIn, state: str = "") -> Response:
    """The queues, and one page of one of them."""
    today = shanghai_day(visit.site.now_us())
    dealers = visit.dealer_words if visit.scope.dealer is None else {}
    with reading(visit.site.engine) as connection:
        found = queues(visit.scope, connection, today)
        filled = [each.name for each in found if each.count]
        queue = state if state in QUEUES else next((n for n in _FIRST if n in filled), "")
        queue = queue or next(iter(filled), "to_decide")
        disputed = open_disputes(visit.scope, connection) if visit.may("books") else 0
        acts: dict[str, Any] = {}

        def fetch(asked: Asked, most: int, skipped: int) -> tuple[Sequence[DeskRow], int]:
            part = part_of(asked)
            of = (visit.scope, connection, queue, today)
            rows = queue_page(*of, limit=most, offset=skipped, part=part)
            acts.update(acts_on(visit, rows))
            return rows, queue_length(*of, part)

        table = table_of(visit, queue, dealers, lambda row: _ticked(row, acts))
        shown = table.show(visit, Asked.of(visit.request.query_params), fetch, "/rewards")
    if shown.asked.file:
        return taken_away(visit, shown)
    context = {
        "title": visit.say(N_("奖励")),
        "queues": found,
        "any": bool(filled),
        "disputed": disputed,
        "state": queue,
        "table": shown,
        "form_id": str(uuid4()),
        **acts,
    }
    return visit.render("rewards.html", context)


def _ticked(row: DeskRow, acts: Mapping[str, Any]) -> str:
    may = row.reward_id in acts["approvable"] | acts["rejectable"] | acts["payable"]
    return row.reward_id if may else ""


def acts_on(visit: Visit, rows: list[DeskRow]) -> dict[str, Any]:
    """Which of the rewards this person may approve, reject and pay, by id.

    None of what was said a moment ago: where it stands is known when that is recorded.
    """
    actor = visit.account.actor

    def ids(type_name: str, may: Callable[[DeskRow, str], bool]) -> set[str]:
        if not visit.may_say(type_name):
            return set()
        found = (row for row in rows if not row.settling)
        return {row.reward_id for row in found if may(row, actor)}

    return {
        "approvable": ids("reward.approved", DeskRow.may_approve),
        "rejections": REJECTIONS,
        "rejectable": ids("reward.rejected", DeskRow.may_reject),
        "payable": ids("reward.paid", DeskRow.fits_file),
    }


@router.post("/rewards/decide")
def decide(posting: SignedInPosting) -> Response:
    """Approve or reject what is ticked: all of it, or nothing where one may not be decided."""
    visit = posting.visit
    word = posting.text("word", 16)
    if not visit.may_say("reward.approved"):
        raise OutOfScope("who decides on rewards")
    if word not in WORDS:
        raise FormStale
    ticked = posting.texts("reward")[:PAGE_ROWS]
    with reading(visit.site.engine) as connection:
        rows = desk_rows(visit.scope, connection, ticked)
        paid = spoken_of(connection, visit.account.actor, ticked, PAID)
    may = DeskRow.may_approve if word == "approved" else DeskRow.may_reject
    mine = [row for row in rows if may(row, visit.account.actor) and row.reward_id not in paid]
    reason = posting.text("reason", 64) if word == "rejected" else ""
    back = "/rewards" if len(ticked) != 1 else f"/rewards/{ticked[0]}"
    if word == "rejected" and reason not in REJECTIONS:
        return _refused(visit, back, rows, ActForm(troubles=(visit.say(_NO_REASON),)))
    if not ticked or len(mine) < len(set(ticked)):
        left = visit.say(_NOTHING if not ticked else _NOT_YOURS)
        trouble = left % {"n": len(set(ticked)) - len(mine)}
        return _refused(visit, back, rows, ActForm(troubles=(trouble,)))
    answer = say(posting, [_verdict(WORDS[word], row, reason) for row in mine])
    if answer.form is not None:
        return _refused(visit, back, rows, answer.form)
    return done(visit, back, answer)


def _refused(visit: Visit, back: str, rows: list[DeskRow], form: ActForm) -> Response:
    context = {"title": visit.say(N_("奖励")), "back": back, "rows": rows, "form": form}
    return visit.render("reward_refused.html", context, 422)


def _verdict(type_name: str, row: DeskRow, reason: str) -> Act:
    data: dict[str, Any] = {
        "reward_id": row.reward_id,
        "purchase_id": row.purchase_id,
        "member": row.member,
        # What was seen: an amount of nothing cannot be said.
        "amount_fen": max(row.amount_fen, row.granted_fen, 1),
    }
    return Act(type_name, {**data, "reason_code": reason} if reason else data)


@router.get("/rewards/{reward_id}")
def reward_page(visit: SignedIn, reward_id: str) -> Response:
    """One reward: where it stands, and why; every fen of it."""
    return show_reward(visit, reward_id)


def show_reward(visit: Visit, reward_id: str, form: ActForm | None = None) -> Response:
    """The page of one reward, with the form of a payment as it was typed."""
    is_company, now_us = visit.may("books"), visit.site.now_us()
    with reading(visit.site.engine) as connection:
        rows = desk_rows(visit.scope, connection, [reward_id])
        if not rows:
            raise NotFound
        why = explanation_shown(visit.scope, connection, visit.site.keyring, rows[0], now_us)
        because = rejected_because(connection, rows)
        unusual = _unusual(visit, connection, rows[0])
        entries, payments, begun = [], [], []
        if is_company:
            entries = ledger_of(visit.scope, connection, reward_id)
            payments = payments_of(visit.scope, connection, reward_id)
            begun = open_orders(visit.scope, connection, reward_id)
        steps = why.chain if why is not None else ()
        told = {(*step.moment.key,) for step in steps} | {(e.source, e.id) for e in entries}
        numbers = numbers_of(visit.scope, connection, told)
        actors = _actors(rows[0], why) | {actor for order in begun for actor in _began(order)}
        names = names_shown(visit, connection, actors)
        row, actor = rows[0], visit.account.actor
        pays = visit.may_say("reward.paid") and may_be_payer(connection, actor, row)
    hands = {"entered": row.entered_by, "approved": row.approved_by, "paid": row.paid_by}
    context = {
        "title": visit.say(N_("奖励")),
        "row": row,
        "why": why,
        "entries": entries,
        "payments": payments,
        "begun": begun,
        "because": because.get(reward_id, ""),
        "unusual": unusual,
        "may_tell": {each.order_id for each in begun if each.may_tell(actor, now_us)},
        "may_fail": {each.order_id for each in begun if each.may_fail(actor, now_us)},
        "names": names,
        "numbers": numbers,
        # To a dealer several people may have one word.
        "hands": {
            did: list(dict.fromkeys(_word(visit, names, did, each) for each in who))
            for did, who in hands.items()
        },
        "form": form or _of_what_is_due(row),
        "company": company_word(visit),
        "form_id": str(uuid4()),
        **acts_on(visit, rows),
        "may_pay": pays,
        "own": [did for did, who in hands.items() if actor in who],
    }
    return visit.render("reward.html", context, 422 if form is not None else 200)


def _of_what_is_due(row: DeskRow) -> ActForm:
    """The form of a payment with what is left to pay once what the member owes back is set off."""
    rest_fen = row.open_fen - (0 if row.in_kind else row.member_owes_fen)
    return ActForm.of({"amount": yuan_typed(rest_fen) if rest_fen > 0 else None})


def _unusual(visit: Visit, connection: Connection, row: DeskRow) -> str:
    """What is unusual about it that nobody has looked at yet, in words; the company's alone."""
    if not (row.watched and visit.may("books")):
        return ""
    found = findings(visit.scope, connection, [row.member])
    open_ones = (each for each in found if each.decided_by is None)
    kinds = [each.kind for each in open_ones if row.reward_id in each.reward_ids]
    return visit.joined(visit.say(label("watched", kind)) for kind in dict.fromkeys(kinds))


def _word(visit: Visit, names: Mapping[str, str], did: str, actor: str) -> str:
    """What somebody who had a hand in it is called: only the company decides and pays."""
    if did != "entered" and visit.scope.dealer is not None:
        return visit.say(N_("公司"))
    return speaker_word(names, actor, visit.say)


def _actors(row: DeskRow, why: Explanation | None) -> set[str]:
    steps = () if why is None else why.chain
    return {*row.entered_by, *row.approved_by, *row.paid_by, *(s.moment.actor for s in steps)}


def _began(order: OrderRow) -> set[str]:
    return {order.actor, order.ended_by or order.actor}
