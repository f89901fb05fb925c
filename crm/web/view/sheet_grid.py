"""The rows of a sheet that are to be mended, as a grid of fields; what is said beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from campaigns.sheets import SheetReading, SheetRefusal, SheetRow, sentence, unread_sentence
from campaigns.sheets.columns import (
    BY_KEY,
    COLUMNS,
    NAME,
    NUMBER,
    ROW_ID,
    SAME_PERSON,
    SOMEBODY_ELSE,
    VERDICT,
    column_key,
)
from campaigns.sheets.edits import Edits, shown
from campaigns.sheets.model import Unread
from campaigns.sheets.sentences import QUESTIONS
from campaigns.sheets.sketches import Place
from campaigns.wording.catalogues import N_
from campaigns.wording.languages import Language
from crm.intake.sheet_receipt import AskedRow, SheetReceipt
from crm.intake.sheet_sentences import question_sentence
from crm.web.view.sheet_forms import cell_name, left_out_name

SLOT_TYPES = {
    "card": "card.registered",
    "attended": "activity.attended",
    "consulted": "clinic.consulted",
    "trial": "trial.started",
    "purchase": "purchase.made",
}
"""Each thing that a row speaks of, consents apart → the event that says it."""
_ALWAYS = (NAME, "phones", "birth")
_PURCHASE = frozenset({"quantity", "price", "sku"})
_OF_HEALTH = frozenset({"consent_health"})
_WITH = {
    "purchase_incomplete": _PURCHASE,
    "health_refused": _OF_HEALTH,
    "health_closed": _OF_HEALTH,
}
"""Reason → the columns in one of which it is mended."""
_ONE = N_("第 {row} 行：{earlier} → {name}：是更正，还是另一个人？")


@dataclass(frozen=True, slots=True)
class GridCell:
    """A field. fault: what is wrong with it, or nothing."""

    name: str
    label: str
    value: str
    fault: str = ""
    choices: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row to be mended. question: what is asked of it; verdicts: what may be answered."""

    number: int
    sheet: str
    cells: tuple[GridCell, ...]
    faults: tuple[str, ...]
    leave_out: str
    question: str = ""
    verdict: str = ""
    verdict_field: str = ""
    verdicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows that were not taken, or were mended in the page; the headings of their columns."""

    headings: tuple[str, ...]
    rows: tuple[GridRow, ...]

    @property
    def faulty(self) -> int:
        """How many rows still have a fault or a question."""
        return sum(bool(row.faults or row.question) for row in self.rows)


def grid_of(receipt: SheetReceipt, every: SheetReading, edits: Edits, language: Language) -> Grid:
    """The grid of a sheet that was looked at; `every`: with all of its rows."""
    refusals: dict[Place, list[SheetRefusal]] = {}
    for refusal in receipt.refusals:
        refusals.setdefault((refusal.sheet, refusal.row), []).append(refusal)
    asked = {(one.sheet, one.row): one for one in receipt.asked}
    rows = [
        row
        for row in every.rows
        if (row.sheet, row.number) in refusals or (row.sheet, row.number) in edits.cells
    ]
    keys = _columns(refusals, edits)
    return Grid(
        tuple(BY_KEY[key].heading for key in keys),
        tuple(_row(row, keys, refusals, asked, edits, language) for row in rows),
    )


def _columns(refusals: dict[Place, list[SheetRefusal]], edits: Edits) -> list[str]:
    """What is wrong somewhere, was typed over, or tells who a row is: no more has to be seen."""
    wanted = set(_ALWAYS)
    for told in refusals.values():
        for one in told:
            wanted |= _WITH.get(one.reason, frozenset())
        wanted |= {key for one in told if (key := column_key(one.column)) is not None}
    for typed in edits.cells.values():
        wanted |= typed.keys()
    return [c.key for c in COLUMNS if c.key in wanted and c.key not in (ROW_ID, NUMBER)]


def _row(
    row: SheetRow,
    keys: list[str],
    refusals: dict[Place, list[SheetRefusal]],
    asked: dict[Place, AskedRow],
    edits: Edits,
    language: Language,
) -> GridRow:
    place = row.sheet, row.number
    told = refusals.get(place, [])
    wrong: dict[str, str] = {}
    for refusal in told:
        if refusal.reason not in QUESTIONS:
            key = column_key(refusal.column) or NAME
            wrong[key] = wrong.get(key, "") + sentence(refusal.reason, language)
    question = asked.get(place)
    return GridRow(
        row.number,
        row.sheet,
        tuple(
            GridCell(
                cell_name(key, place),
                BY_KEY[key].heading,
                shown(row.cells.get(key)),
                wrong.get(key, ""),
                "choices-tick" if "否" in BY_KEY[key].choices else "",
            )
            for key in keys
        ),
        tuple(f"{BY_KEY[key].heading}：{said}" for key, said in wrong.items()),
        left_out_name(place),
        question_sentence(question, _ONE, language) if question else "",
        edits.cells.get(place, {}).get(VERDICT, ""),
        cell_name(VERDICT, place),
        _verdicts(question),
    )


def _verdicts(question: AskedRow | None) -> tuple[str, ...]:
    if question is None:
        return ()
    return (SAME_PERSON, SOMEBODY_ELSE) if len(question.earlier) == 1 else (SOMEBODY_ELSE,)


def unread_lines(unread: Iterable[Unread], language: Language) -> Iterator[str]:
    """What was not read, in words."""
    for one in unread:
        yield unread_sentence(
            one.kind,
            language,
            says_how=False,
            sheet=one.sheet,
            row=one.row,
            column=one.column,
            cells=one.cells,
        )
