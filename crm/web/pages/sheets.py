"""Sheets in the page: fetched, looked at before anything counts, mended there, sent in."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.intake import Credential, Intake
from campaigns.sheets import (
    InvalidSheet,
    SheetActivity,
    activity_of,
    sentence,
    write_answer,
    write_template,
)
from campaigns.sheets.columns import CONSENT_CHOICES, MEMBER
from campaigns.sheets.model import Unread
from campaigns.sheets.template import MOST_ROWS
from campaigns.times import rfc3339
from campaigns.wording.catalogues import N_
from crm.activities.queries import ActivityRow, activity, sheet_facts
from crm.intake.looking import LookingIntake
from crm.intake.sheet_headings import remember, remembered, sender_of_sheets
from crm.intake.sheet_intake import accept_sheet
from crm.intake.sheet_receipt import SheetReceipt
from crm.intake.sheet_sentences import notice_sentence
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.names import names_shown
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.sheets_back import sheets_seen
from crm.web.view.sheet_forms import TARGETS, SentSheet, SheetTooLarge, sent_sheet
from crm.web.view.sheet_grid import SLOT_TYPES, Grid, grid_of, unread_lines

router = APIRouter()

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_LISTED = 300
_ROWS = (80, 200)
_MOST_NUMBERS = 12
"""Of rows with one notice: more of them nobody reads one by one, and each stands in the list."""
_NO_FILE = N_("还没有选文件。请选好填完的签到表再交。")
_SAID = "card.registered"


@router.get("/sheets/{activity_id}")
def sheet_page(visit: SignedIn, activity_id: str) -> Response:
    """Where the sheet of an activity is fetched and sent in."""
    _may_send(visit)
    return _page(visit, _activity(visit, activity_id))


@router.get("/sheets/{activity_id}/blank")
def blank_sheet(
    visit: SignedIn, activity_id: str, rows: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 80
) -> Response:
    """The sheet of an activity, with room for so many people."""
    visit.scope.require("activities", "which activities there are")
    with reading(visit.site.engine) as connection:
        facts = sheet_facts(visit.scope, connection, visit.site.keyring, activity_id)
    if facts is None:
        raise NotFound
    return _file(f"{activity_id}.xlsx", write_template(facts, rows, row_ids=_row_ids()))


@router.post("/sheets/{activity_id}")
def sheet_sent(posting: SignedInPosting, activity_id: str) -> Response:
    """Look at a sheet, send it in for good, or take it away as a file."""
    visit = posting.visit
    may_send = _may_send(visit)
    found = _activity(visit, activity_id)
    credential = replace(may_send, sources=(*may_send.sources, _of_sheet(found).source))
    try:
        sheet = sent_sheet(posting.form)
    except SheetTooLarge:
        return _refused(visit, found, sentence("file_too_large", visit.language))
    if sheet is None:
        return _refused(visit, found, visit.say(_NO_FILE))
    act = posting.text("act", 10)
    look = _looked_at(visit, found, sheet, credential)
    if look.receipt is None:
        return _refused_whole(visit, found, look)
    if act in ("all", "refused"):
        return _taken_away(visit, look.receipt, is_all=act == "all")
    if act == "send":
        receipt = _taken(visit, found, look.sheet, credential, visit.site.intake)
        remember(visit.site.engine, sender_of_sheets(credential), look.sheet.headings)
        return _shown(visit, found, look.sheet, receipt, is_sent=True)
    return _shown(visit, found, look.sheet, look.receipt, is_sent=False)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found in a sheet, read with all that its sender ever said of its headings."""

    sheet: SentSheet
    receipt: SheetReceipt | None
    error: InvalidSheet | None = None

    @property
    def unread(self) -> dict[str, Unread]:
        """The columns that were not read."""
        if self.receipt is not None:
            found = self.receipt.refused_rows.unread
        else:
            found = self.error.unread if self.error else ()
        return {one.column: one for one in found if one.kind == "column" and one.column}


def _looked_at(visit: Visit, found: ActivityRow, sheet: SentSheet, credential: Credential) -> _Look:
    try:
        look = _Look(sheet, _taken(visit, found, sheet, credential, LookingIntake()))
    except InvalidSheet as error:
        look = _Look(sheet, None, error)
    unsaid = [heading for heading in look.unread if heading not in sheet.headings]
    more = remembered(visit.site.engine, sender_of_sheets(credential), unsaid) if unsaid else {}
    if not more:
        return look
    better = replace(sheet, headings={**sheet.headings, **more})
    return _looked_at(visit, found, better, credential)


def _taken(
    visit: Visit,
    found: ActivityRow,
    sheet: SentSheet,
    credential: Credential,
    intake: Intake,
) -> SheetReceipt:
    return accept_sheet(
        intake,
        visit.site.engine,
        visit.site.keyring,
        sheet.name,
        sheet.data,
        credential,
        activity=_of_sheet(found),
        headings=sheet.heading_map,
        edits=sheet.edits,
        keep_rows=True,
    )


def _shown(
    visit: Visit, found: ActivityRow, sheet: SentSheet, receipt: SheetReceipt, *, is_sent: bool
) -> Response:
    every = receipt.all_rows
    assert every is not None
    grid = grid_of(receipt, every, sheet.edits, visit.language, with_odd=not is_sent)
    kinds = [outcome.kind for outcome in receipt.outcomes]
    bought = [each.bought for each in receipt.outcomes if each.bought is not None]
    listed = {
        "outcomes": receipt.outcomes[:_MOST_LISTED],
        "not_listed": max(0, len(receipt.outcomes) - _MOST_LISTED),
    }
    counts = {
        "new": kinds.count("new"),
        "corrected": kinds.count("corrected"),
        "same": kinds.count("same"),
        "voided": sum(len(outcome.taken_back) for outcome in receipt.outcomes),
        "bought": sum(each.quantity for each in bought),
        "bought_fen": sum(each.whole_fen for each in bought),
        "bought_elsewhere": sum(each.quantity for each in bought if each.on),
        "referred": sum(bool(outcome.referred_by) for outcome in receipt.outcomes),
        "asked": len(receipt.asked),
        "refused": grid.faulty - len(receipt.asked),
        "left_out": sorted(number for _, number in sheet.edits.left_out),
    }
    said = {
        "notes": list(_notes(visit, receipt)),
        "notices": _notices(visit, receipt),
        "received_us": receipt.received_us,
    }
    unread = {one.column: one for one in every.unread if one.kind == "column" and one.column}
    meant = {heading: Unread("column", "", None, heading) for heading in sheet.headings} | unread
    context = {"sheet": sheet, "grid": grid, "counts": counts, "is_sent": is_sent}
    context["has_members"] = any(MEMBER in row.cells for row in every.rows)
    context |= {"meant": meant, "targets": TARGETS}
    return _page(visit, found, {**context, **listed, **said})


def _notices(visit: Visit, receipt: SheetReceipt) -> list[tuple[str, str]]:
    """(rows, what is said of them): the same is said once."""
    rows: dict[str, dict[int, None]] = {}
    for notice in receipt.notices:
        rows.setdefault(notice_sentence(notice, visit.language), {})[notice.row] = None
    return [(_rows_said(visit, [*of]), said) for said, of in rows.items()]


def _rows_said(visit: Visit, rows: list[int]) -> str:
    """Numbers of rows in one line; of very many the first, and how many there are."""
    shown = visit.joined(map(str, rows[:_MOST_NUMBERS]))
    if len(rows) <= _MOST_NUMBERS:
        return shown
    return visit.say(N_("%(rows)s 等 %(n)s")) % {"rows": shown, "n": len(rows)}


def _notes(visit: Visit, receipt: SheetReceipt) -> Iterator[str]:
    """What was not read, what is hidden, and rows that are blank now and were not once."""
    read = receipt.refused_rows
    yield from unread_lines(read.unread, visit.language)
    if read.hidden_rows:
        rows = visit.joined(str(number) for _, number in read.hidden_rows)
        yield visit.say(N_("隐藏的行也读了：第 %(rows)s 行。请核对该不该收。")) % {"rows": rows}
    if read.hidden_columns:
        columns = visit.joined(dict.fromkeys(heading for _, heading in read.hidden_columns))
        said = visit.say(N_("有隐藏的栏，里面有内容：%(columns)s。请核对。"))
        yield said % {"columns": columns}
    for refusal in receipt.refusals:
        if refusal.reason == "row_emptied":
            said = visit.say(N_("第 %(row)s 行：%(said)s"))
            yield said % {"row": refusal.row, "said": sentence("row_emptied", visit.language)}


def _refused_whole(visit: Visit, found: ActivityRow, look: _Look) -> Response:
    """Nothing of the file can be read as it is: why, and which headings are asked about."""
    error, sheet, columns = look.error, look.sheet, look.unread
    assert error is not None
    said = sentence(error.reason, visit.language, **error.values)
    if error.reason == "heading_repeated":
        # What was said of the headings makes two of one column: it is asked again.
        columns = {heading: Unread("column", "", None, heading) for heading in sheet.headings}
    if error.reason not in ("unknown_headings", "heading_repeated") or not columns:
        return _refused(visit, found, said)
    context = {"sheet": sheet, "columns": columns, "targets": TARGETS}
    return _page(visit, found, {**context, "problem": said}, 422)


def _taken_away(visit: Visit, receipt: SheetReceipt, *, is_all: bool) -> Response:
    """The sheet as it stands, with the ids of its rows; or those rows alone that need mending."""
    read = receipt.all_rows if is_all else receipt.refused_rows
    assert read is not None
    data = write_answer(read, receipt.refusals, all_rows=is_all, language=visit.language)
    ending = "" if is_all else "-mend"
    return _file(f"{read.activity.activity_id}{ending}.xlsx", data)


def _refused(visit: Visit, found: ActivityRow, problem: str) -> Response:
    return _page(visit, found, {"problem": problem}, 422)


_NOTHING: dict[str, Any] = {
    **{"sheet": None, "problem": "", "columns": {}, "meant": {}, "targets": (), "is_sent": False},
    **{
        "grid": Grid((), ()),
        "counts": {},
        "answers": CONSENT_CHOICES,
        "outcomes": (),
        "not_listed": 0,
    },
    **{"handed_over": (), "names": {}},
    **{"notes": (), "notices": (), "slot_types": SLOT_TYPES},
}


def _page(
    visit: Visit, found: ActivityRow, context: dict[str, Any] | None = None, status: int = 200
) -> Response:
    always = {"title": visit.say(N_("签到表")), "activity": found, "rows_offered": _ROWS}
    asked = {**_NOTHING, **always, **(context or {})}
    if asked["sheet"] is None or asked["is_sent"]:
        asked["handed_over"] = sheets_seen(visit, found)
        actors = {seen.sending.actor for seen in asked["handed_over"]}
        with reading(visit.site.engine) as connection:
            asked["names"] = names_shown(visit, connection, actors)
    return visit.render("sheet.html", asked, status)


def _may_send(visit: Visit) -> Credential:
    """What the visitor may say; OutOfScope for whoever writes no cards."""
    credential = visit.account.credential
    if credential is None or not visit.account.may_say(_SAID):
        raise OutOfScope("who writes no cards")
    return credential


def _activity(visit: Visit, activity_id: str) -> ActivityRow:
    with reading(visit.site.engine) as connection:
        found = activity(visit.scope, connection, activity_id)
    if found is None:
        raise NotFound
    return found


def _of_sheet(found: ActivityRow) -> SheetActivity:
    return activity_of({**asdict(found), "starts_at": rfc3339(found.starts_us)})


def _file(name: str, data: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=_WORKBOOK, headers=headers)


def _row_ids() -> Iterator[str]:
    while True:
        yield str(uuid4())
