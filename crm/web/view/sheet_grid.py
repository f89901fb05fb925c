"""The rows of a sheet that are to be mended, as a grid of fields; what is said beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from campaigns.sheets import SheetReading, SheetRefusal, SheetRow, sentence, unread_sentence
from campaigns.sheets.columns import (
    BOUGHT_ON,
    BY_KEY,
    COLUMNS,
    MEMBER,
    NAME,
    NOT_IN_TEMPLATES,
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
from crm.intake.sheet_receipt import (
    BIRTH_ODD,
    BOUGHT_LONG_BEFORE,
    HEALTH_NOT_ASKED,
    MEMBER_LEFT,
    PRICE_FAR,
    SAME_PERSON_TWICE,
    AskedRow,
    SheetReceipt,
)
from crm.intake.sheet_sentences import question_sentence
from crm.web.view.sheet_forms import cell_name, left_out_name

SLOT_TYPES = {
    "card": "card.registered",
    "attended": "activity.attended",
    "consulted": "clinic.consulted",
    "trial": "trial.started",
    "purchase": "purchase.made",
    "referral": "referral.made",
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
_OF_NOTICE = {
    "phone_unusual": ("phones",),
    "id_number_unverified": ("id_number", "sex", "birth"),
    "region_unknown": ("region",),
    SAME_PERSON_TWICE: ("birth",),
    HEALTH_NOT_ASKED: ("consent_health",),
    PRICE_FAR: ("price",),
    BIRTH_ODD: ("birth",),
    MEMBER_LEFT: (MEMBER,),
    BOUGHT_LONG_BEFORE: (BOUGHT_ON,),
}
"""What is said of a row that would be taken → the columns in one of which it is mended."""
_MOST_NOTICED = 200
"""Rows with a notice alone that are shown as fields: more of them nobody looks at one by one."""
_ONE = N_("第 {row} 行：{earlier} → {name}：是更正，还是另一个人？")


@dataclass(frozen=True, slots=True)
class GridCell:
    """A field. fault: what is wrong with it, or nothing; is_odd: whether a notice is of it."""

    name: str
    label: str
    value: str
    fault: str = ""
    choices: str = ""
    is_odd: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row to be mended. question: what is asked of it; verdicts: what may be answered.

    is_odd: whether it would be taken as it stands, and something of it looks odd.
    """

    number: int
    sheet: str
    cells: tuple[GridCell, ...]
    faults: tuple[str, ...]
    leave_out: str
    question: str = ""
    verdict: str = ""
    verdict_field: str = ""
    verdicts: tuple[str, ...] = ()
    is_odd: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows that were not taken, look odd, or were mended in the page; their headings."""

    headings: tuple[str, ...]
    rows: tuple[GridRow, ...]

    @property
    def faulty(self) -> int:
        """How many rows still have a fault or a question."""
        return sum(bool(row.faults or row.question) for row in self.rows)


def grid_of(
    receipt: SheetReceipt,
    every: SheetReading,
    edits: Edits,
    language: Language,
    *,
    with_odd: bool = False,
) -> Grid:
    """The grid of a sheet that was looked at, in the order of its rows; `every`: with all of them.

    with_odd: also with the rows of which something is said that would be taken all the same.
    """
    refusals: dict[Place, list[SheetRefusal]] = {}
    for refusal in receipt.refusals:
        refusals.setdefault((refusal.sheet, refusal.row), []).append(refusal)
    asked = {(one.sheet, one.row): one for one in receipt.asked}
    odd = _odd_columns(receipt) if with_odd else {}
    shown_places = {*refusals, *edits.cells, *list(odd)[:_MOST_NOTICED]}
    rows = [row for row in every.rows if (row.sheet, row.number) in shown_places]
    keys = _columns(refusals, edits, odd)
    grid = (_row(row, keys, refusals, asked, edits, language) for row in rows)
    return Grid(
        tuple(BY_KEY[key].heading for key in keys),
        tuple(_marked(one, keys, odd.get((one.sheet, one.number), set())) for one in grid),
    )


def _odd_columns(receipt: SheetReceipt) -> dict[Place, set[str]]:
    """Of each row of which something is said the columns in one of which it is mended."""
    found: dict[Place, set[str]] = {}
    for notice in receipt.notices:
        named = column_key(notice.column) if notice.column else None
        keys = (named,) if named else _OF_NOTICE.get(notice.code, (NAME,))
        found.setdefault((notice.sheet, notice.row), set()).update(keys)
    return found


def _marked(row: GridRow, keys: list[str], odd: set[str]) -> GridRow:
    marks = [key in odd for key in keys]
    cells = (replace(cell, is_odd=mark) for cell, mark in zip(row.cells, marks, strict=True))
    return replace(row, cells=tuple(cells), is_odd=bool(odd))


def _columns(
    refusals: dict[Place, list[SheetRefusal]], edits: Edits, odd: dict[Place, set[str]]
) -> list[str]:
    """What is wrong or odd, was typed over, or tells who a row is: no more has to be seen."""
    wanted = set(_ALWAYS).union(*odd.values())
    for told in refusals.values():
        for one in told:
            wanted |= _WITH.get(one.reason, frozenset())
        wanted |= {key for one in told if (key := column_key(one.column)) is not None}
    for typed in edits.cells.values():
        wanted |= typed.keys()
    columns = (*COLUMNS, *NOT_IN_TEMPLATES)
    return [c.key for c in columns if c.key in wanted and c.key not in (ROW_ID, NUMBER)]


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
