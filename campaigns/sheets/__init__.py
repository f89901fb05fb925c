"""Sign-in sheets: written as a template, read back as events, answered with what was not taken."""

from campaigns.sheets.answer import SheetRefusal, refusals_of, write_answer
from campaigns.sheets.edits import Edits
from campaigns.sheets.heading import HeadingMap, UnknownTarget
from campaigns.sheets.model import (
    BlankRow,
    InvalidSheet,
    RowFault,
    SheetActivity,
    SheetReading,
    SheetRow,
    Unread,
)
from campaigns.sheets.reading import OpenSheet, grids, open_sheet, read_sheet
from campaigns.sheets.sentences import sentence, unread_sentence
from campaigns.sheets.sketches import RowSketch, own_ids
from campaigns.sheets.template import activity_of, write_template

__all__ = [
    "BlankRow",
    "Edits",
    "HeadingMap",
    "InvalidSheet",
    "OpenSheet",
    "RowFault",
    "RowSketch",
    "SheetActivity",
    "SheetReading",
    "SheetRefusal",
    "SheetRow",
    "UnknownTarget",
    "Unread",
    "activity_of",
    "grids",
    "open_sheet",
    "own_ids",
    "read_sheet",
    "refusals_of",
    "sentence",
    "unread_sentence",
    "write_answer",
    "write_template",
]
