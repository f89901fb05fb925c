"""A dealer's own copy in a browser: what changed, whom to call, is it right, what to delete."""

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import Connection

from campaigns.canonical import canonical_json
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.accounts.audit import log_export
from crm.activities.queries import activity
from crm.copies.queries import copy_now
from crm.feed.acknowledging import company_signer
from crm.feed.deletions import (
    Confirming,
    NothingToDelete,
    confirm_deletions,
    deletion_receipts,
    to_delete,
)
from crm.feed.history import (
    KeptReceipt,
    Sent,
    daily_receipts,
    keep_seen,
    keep_sent,
    seen_up_to,
    was_sent,
)
from crm.feed.portal import (
    PAGE_ROWS,
    changed_since,
    known_calls,
    shared_people,
    shared_person,
)
from crm.feed.queries import copy_digest, count_rows, last_sequence
from crm.feed.settling import NotSettled, must_be_settled
from crm.outcomes.queries import unsettled
from crm.scope import OutOfScope, dealer_scope
from crm.storage.database import reading, writing
from crm.web.desk.contracts import own_contract_note
from crm.web.guards import storage_failures
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.view.copy_workbook import Watermark, write_workbook
from crm.web.view.shared_fields import (
    FIELD_NAMES,
    HEALTH_FIELDS,
    is_hidden_field,
    masked,
    value_of,
)

router = APIRouter()

_RECEIPTS_SHOWN = 10
_FEW = 6
"""Calls and changes on the first page: all of them stand on pages of their own."""
_MOST_DELETED = 5_000
_EVERYWHERE = N_("请先从表格、手机、打印件里都删掉，再勾上那一句。")
_NOTHING_TICKED = N_("请勾上已经删掉的行。")
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Page = Annotated[int, Query(ge=1, le=100_000)]

REASONS = {
    "erased": N_("个人信息已删除"),
    "consent_ended": N_("同意已撤回或到期"),
    "entitlement_ended": N_("合同或名义已不在"),
    "row_replaced": N_("并入了另一个人"),
    "corrected": N_("原来就不该有"),
}
"""Why a row was taken back. Whether something has to be deleted for it is another question: what
never left the house, and what the dealer said is deleted, asks for nothing."""


def own_dealer(visit: Visit) -> str:
    """The dealer whose copy it is; OutOfScope for everybody else."""
    dealer = visit.account.dealer
    if dealer is None or not visit.scope.may("own_copy"):
        raise OutOfScope("a page for dealers")
    return dealer


_UNTICKED = MappingProxyType({"ticked": frozenset[int](), "everywhere": False})
"""What of the deletions a page that was just opened has ticked."""


@router.get("/copy")
def copy_page(visit: SignedIn, page: Page = 1) -> Response:
    """Everything a dealer needs on a Monday morning."""
    return _shown(visit, page, None, "")


@router.post("/copy/reveal")
def reveal_shared(posting: SignedInPosting) -> Response:
    """Open one hidden field; who did it and when is kept before the value is shown."""
    visit, dealer = posting.visit, own_dealer(posting.visit)
    key, _, field = posting.text("cell", 100).partition(" ")
    if not is_hidden_field(field):
        raise NotFound
    with reading(visit.site.engine) as connection:
        if not is_settled(visit, connection, dealer):
            return _shown(visit, 1, None, "")
        found = shared_person(visit.scope, connection, dealer, key)
        keep_shown(visit, connection, dealer, 0 if found is None else 1)
    value = "" if found is None else value_of(found, field)
    if found is None or not value:
        raise NotFound
    now_us, actor = visit.site.now_us(), visit.account.actor
    with writing(visit.site.engine) as connection:
        for card_id in found.cards:
            log_accesses(connection, [Access(now_us, actor, card_id, field)])
    if visit.wants_json:
        return JSONResponse({"value": value})
    return _shown(visit, 1, key, field)


@router.post("/copy/seen")
def changes_seen(posting: SignedInPosting) -> Response:
    """From now on only what is newer counts as changed."""
    visit, dealer, seen = posting.visit, own_dealer(posting.visit), posting.text("seen", 18)
    if seen.isdecimal():
        with writing(visit.site.engine) as connection:
            last = last_sequence(visit.scope, connection, dealer)
            up_to = min(int(seen), last)
            keep_seen(connection, visit.account.actor, dealer, up_to, visit.site.now_us())
    return RedirectResponse("/copy", 303)


@router.post("/copy/deleted")
def deleted(posting: SignedInPosting) -> Response:
    """The rows that are ticked were deleted everywhere: said by an account, kept as a receipt."""
    visit, dealer = posting.visit, own_dealer(posting.visit)
    named = posting.texts("deleted", 18)[:_MOST_DELETED]
    sequences = {int(each) for each in named if each.isdecimal()}
    account, now_us = visit.account, visit.site.now_us()
    typed = {"ticked": sequences, "everywhere": posting.ticked("everywhere")}
    if not typed["everywhere"]:
        return _shown(visit, 1, None, "", visit.say(_EVERYWHERE), typed)
    signer = company_signer(visit.site.keyring)
    by = Confirming(account.actor, account.name, now_us)
    try:
        receipt = confirm_deletions(visit.site.engine, visit.scope, signer, dealer, sequences, by)
    except NothingToDelete:
        return _shown(visit, 1, None, "", visit.say(_NOTHING_TICKED), typed)
    return RedirectResponse(f"/copy?deleted={receipt.receipt_id}", 303)


@router.post("/copy/workbook")
def copy_workbook(posting: SignedInPosting) -> Response:
    """The copy as Excel; that it left, and with whom, is kept first."""
    return _workbook(posting)


def _workbook(posting: Posting) -> Response:
    visit, dealer = posting.visit, own_dealer(posting.visit)
    now_us, account = visit.site.now_us(), visit.account
    with reading(visit.site.engine) as connection:
        if not is_settled(visit, connection, dealer):
            return _shown(visit, 1, None, "")
        rows = [row.content for row in copy_now(visit.scope, connection, dealer)]
        last = last_sequence(visit.scope, connection, dealer)
        titles = titles_of(visit, connection, rows)
    day = shanghai_day(now_us).isoformat()
    stream = io.BytesIO()
    mark = Watermark(visit.dealer_word(dealer), day, account.name)
    write_workbook(stream, map(canonical_json, rows), mark, titles)
    with writing(visit.site.engine) as connection:
        sent = Sent(dealer, now_us, account.actor, "workbook", last, len(rows), last)
        keep_sent(connection, sent)
        log_export(connection, now_us, account.actor, "copy", len(rows))
    named = f'attachment; filename="copy-{day}.xlsx"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(stream.getvalue(), media_type=_WORKBOOK, headers=headers)


def titles_of(visit: Visit, connection: Connection, rows: list[dict[str, Any]]) -> dict[str, str]:
    """What the activities of which rows tell are called, by id."""
    named = {item.get("activity_id") for row in rows for item in row.get("history", [])} - {None}
    held = [activity(visit.scope, connection, each) for each in sorted(named)]
    return {each.activity_id: each.title for each in held if each is not None}


def is_settled(visit: Visit, connection: Connection, dealer: str) -> bool:
    """Whether a row of the copy may be shown just now."""
    today = shanghai_day(visit.site.now_us())
    try:
        must_be_settled(connection, today, dealer=dealer)
    except NotSettled:
        return False
    return True


def unsettled_page(visit: Visit, title: str, again: str | None) -> Response:
    """Nothing of a copy leaves at this moment: it is opened again in a little while."""
    page = visit.render("copy_unsettled.html", {"title": title, "again": again}, 503)
    page.headers.update(storage_failures.headers_of(503))
    return page


def keep_shown(visit: Visit, connection: Connection, dealer: str, rows: int) -> None:
    """Who was shown a row at a browser was sent it; once for each state of the copy is enough."""
    last = last_sequence(dealer_scope(dealer), connection, dealer)
    if not rows or was_sent(connection, dealer, "portal", last):
        return
    with writing(visit.site.engine) as change:
        now_us, actor = visit.site.now_us(), visit.account.actor
        keep_sent(change, Sent(dealer, now_us, actor, "portal", last, rows, last))


def _shown(
    visit: Visit,
    page: int,
    opened_key: str | None,
    opened_field: str,
    fault: str = "",
    typed: Mapping[str, Any] = _UNTICKED,
) -> Response:
    dealer = own_dealer(visit)
    title = visit.say(N_("我的副本"))
    with reading(visit.site.engine) as connection:
        if not is_settled(visit, connection, dealer):
            return unsettled_page(visit, title, "/copy")
        context = _standing(visit, connection, dealer) | _people(visit, connection, dealer, page)
        keep_shown(visit, connection, dealer, len(context["people"]))
    context |= {
        **lines_context(opened_key, opened_field),
        "title": title,
        "few": _FEW,
        "fault": fault,
        "typed": typed,
    }
    return visit.render("copy.html", context, 422 if fault else 200)


def lines_context(opened_key: str | None = None, opened_field: str = "") -> dict[str, Any]:
    """What lines about people of a copy are drawn with."""
    return {
        "opened": (opened_key, opened_field),
        "masked": masked,
        "value": value_of,
        "reasons": REASONS,
        "field_names": FIELD_NAMES,
        "health_fields": HEALTH_FIELDS,
    }


def _standing(visit: Visit, connection: Connection, dealer: str) -> dict[str, Any]:
    """Whether the copy is right, what changed, whom to call."""
    scope, today = visit.scope, shanghai_day(visit.site.now_us())
    seen = seen_up_to(connection, visit.account.actor)
    changes, changed = changed_since(scope, connection, dealer, seen)
    receipts = daily_receipts(connection, dealer, _RECEIPTS_SHOWN)
    last = last_sequence(scope, connection, dealer)
    deleted = deletion_receipts(scope, connection, dealer)
    recalls = to_delete(scope, connection, dealer)
    owed = {recall.key for recall in recalls}
    calls = known_calls(scope, connection, dealer, today)
    said = visit.request.query_params.get("deleted", "")
    return {
        "today": today,
        "contract_note": own_contract_note(visit, connection, dealer, today),
        "just_deleted": next((each for each in deleted if each.receipt_id == said), None),
        "late_deletions": sum(recall.is_overdue(today) for recall in recalls),
        "last": last,
        "seen": seen,
        "changes": [each for each in changes if each.shared or each.key in owed],
        "gone": [each for each in changes if not (each.shared or each.key in owed)],
        "changed": changed,
        "due": calls.due,
        "lapsed": len(calls.lapsed),
        "unsettled": len(unsettled(scope, connection, visit.account.source)),
        "receipts": receipts,
        "to_delete": recalls,
        "owed": owed,
        "deletions": deleted,
        "rows": count_rows(scope, connection, dealer),
        "digest": copy_digest(scope, connection, dealer),
        "is_equal": _is_equal(receipts, last),
    }


def _is_equal(receipts: list[KeptReceipt], last: int) -> bool:
    """Whether the dealer's own system has proved to hold all that there is."""
    return bool(receipts) and receipts[0].up_to == last


def _people(visit: Visit, connection: Connection, dealer: str, page: int) -> dict[str, Any]:
    people, total = shared_people(visit.scope, connection, dealer, page)
    pages = max(1, -(-total // PAGE_ROWS))
    return {"people": people, "page": page, "pages": pages, "first": (page - 1) * PAGE_ROWS + 1}
