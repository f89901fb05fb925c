"""Paying rewards: one by one, or as a file for a bank whose answer is held against it."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.accounts.people import names_of
from crm.money import fen_in
from crm.people.queries import PAGE_ROWS
from crm.reward_desk.asking import may_end
from crm.reward_desk.bank_file import (
    AnswerUnreadable,
    Line,
    Matched,
    Ordered,
    answers,
    reconciled,
    written,
)
from crm.reward_desk.desk import DeskRow, doubts
from crm.reward_desk.orders import FileRow, OrderRow
from crm.reward_desk.queries import (
    desk_rows,
    is_reference_used,
    order_named,
    orders_of_file,
    payment_files,
)
from crm.reward_desk.register import (
    Payer,
    PaymentTaken,
    fail_order,
    new_order,
    order_file,
    order_payment,
)
from crm.scope import OutOfScope
from crm.storage.database import reading, writing
from crm.web.desk.acts import FORM_ID, ActForm, done
from crm.web.desk.acts import Answer as DoneAnswer
from crm.web.desk.payments import TAKEN, tell
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.rewards import show_reward
from crm.web.view.labels import label

router = APIRouter()

LONGEST_ANSWER = 200_000
_BAD_AMOUNT = N_("金额看不懂。请以元为单位，最多两位小数，例如 20 或 20.50。")
_NO_REFERENCE = N_("请写付款编号，例如银行回单上的流水号。")
_NO_SLIP = N_("请写签收单号，本人签收的那一张。")
_NOTHING = N_("没有可以付的：勾选的都不在“可发放”里，是非现金的，或要由别人付。")


@router.post("/rewards/{reward_id}/pay")
def pay(posting: SignedInPosting, reward_id: str) -> Response:
    """Record a payment that was made; what is doubtful is asked about once, beforehand."""
    visit = posting.visit
    payer, row = _payer_of(visit, reward_id), _row(visit, reward_id)
    form_id = posting.text("form_id", 36)
    amount_fen, reference = fen_in(posting.text("amount", 20)), posting.text("reference", 100)
    faults = {} if amount_fen else {"amount": visit.say(_BAD_AMOUNT)}
    missing = _NO_SLIP if row.in_kind else _NO_REFERENCE
    faults |= {} if reference else {"reference": visit.say(missing)}
    if faults or not amount_fen or not FORM_ID.fullmatch(form_id):
        return show_reward(visit, reward_id, ActForm(form_id, posting.text_of, faults))
    with reading(visit.site.engine) as connection:
        used = is_reference_used(visit.scope, connection, reference, but=form_id)
    today = shanghai_day(visit.site.now_us())
    found = doubts(row, amount_fen, today, reference_used=used)
    if not set(posting.text("asked").split()).issuperset(found):
        told = tuple(visit.say(label("payment_doubt", doubt)) for doubt in found)
        form = ActForm(form_id, posting.text_of, doubts=told, asked=" ".join(found))
        return show_reward(visit, reward_id, form)
    order = new_order(row, amount_fen, reference, form_id)
    try:
        order_payment(visit.site.engine, payer, row, order)
    except PaymentTaken:
        # A second tap of the same form goes on where the first one was.
        stored = _stored(visit, reward_id, form_id)
        if stored is None or (stored.amount_fen, stored.reference) != (amount_fen, reference):
            return _trouble(visit, reward_id, visit.say(TAKEN), posting.text_of)
    return _told(visit, payer, reward_id, form_id, posting.text_of)


@router.post("/rewards/{reward_id}/orders/{order_id}/tell")
def go_on(posting: SignedInPosting, reward_id: str, order_id: str) -> Response:
    """Tell of a payment that somebody began and did not end: of what was stored."""
    visit = posting.visit
    return _told(visit, _payer_of(visit, reward_id), reward_id, order_id)


@router.post("/rewards/{reward_id}/orders/{order_id}/fail")
def give_up(posting: SignedInPosting, reward_id: str, order_id: str) -> Response:
    """The money did not go: the reward may be paid again."""
    visit = posting.visit
    payer = _payer_of(visit, reward_id)
    if _stored(visit, reward_id, order_id) is None:
        raise NotFound
    if fail_order(visit.site.engine, payer, order_id) == "taken":
        return _trouble(visit, reward_id, visit.say(TAKEN))
    return RedirectResponse(f"/rewards/{reward_id}", 303)


def _told(
    visit: Visit,
    payer: Payer,
    reward_id: str,
    order_id: str,
    typed: Callable[[str], str] | None = None,
) -> Response:
    stored = _stored(visit, reward_id, order_id)
    if stored is None:
        raise NotFound
    telling = tell(visit, payer, stored)
    if telling.outcome != "told":
        return _trouble(visit, reward_id, telling.why, typed)
    return done(visit, f"/rewards/{reward_id}", DoneAnswer(order_id, None))


def _trouble(
    visit: Visit, reward_id: str, sentence: str, typed: Callable[[str], str] | None = None
) -> Response:
    form = ActForm(typed=typed, troubles=(sentence,)) if typed else ActForm(troubles=(sentence,))
    return show_reward(visit, reward_id, form)


def _stored(visit: Visit, reward_id: str, order_id: str) -> OrderRow | None:
    """A payment of this reward by itself, as it was ordered; None: it is not one."""
    with reading(visit.site.engine) as connection:
        found = order_named(visit.scope, connection, order_id)
    is_one = found is not None and found.reward_id == reward_id and found.file_id is None
    return found if is_one else None


@router.get("/rewards/files")
def files_page(visit: SignedIn) -> Response:
    """Every payment file, the newest first."""
    with reading(visit.site.engine) as connection:
        found = payment_files(visit.scope, connection)
        names = names_of(connection, {file.actor for file in found})
    context = {"title": visit.say(N_("付款文件")), "files": found, "names": names}
    return visit.render("payment_files.html", context)


@router.post("/rewards/files")
def make_file(posting: SignedInPosting) -> Response:
    """A file of what is ticked and may be paid by this person."""
    visit = posting.visit
    payer = _payer(visit)
    with reading(visit.site.engine) as connection:
        rows = desk_rows(visit.scope, connection, posting.texts("reward")[:PAGE_ROWS])
    rows = [row for row in rows if row.fits_file(payer.actor)]
    if not rows:
        return _file_fault(visit, _NOTHING)
    try:
        file_id = order_file(visit.site.engine, payer, rows)
    except PaymentTaken:
        return _file_fault(visit, TAKEN)
    return RedirectResponse(f"/rewards/files/{file_id}", 303)


def _file_fault(visit: Visit, fault: str) -> Response:
    context = {"title": visit.say(N_("付款文件")), "fault": visit.say(fault)}
    return visit.render("payment_fault.html", context, 409)


@router.get("/rewards/files/{file_id}")
def file_page(visit: SignedIn, file_id: str) -> Response:
    """One file: its lines, its digest, and the form for the bank's answer."""
    return _file(visit, file_id)


@router.get("/rewards/files/{file_id}/csv")
def file_content(visit: SignedIn, file_id: str) -> Response:
    """The file itself, the bytes of which the digest was made; who fetched it is kept."""
    visit.scope.require("payees", "files that name payees in full")
    found, orders = _found(visit, file_id)
    lines = [Line(o.reference, o.member, o.payee, o.through, o.amount_fen) for o in orders]
    with writing(visit.site.engine) as connection:
        look = Access(visit.site.now_us(), visit.account.actor, f"payments/{file_id}", "payees")
        log_accesses(connection, [look])
    headers = {
        "content-disposition": f'attachment; filename="payments-{found.sha256[:12]}.csv"',
        "cache-control": "no-store",
    }
    return Response(written(lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/rewards/files/{file_id}/answer")
def answer(posting: SignedInPosting, file_id: str) -> Response:
    """The bank's answer: what was paid is told, what was not is free again, the rest is shown."""
    visit = posting.visit
    payer = _payer(visit)
    _, orders = _found(visit, file_id)
    try:
        told = answers(posting.text("answer", LONGEST_ANSWER))
    except AnswerUnreadable as error:
        fault = visit.say(N_("回单里缺这一列：%(heading)s。请保留第一行的列名再贴一次。"))
        return _file(visit, file_id, fault=fault % {"heading": str(error)})
    with reading(visit.site.engine) as connection:
        rows = {r.reward_id: r for r in desk_rows(visit.scope, connection, _ids(orders))}
    # Who has not come to an end with telling may go on.
    again = {"telling": "ordered"}
    open_ones = [
        Ordered(o.order_id, o.reference, o.amount_fen, again.get(o.state, o.state)) for o in orders
    ]
    matched = reconciled(open_ones, told)
    known = {order.order_id: order for order in orders}
    ended = [known[m.order_id or ""] for m in matched if m.finding in ("paid", "failed")]
    with reading(visit.site.engine) as connection:
        for order in ended:
            row = rows.get(order.reward_id)
            if not may_end(visit.scope, connection, payer.actor, order, row):
                raise OutOfScope("nobody ends payments of what they entered or approved")
    matched = [_ended(visit, payer, each, known) for each in matched]
    return _file(visit, file_id, matched=matched)


def _ended(visit: Visit, payer: Payer, each: Matched, known: dict[str, OrderRow]) -> Matched:
    """What came of a line that ends its order; every other as it was."""
    order = known.get(each.order_id or "")
    if order is None or each.finding not in ("paid", "failed"):
        return each
    if each.finding == "failed":
        failed = fail_order(visit.site.engine, payer, order.order_id)
        return replace(each, finding="ended" if failed == "told" else failed)
    telling = tell(visit, payer, order).outcome
    return each if telling == "told" else replace(each, finding=telling)


def _ids(orders: list[OrderRow]) -> list[str]:
    return [order.reward_id for order in orders]


def _file(
    visit: Visit, file_id: str, *, matched: list[Matched] | None = None, fault: str | None = None
) -> Response:
    found, orders = _found(visit, file_id)
    with reading(visit.site.engine) as connection:
        names = names_of(connection, {found.actor})
    context = {
        "title": visit.say(N_("付款文件")),
        "file": found,
        "orders": orders,
        "names": names,
        "matched": matched,
        "fault": fault,
        "may_pay": visit.may_say("reward.paid"),
        "form_id": str(uuid4()),
    }
    return visit.render("payment_file.html", context, 422 if fault else 200)


def _found(visit: Visit, file_id: str) -> tuple[FileRow, list[OrderRow]]:
    with reading(visit.site.engine) as connection:
        files = payment_files(visit.scope, connection, file_id)
        if not files:
            raise NotFound
        return files[0], orders_of_file(visit.scope, connection, file_id)


def _row(visit: Visit, reward_id: str) -> DeskRow:
    with reading(visit.site.engine) as connection:
        rows = desk_rows(visit.scope, connection, [reward_id])
    if not rows:
        raise NotFound
    return rows[0]


def _payer_of(visit: Visit, reward_id: str) -> Payer:
    """Who pays a reward: nobody who entered or approved it."""
    payer = _payer(visit)
    if not _row(visit, reward_id).may_pay(payer.actor):
        raise OutOfScope("nobody pays what they entered or approved")
    return payer


def _payer(visit: Visit) -> Payer:
    """Who pays; OutOfScope where the account may not."""
    if not visit.may_say("reward.paid"):
        raise OutOfScope("who pays rewards")
    return Payer(visit.account.actor, visit.account.source, visit.site.now_us())
