"""What is taken away of a table: exactly what is shown, as CSV that Excel reads or a workbook."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from unicodedata import east_asian_width

from fastapi.responses import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from campaigns.formulas import harmless
from campaigns.sheets.writing import (
    BOX,
    CENTRED,
    FONT_NAME,
    HEADING_FILL,
    INK,
    put,
    put_formatted,
)
from campaigns.times import shanghai_day
from campaigns.wording.counting import counted
from crm.accounts.audit import log_export
from crm.storage.database import writing
from crm.web.desk.tables import Asked, Cell, R, ShownTable, Table, Taken
from crm.web.guards.visit import Visit

_WIDEST = 40
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def taken_away(visit: Visit, shown: ShownTable) -> Response:
    """The whole table in its order, with the columns that are shown; its name tells nobody's.

    That it is taken away is kept first.
    """
    with writing(visit.site.engine) as connection:
        actor, rows = visit.account.actor, len(shown.rows)
        log_export(connection, visit.site.now_us(), actor, shown.table.name, rows)
    kind = shown.asked.file or "csv"
    day = shanghai_day(visit.site.now_us())
    headers = {"Content-Disposition": f'attachment; filename="{shown.table.name}-{day}.{kind}"'}
    if kind == "xlsx":
        return Response(_workbook(visit, shown), media_type=_XLSX, headers=headers)
    return Response(_text(visit, shown), media_type="text/csv; charset=utf-8", headers=headers)


def list_taken(visit: Visit, table: Table[R], rows: Sequence[R]) -> Response:
    """The same of a list that is drawn otherwise than as a table."""
    asked = Asked.of(visit.request.query_params)
    return taken_away(visit, table.show(visit, asked, table.of_rows(rows), visit.request.url.path))


def wants_file(visit: Visit) -> bool:
    """Whether a list is asked for as a file."""
    return Asked.of(visit.request.query_params).file != ""


def _headings(visit: Visit, shown: ShownTable) -> list[str]:
    return [visit.say(column.word) for column in shown.picked]


def _text(visit: Visit, shown: ShownTable) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_headings(visit, shown))
    for row in shown.rows:
        writer.writerow([_in_text(cell) for cell in row.cells])
    # Excel takes a text without this mark for one in the machine's own code page.
    return "\ufeff" + text.getvalue()


def _taken(cell: Cell) -> Taken:
    return counted(cell.taken) if isinstance(cell.taken, str) else cell.taken


def _in_text(cell: Cell) -> Taken:
    return harmless(cell.text if isinstance(cell.taken, datetime) else _taken(cell))


def _seen(cell: Cell) -> str:
    """What a workbook shows: a day is written `2026-05-03` there, whatever the page says."""
    return str(cell.taken) if isinstance(cell.taken, date) else cell.text


def width_of(texts: Iterable[str]) -> int:
    """How wide a column is to be that all of them are read in, up to a measure."""
    return min(_WIDEST, 3 + max((sum(map(_places, text)) for text in texts), default=0))


def _places(letter: str) -> int:
    return 2 if east_asian_width(letter) in "FW" else 1


def _workbook(visit: Visit, shown: ShownTable) -> bytes:
    book = Workbook(write_only=True)
    book.properties.creator = book.properties.title = ""
    sheet = book.create_sheet(shown.table.name)
    headings = _headings(visit, shown)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(shown.rows) + 1}"
    for place, heading in enumerate(headings):
        texts = [heading, *(_seen(row.cells[place]) for row in shown.rows[:200])]
        sheet.column_dimensions[get_column_letter(place + 1)].width = width_of(texts)
    heads = []
    for heading in headings:
        cell = WriteOnlyCell(sheet)
        put(cell, heading)
        cell.font = Font(name=FONT_NAME, bold=True, color=INK)
        cell.fill, cell.border, cell.alignment = HEADING_FILL, BOX, CENTRED
        heads.append(cell)
    sheet.append(heads)
    plain = Font(name=FONT_NAME, color=INK)
    for row in shown.rows:
        cells = []
        for each in row.cells:
            cell = WriteOnlyCell(sheet)
            put_formatted(cell, _taken(each))
            cell.font = plain
            cells.append(cell)
        sheet.append(cells)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
