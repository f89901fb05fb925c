"""Paying rewards one by one: what was begun is told once, gone on with, or given up."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.money import fen_in
from crm.reward_desk.desk import DeskRow, doubts
from crm.reward_desk.hands import may_be_payer, may_end
from crm.reward_desk.orders import OrderRow, Payer
from crm.reward_desk.queries import desk_rows, is_reference_used, order_named
from crm.reward_desk.register import PaymentTaken, fail_order, new_order, order_payment
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.acts import FORM_ID, ActForm, done
from crm.web.desk.acts import Answer as DoneAnswer
from crm.web.desk.payments import TAKEN, payer_of, tell
from crm.web.guards.visit import NotFound, SignedInPosting, Visit
from crm.web.pages.payment_files import show_files
from crm.web.pages.rewards import show_reward
from crm.web.view.labels import label

router = APIRouter()

_BAD_AMOUNT = N_("金额看不懂。请以元为单位，最多两位小数，例如 20 或 20.50。")
_NO_REFERENCE = N_("请写付款编号，例如银行回单上的流水号。")
_NO_SLIP = N_("请写签收单号，本人签收的那一张。")


@router.post("/rewards/{reward_id}/pay")
def pay(posting: SignedInPosting, reward_id: str) -> Response:
    """Record a payment that was made; what is doubtful is asked about once, beforehand."""
    visit = posting.visit
    payer, row = payer_of(visit), _row(visit, reward_id)
    if row is None:
        raise NotFound
    with reading(visit.site.engine) as connection:
        if not may_be_payer(connection, payer.actor, row):
            raise OutOfScope("nobody pays what they entered or approved")
    form_id = posting.text("form_id", 36)
    if row.ordered and _stored(visit, reward_id, form_id) is None:
        return _trouble(visit, reward_id, visit.say(TAKEN), posting.text_of)
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
    stored = _stored(visit, reward_id, form_id)
    if stored is None:
        raise NotFound
    return _settled(visit, payer, stored, posting.text_of)


@router.post("/rewards/{reward_id}/orders/{order_id}/tell")
def go_on(posting: SignedInPosting, reward_id: str, order_id: str) -> Response:
    """Tell of a payment that somebody began and did not end: of what was stored."""
    visit = posting.visit
    stored, payer = _to_end(visit, reward_id, order_id)
    return _settled(visit, payer, stored)


@router.post("/rewards/{reward_id}/orders/{order_id}/fail")
def give_up(posting: SignedInPosting, reward_id: str, order_id: str) -> Response:
    """The money did not go: the reward may be paid again."""
    visit = posting.visit
    _, payer = _to_end(visit, reward_id, order_id)
    if fail_order(visit.site.engine, payer, order_id) == "taken":
        return _trouble(visit, reward_id, visit.say(TAKEN))
    return RedirectResponse(_page_of(visit, reward_id), 303)


def _to_end(visit: Visit, reward_id: str, order_id: str) -> tuple[OrderRow, Payer]:
    """A payment that was begun and who ends it; its reward may be gone."""
    payer, stored = payer_of(visit), _stored(visit, reward_id, order_id)
    if stored is None:
        raise NotFound
    row = _row(visit, reward_id)
    with reading(visit.site.engine) as connection:
        if not may_end(visit.scope, connection, payer.actor, stored, row):
            raise OutOfScope("nobody ends payments of what they entered or approved")
    return stored, payer


def _settled(
    visit: Visit, payer: Payer, stored: OrderRow, typed: Callable[[str], str] | None = None
) -> Response:
    telling = tell(visit, payer, stored)
    if telling.outcome != "told":
        return _trouble(visit, stored.reward_id, telling.why, typed)
    back = _page_of(visit, stored.reward_id)
    return done(visit, back, DoneAnswer(stored.order_id, None))


def _page_of(visit: Visit, reward_id: str) -> str:
    """Where a payment is seen: what is gone has no page of its own."""
    return "/rewards/files" if _row(visit, reward_id) is None else f"/rewards/{reward_id}"


def _trouble(
    visit: Visit, reward_id: str, sentence: str, typed: Callable[[str], str] | None = None
) -> Response:
    form = ActForm(typed=typed, troubles=(sentence,)) if typed else ActForm(troubles=(sentence,))
    if _row(visit, reward_id) is None:
        return show_files(visit, form)
    return show_reward(visit, reward_id, form)


def _stored(visit: Visit, reward_id: str, order_id: str) -> OrderRow | None:
    """A payment of this reward by itself, as it was ordered; None: it is not one."""
    with reading(visit.site.engine) as connection:
        found = order_named(visit.scope, connection, order_id)
    is_one = found is not None and found.reward_id == reward_id and found.file_id is None
    return found if is_one else None


def _row(visit: Visit, reward_id: str) -> DeskRow | None:
    with reading(visit.site.engine) as connection:
        return next(iter(desk_rows(visit.scope, connection, [reward_id])), None)
