"""Payment files: made, taken away, held against the bank's answer; and what was begun and left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from campaigns.sheets import InvalidSheet, grids, sentence
from campaigns.wording.catalogues import N_
from crm.accounts.access import PAYEES, Access, log_accesses
from crm.accounts.people import names_of
from crm.components.index_keys import keyed_digest
from crm.people.queries import PAGE_ROWS
from crm.reward_desk.bank_answer import (
    LONGEST_PASTED,
    AnswerNoTable,
    AnswerTooLong,
    AnswerUnreadable,
    Matched,
    Ordered,
    Row,
    account_in,
    answers,
    in_tables,
    pasted,
    reconciled,
)
from crm.reward_desk.bank_file import Line, written
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.hands import may_end
from crm.reward_desk.orders import FileRow, OrderRow, Payer
from crm.reward_desk.queries import (
    desk_rows,
    left_out_of_file,
    lone_orders,
    orders_of_file,
    payment_files,
)
from crm.reward_desk.register import NothingLeft, PaymentTaken, fail_order, order_file
from crm.scope import OutOfScope
from crm.storage.database import reading, writing
from crm.watch.accounts import Paid
from crm.watch.register import note_accounts
from crm.web.desk.acts import ActForm
from crm.web.desk.files import list_taken, wants_file
from crm.web.desk.payments import TAKEN, payer_of, tell
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.payment_file_table import FILES, MOST_LISTED
from crm.web.view.speakers import speaker_word

router = APIRouter()

_NOTHING = N_("没有可以付的。每一份为什么，写在下面。")
_OWED_BACK = N_("没有可以付的：会员应退回的不比可发放的少。先不付，等可发放的够了一起抵扣。")


@router.get("/rewards/files")
def files_page(visit: SignedIn) -> Response:
    """Every payment file, the newest first; before them what was begun by itself and left."""
    if not wants_file(visit):
        return show_files(visit)
    with reading(visit.site.engine) as connection:
        found = payment_files(visit.scope, connection, most=MOST_LISTED)
        names = names_of(connection, {file.actor for file in found})
    return list_taken(
        visit, FILES, [(each, speaker_word(names, each.actor, visit.say)) for each in found]
    )


def show_files(visit: Visit, form: ActForm | None = None) -> Response:
    """The list of files and of what was begun, with what went wrong with the latter."""
    now_us, actor = visit.site.now_us(), visit.account.actor
    with reading(visit.site.engine) as connection:
        found = payment_files(visit.scope, connection)
        lone = lone_orders(visit.scope, connection)
        rows = {r.reward_id: r for r in desk_rows(visit.scope, connection, _ids(lone))}
        begun = [order for order in lone if order.reward_id not in rows]
        mine = [
            order
            for order in begun
            if visit.may_say("reward.paid") and may_end(visit.scope, connection, actor, order, None)
        ]
        actors = {file.actor for file in found} | {order.began_by for order in lone}
        names = names_of(connection, actors)
    context = {
        "title": visit.say(N_("付款文件")),
        "files": found,
        "names": names,
        "lone": lone,
        "rows": rows,
        "mine": {order.order_id for order in mine},
        "may_tell": {order.order_id for order in mine if order.may_tell(actor, now_us)},
        "may_fail": {order.order_id for order in mine if order.may_fail(actor, now_us)},
        "form": form or ActForm(),
    }
    return visit.render("payment_files.html", context, 422 if form is not None else 200)


@router.post("/rewards/files")
def make_file(posting: SignedInPosting) -> Response:
    """A file of what is ticked and may be paid by this person; the rest is named, with why."""
    visit = posting.visit
    payer = payer_of(visit)
    with reading(visit.site.engine) as connection:
        ticked = desk_rows(visit.scope, connection, posting.texts("reward")[:PAGE_ROWS])
    found = {row.reward_id: row.left_out(payer.actor) for row in ticked}
    left_out = {reward_id: why for reward_id, why in found.items() if why is not None}
    rows = [row for row in ticked if row.reward_id not in left_out]
    if not rows:
        return _file_fault(visit, _NOTHING, ticked, left_out)
    try:
        file_id = order_file(visit.site.engine, payer, rows, left_out)
    except NothingLeft:
        owed = dict.fromkeys((row.reward_id for row in rows), "owed_back")
        return _file_fault(visit, _OWED_BACK, ticked, {**left_out, **owed})
    except PaymentTaken:
        return _file_fault(visit, TAKEN, ticked, left_out)
    return RedirectResponse(f"/rewards/files/{file_id}", 303)


def _file_fault(
    visit: Visit, fault: str, ticked: Sequence[DeskRow], left_out: Mapping[str, str]
) -> Response:
    context = {
        "title": visit.say(N_("付款文件")),
        "fault": visit.say(fault),
        "left_out": [(row, left_out[row.reward_id]) for row in ticked if row.reward_id in left_out],
    }
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
        look = Access(visit.site.now_us(), visit.account.actor, f"payments/{file_id}", PAYEES)
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
    payer = payer_of(visit)
    _, orders = _found(visit, file_id)
    try:
        answered = answers(_rows_of(posting))
    except AnswerUnreadable as error:
        fault = visit.say(N_("回单里缺这一列：%(heading)s。请保留有列名的那一行再交。"))
        return _file(visit, file_id, fault=fault % {"heading": str(error)})
    except AnswerNoTable:
        fault = visit.say(N_("回单拆不成一行一行。请看看引号是不是成对的，再贴一次。"))
        return _file(visit, file_id, fault=fault)
    except InvalidSheet as error:
        return _file(visit, file_id, fault=sentence(error.reason, visit.language))
    except AnswerTooLong:
        return _file(visit, file_id, fault=sentence("file_too_large", visit.language))
    except _NotOne:
        fault = visit.say(N_("请选一个回单文件，或者把内容贴在框里，两样只要一样。"))
        return _file(visit, file_id, fault=fault)
    with reading(visit.site.engine) as connection:
        rows = {r.reward_id: r for r in desk_rows(visit.scope, connection, _ids(orders))}
    # Who has not come to an end with telling may go on.
    again = {"telling": "ordered"}
    open_ones = [
        Ordered(o.order_id, o.reference, o.amount_fen, again.get(o.state, o.state)) for o in orders
    ]
    matched = reconciled(open_ones, answered)
    known = {order.order_id: order for order in orders}
    ended = [known[m.order_id or ""] for m in matched if m.finding in ("paid", "failed")]
    with reading(visit.site.engine) as connection:
        for order in ended:
            row = rows.get(order.reward_id)
            if not may_end(visit.scope, connection, payer.actor, order, row):
                raise OutOfScope("nobody ends payments of what they entered or approved")
    matched = [_ended(visit, payer, each, known) for each in matched]
    _note_accounts(visit, matched, known)
    return _file(visit, file_id, matched=matched)


class _NotOne(ValueError):
    """Neither a file nor a text was sent, or both: of which what is read would be a guess."""


def _rows_of(posting: Posting) -> Sequence[Row]:
    text, picked = posting.text("answer", LONGEST_PASTED + 1), posting.form.get("file")
    has_file = isinstance(picked, UploadFile) and bool(picked.filename)
    if bool(text) == has_file:
        raise _NotOne
    if isinstance(picked, UploadFile) and picked.filename:
        tables = grids(picked.filename, picked.file.read())
        return in_tables(table.rows for table in tables if table.visible)
    return pasted(text)


def _note_accounts(visit: Visit, matched: list[Matched], known: dict[str, OrderRow]) -> None:
    """Into which accounts was paid, as keyed hashes; also of what was told of before."""
    digest = keyed_digest(visit.site.keyring.secret("accounts"))
    noted = []
    for each in matched:
        order, account = known.get(each.order_id or ""), account_in(each.answer.account)
        if order is None or account is None or not _is_of(each, order):
            continue
        employer = order.payee if order.through == "employer" else None
        paid = Paid(digest(account), order.member, employer, order.reference)
        noted.append((order.order_id, paid))
    note_accounts(visit.site.engine, noted, visit.site.now_us())


def _is_of(each: Matched, order: OrderRow) -> bool:
    """Whether the line tells of this payment, and that it was made."""
    is_paid = each.finding == "paid" or (each.finding == "ended" and order.state == "paid")
    return is_paid and each.answer.result == "paid" and each.answer.amount_fen == order.amount_fen


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
        reasons = left_out_of_file(visit.scope, connection, file_id)
        rows = desk_rows(visit.scope, connection, reasons)
    context = {
        "title": visit.say(N_("付款文件")),
        "file": found,
        "orders": orders,
        "left_out": [(row, reasons[row.reward_id]) for row in rows],
        "names": names,
        "matched": matched,
        "accounts": [
            account_in(each.answer.account) is not None
            for each in matched or ()
            if each.answer.account_shown and each.finding in ("paid", "ended")
        ],
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
