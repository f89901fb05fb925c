"""Sign-in sheets: written as a template, read back as events, answered with what was not taken."""

from campaigns.sheets.answer import SheetRefusal, refusals_of, write_answer
from campaigns.sheets.model import (
    BlankRow,
    InvalidSheet,
    RowFault,
    SheetActivity,
    SheetReading,
    SheetRow,
)
from campaigns.sheets.reading import OpenSheet, open_sheet, read_sheet
from campaigns.sheets.sentences import sentence
from campaigns.sheets.template import activity_of, write_template

__all__ = [
    "BlankRow",
    "InvalidSheet",
    "OpenSheet",
    "RowFault",
    "SheetActivity",
    "SheetReading",
    "SheetRefusal",
    "SheetRow",
    "activity_of",
    "open_sheet",
    "read_sheet",
    "refusals_of",
    "sentence",
    "write_answer",
    "write_template",
]
