"""What every workbook that goes out has in common: its cells, its headings, its hidden sheet.

No text that goes out can be taken for a formula: it is written as a string and marked so
(quotePrefix), whatever it begins with.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from campaigns.formulas import FORMULA_SIGNS
from campaigns.sheets.columns import ROW_ID, Column
from campaigns.sheets.head import CHECKLIST_SHEET, HIDDEN_SHEET, LABELS, TEMPLATE_VERSION
from campaigns.sheets.model import SheetActivity

FONT_NAME = "Microsoft YaHei"
# All columns on one A4 page print at 57 %: what is 13 points here is 7 on paper, 40 are 8 mm.
HEADING_SIZE, ENGLISH_SIZE, TYPED_SIZE = 13, 9, 12
ROW_HEIGHT = 40
SCREEN_ZOOM = 85
_COLUMNS_PER_LABEL = 5
TEXT_FORMAT = "@"
_FORMATS: tuple[tuple[type, str], ...] = (
    (str, TEXT_FORMAT),
    (int, "#,##0"),
    (float, "0.0%"),
    (Decimal, "#,##0.00"),
    (datetime, "yyyy-mm-dd hh:mm:ss"),
    (date, "yyyy-mm-dd"),
)
"""How what is taken away to be reckoned with is shown: amounts in yuan, parts of one."""
INK, PAPER_LINE = "222222", "8C8C8C"
HEADING_FILL = PatternFill("solid", fgColor="FBE3CC")
QUIET_FILL = PatternFill("solid", fgColor="EEEEEE")
WRONG_FILL = PatternFill("solid", fgColor="F8C9C4")
_LINE = Side(style="thin", color=PAPER_LINE)
BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
WRONG_BOX = Border(*(Side(style="thick", color="B3261E") for _ in range(4)))
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
_LARGEST_EXACT_NUMBER = 10**15


def put(cell: Any, value: Any) -> None:
    """Write a value as what it is; text always as text."""
    if value is None:
        return
    exact = isinstance(value, int | float) and abs(value) < _LARGEST_EXACT_NUMBER
    if exact or isinstance(value, Decimal | date | time):
        cell.value = value
    else:
        text = _CONTROLS.sub("", str(value))[:_LONGEST_CELL]
        cell.value = text
        # openpyxl takes "=…" for a formula and "#N/A" for an error unless told otherwise.
        cell.data_type = "s"
        if text.startswith(FORMULA_SIGNS):
            cell.quotePrefix = True


def put_formatted(cell: Any, value: Any) -> None:
    """The same, shown as what it is: a number, a part, an amount, a day, a moment, text."""
    put(cell, value)
    cell.number_format = next((f for kind, f in _FORMATS if isinstance(value, kind)), "General")


def write_labels(sheet: Any, row: int, activity: SheetActivity) -> None:
    """What is said of the activity above the headings, so that it is there on paper too."""
    said = {
        "activity_id": activity.activity_id,
        "day": activity.day.isoformat(),
        "dealer": activity.dealer or "",
        "notice_version": activity.notice_version,
    }
    for place, (name, label) in enumerate(LABELS.items()):
        if said[name]:
            cell = sheet.cell(row, 2 + place * _COLUMNS_PER_LABEL)
            put(cell, f"{label}：{said[name]}")
            cell.font = Font(name=FONT_NAME, size=14, color=INK)
    sheet.row_dimensions[row].height = 26


def write_heading(sheet: Any, columns: Sequence[Column], english_row: int) -> None:
    """English above, Chinese below; each column's width; the row ids out of sight."""
    for index, column in enumerate(columns, 1):
        english = sheet.cell(english_row, index)
        put(english, column.english)
        english.font = Font(name=FONT_NAME, size=ENGLISH_SIZE, color="666666")
        english.alignment = CENTRED
        heading = sheet.cell(english_row + 1, index)
        put(heading, column.heading)
        heading.font = Font(name=FONT_NAME, size=HEADING_SIZE, bold=True, color=INK)
        heading.alignment = CENTRED
        heading.fill = HEADING_FILL
        heading.border = BOX
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.width = column.width
        dimension.hidden = column.key == ROW_ID
    sheet.row_dimensions[english_row].height = 30
    sheet.row_dimensions[english_row + 1].height = 56


def add_drop_downs(sheet: Any, columns: Sequence[Column], first_row: int, last_row: int) -> None:
    """Drop-downs and bounds below the headings."""
    for index, column in enumerate(columns, 1):
        if column.choices:
            rule = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"')
        elif column.bounds:
            low, high = (str(bound) for bound in column.bounds)
            rule = DataValidation(type="whole", operator="between", formula1=low, formula2=high)
        else:
            continue
        rule.allow_blank = True
        rule.showErrorMessage = True
        rule.errorTitle = column.heading
        rule.error = "、".join(column.choices) or f"{column.bounds}"
        letter = get_column_letter(index)
        rule.add(f"{letter}{first_row}:{letter}{last_row}")
        sheet.add_data_validation(rule)


def set_up_print(sheet: Any, heading_rows: str, area: str, title: str) -> None:
    """A4 landscape, all columns on one page's width, the headings on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.page_margins.top = sheet.page_margins.bottom = 0.45
    sheet.page_margins.header = sheet.page_margins.footer = 0.2
    sheet.print_title_rows = heading_rows
    sheet.print_area = area
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.zoomScale = SCREEN_ZOOM
    # In a footer & begins a code.
    sheet.oddFooter.left.text = _CONTROLS.sub("", title).replace("&", "&&")[:100]
    sheet.oddFooter.right.text = "&P / &N"


def add_checklist(book: Workbook, title: str, things: Sequence[tuple[str, int, str]]) -> None:
    """A page of A4 on which is ticked what is packed; things: what, how many, of what measure."""
    if not things:
        return
    sheet: Any = book.create_sheet(CHECKLIST_SHEET)
    for letter, width in (("A", 8), ("B", 50), ("C", 12)):
        sheet.column_dimensions[letter].width = width
    put(sheet.cell(1, 1), f"{title}　{CHECKLIST_SHEET}")
    sheet.cell(1, 1).font = Font(name=FONT_NAME, size=18, bold=True, color=INK)
    sheet.row_dimensions[1].height = ROW_HEIGHT
    for row, (what, many, unit) in enumerate(things, 3):
        for column, value in enumerate(("☐", what, f"{many} {unit}" if unit else many), 1):
            cell = sheet.cell(row, column)
            put(cell, value)
            cell.font = Font(name=FONT_NAME, size=16, color=INK)
            cell.border, cell.alignment = BOX, LEFT if column == 2 else CENTRED
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def add_hidden_sheet(book: Workbook, activity: SheetActivity) -> None:
    """The worksheet that says which activity the rows belong to."""
    sheet = book.create_sheet(HIDDEN_SHEET)
    sheet.sheet_state = "hidden"
    facts: Mapping[str, str] = {
        "template_version": TEMPLATE_VERSION,
        "activity_id": activity.activity_id,
        "day": activity.day.isoformat(),
        "dealer": activity.dealer or "",
        "notice_version": activity.notice_version,
        "title": activity.title,
    }
    for row, (name, value) in enumerate(facts.items(), 1):
        put(sheet.cell(row, 1), name)
        put(sheet.cell(row, 2), value)
