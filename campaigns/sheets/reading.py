"""A file of sign-in rows → its activity and, row by row, events or faults.

It is read three times. First for what the file as a whole says: which activity, which columns are
not known. Then for what each row is known by; whoever knows what was taken before says which row is
which. At last for the events.

How a row gets its id, which everything it says is derived from:

1. the hidden id of the template or of an answer, as long as it comes once in the file (or again
   with the very same content, then it is the same row twice);
2. without one (typed below the template, copied from another row, made by hand) a keyed hash of
   what tells the person: name, phones, ID number, birth; of all that is written in it where two
   rows say the same of that. So rows may be sorted, filtered and inserted. Keyed, because an id
   must not let anyone find out who was there. What was taken before goes before this: see
   crm/intake/row_matching.py.

Hidden rows are read like the others and reported. Of a merged area the first cell's value holds
down a column that people share (address, phone, region); elsewhere it is a fault.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.canonical import canonical_json
from campaigns.identifiers import LATEST_BIRTH_YEAR, looks_personal
from campaigns.sheets import delimited, values, workbook
from campaigns.sheets.columns import EXAMPLE_MARK, NAME, PRESSURE, ROW_ID, VERDICT
from campaigns.sheets.edits import NO_EDITS, Edits
from campaigns.sheets.facts import card_facts, facts_of
from campaigns.sheets.head import (
    CHECKLIST_SHEET,
    HIDDEN_SHEET,
    Head,
    hidden_facts,
    settled_activity,
)
from campaigns.sheets.heading import HeadingMap
from campaigns.sheets.merging import Merging
from campaigns.sheets.model import (
    BlankRow,
    Broken,
    CellValue,
    InvalidSheet,
    SheetActivity,
    SheetReading,
    SheetRow,
)
from campaigns.sheets.rows import RowReader
from campaigns.sheets.sketches import Place, RowSketch, own_ids, person_of
from campaigns.sheets.tables import NOT_CONTENT, Line, Table
from campaigns.sheets.wires import card_id_of
from campaigns.sheets.workbook import Grid

EXAMPLE_ROW_ID = "example"
AS_WRITTEN = HeadingMap()
_ROW_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
_TEXT_NAMES = (".csv", ".txt", ".tsv")
MOST_PEOPLE = 10_000
"""Who can sign in at one activity; each is read several times over, while others wait."""
_EXAMPLE = unicodedata.normalize("NFKC", EXAMPLE_MARK)


@dataclass
class OpenSheet:
    """A file whose headings are read; `rows` then reads on, a row at a time.

    head: what is said of the activity above the headings, by the name of its label.
    """

    name: str
    activity: SheetActivity
    head: Mapping[str, str]
    tables: list[Table]
    secret: bytes
    edits: Edits = NO_EDITS
    blank_rows: list[BlankRow] = field(default_factory=list)
    hidden_rows: list[Place] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)

    def sketches(self) -> Iterator[RowSketch]:
        """What each filled row is known by."""
        self._seen.clear()
        for table, line, cells in self._people():
            yield self._sketch(table, line, cells)

    def rows(self, ids: Mapping[Place, str] | None = None) -> Iterator[SheetRow]:
        """Each filled row; what else was found is complete when they have all been read.

        ids: place → the id of a row, where it is settled; else it is as the sketch has it.
        """
        self._seen.clear()
        self.blank_rows.clear()
        self.hidden_rows.clear()
        settled = ids if ids is not None else own_ids(self.sketches())
        self._seen.clear()
        for table, line, cells in self._people(keep_blank=True):
            yield self._row(table, line, cells, settled[table.grid.title, line.number])

    def _people(
        self, *, keep_blank: bool = False
    ) -> Iterator[tuple[Table, Line, dict[str, CellValue]]]:
        people = 0
        for table in self.tables:
            merging: Merging | None = None
            for line in table.lines():
                if merging is None or merging.places is not line.heading.places:
                    merging = Merging(table.grid.merged, line.heading.places)
                cells = line.cells
                merging.take(line.number, cells)
                place = table.grid.title, line.number
                if not line.filled:
                    if keep_blank:
                        self._keep_blank(*place, cells)
                elif not _is_example(cells.get(NAME)) and place not in self.edits.left_out:
                    people += 1
                    if people > MOST_PEOPLE:
                        raise InvalidSheet("file_too_large")
                    merging.apply(line.number, cells)
                    cells = _with_readings(_with_real_days(table.grid, cells))
                    cells = self.edits.applied(place, cells)
                    yield table, line, cells

    def _sketch(self, table: Table, line: Line, cells: dict[str, CellValue]) -> RowSketch:
        content = _content(cells)
        reader = RowReader(self.activity, "", content)
        events = reader.events()
        facts = facts_of(events) if events else {"card": card_facts(reader.said)}
        person = {"name": "", "phones": [], "id_number": "", **person_of(reader.said)}
        every = {key: str(content[key]) for key in sorted(content)}
        return RowSketch(
            table.grid.title,
            line.number,
            self._written_id(cells, content),
            values.written(cells.get(VERDICT)) or None,
            facts,
            bool(events),
            (self._id(person), self._id(person | {"all": every})),
        )

    def _id(self, said: Mapping[str, Any]) -> str:
        text = canonical_json([self.activity.activity_id, said])
        return f"c-{hmac.digest(self.secret, text, 'sha256')[:16].hex()}"

    def _row(self, table: Table, line: Line, cells: dict[str, CellValue], row_id: str) -> SheetRow:
        reader = RowReader(self.activity, row_id, _content(cells))
        events = reader.events()
        place = table.grid.title, line.number
        hidden = line.number in table.grid.hidden or not table.grid.visible
        if hidden:
            self.hidden_rows.append(place)
        return SheetRow(
            *place,
            row_id,
            reader.card_id,
            events,
            tuple(reader.faults),
            cells,
            line.heading.others(line.values),
            hidden,
            reader.said,
            line.heading.columns | cells.keys(),
        )

    def _written_id(self, cells: dict[str, CellValue], content: dict[str, CellValue]) -> str | None:
        written = _written_row_id(cells)
        if written is None:
            return None
        fingerprint = hash(tuple((key, str(value)) for key, value in content.items()))
        return written if self._seen.setdefault(written, fingerprint) == fingerprint else None

    def _keep_blank(self, title: str, number: int, cells: dict[str, CellValue]) -> None:
        row_id = _written_row_id(cells)
        if row_id is not None:
            card_id = card_id_of(self.activity.activity_id, row_id)
            self.blank_rows.append(BlankRow(title, number, row_id, card_id))

    def reading(self, rows: tuple[SheetRow, ...]) -> SheetReading:
        """All that was found, with these of its rows."""
        return SheetReading(
            self.name,
            self.activity,
            rows,
            tuple(self.blank_rows),
            tuple(self.hidden_rows),
            tuple((t.grid.title, heading) for t in self.tables for heading in t.hidden_columns),
            tuple(unread for table in self.tables for unread in table.all_unread()),
        )


def _content(cells: Mapping[str, CellValue]) -> dict[str, CellValue]:
    return {key: value for key, value in cells.items() if key not in NOT_CONTENT}


def _with_real_days(grid: Grid, cells: dict[str, CellValue]) -> dict[str, CellValue]:
    """Where days are counted from 1904, a birth written as their number is one of 1900."""
    born = cells.get("birth")
    if not grid.days_later or isinstance(born, bool) or not isinstance(born, int | float):
        return cells
    return cells | {"birth": born + grid.days_later if born > LATEST_BIRTH_YEAR else born}


def _with_readings(cells: dict[str, CellValue]) -> dict[str, CellValue]:
    """With 150/90 in the two columns that it stands for; what is otherwise written is a fault."""
    both = cells.pop(PRESSURE, None)
    if both is None or "systolic" in cells or "diastolic" in cells:
        return cells
    if isinstance(both, Broken):
        return cells | {"systolic": both}
    parts = values.pressure(both)
    return cells | (dict(zip(("systolic", "diastolic"), parts or (both,), strict=False)))


def read_sheet(
    name: str,
    data: bytes,
    secret: bytes,
    *,
    activity: SheetActivity | None = None,
    headings: HeadingMap = AS_WRITTEN,
) -> SheetReading:
    """Read a whole file; see `open_sheet`, which needs less memory for very long ones."""
    sheet = open_sheet(name, data, secret, activity=activity, headings=headings)
    rows = tuple(sheet.rows())
    return sheet.reading(rows)


def open_sheet(
    name: str,
    data: bytes,
    secret: bytes,
    *,
    activity: SheetActivity | None = None,
    headings: HeadingMap = AS_WRITTEN,
    edits: Edits = NO_EDITS,
) -> OpenSheet:
    """Open an .xlsx or .csv file; raises InvalidSheet when it cannot be read as a whole.

    It cannot when somebody must say first what a column means; see Table.asked.

    secret: key of the ids of rows that have none of their own.
    activity: the one it must belong to, and what to take when the file does not say which.
    headings: what the sender says that headings mean.
    edits: what was mended since in its cells.
    """
    hidden: dict[str, str] = {}
    head = Head()
    tables: list[Table] = []
    for grid in grids(name, data):
        if grid.title == HIDDEN_SHEET:
            hidden = hidden_facts([row for _, row in zip(range(50), _plain(grid), strict=False)])
            continue
        table = Table(grid, headings, head)
        for _ in table.lines():
            pass
        if table.found or grid.title != CHECKLIST_SHEET:
            tables.append(table)
    if not any(table.found for table in tables):
        unread = tuple(one for table in tables for one in table.all_unread())
        raise InvalidSheet("no_headings" if unread else "empty", unread=unread)
    settled = settled_activity(hidden, head.said, activity)
    if asked := tuple(unread for table in tables for unread in table.asked()):
        columns = "、".join(dict.fromkeys(str(unread.column) for unread in asked))
        unread = tuple(one for table in tables for one in table.all_unread())
        raise InvalidSheet("unknown_headings", unread=unread, columns=columns)
    return OpenSheet(name, settled, head.said | hidden, tables, secret, edits)


def grids(name: str, data: bytes) -> list[Grid]:
    """The tables of a file, whatever they hold; InvalidSheet when it is none."""
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InvalidSheet("empty")
    if name.lower().endswith(_TEXT_NAMES) and not data.startswith(b"PK\x03\x04"):
        return [delimited.grid(name, data)]
    return workbook.grids(data)


def _plain(grid: Grid) -> Iterator[list[Any]]:
    for _, row in grid.rows:
        yield [None if isinstance(value, Broken) else value for value in row]


def _is_example(name: CellValue) -> bool:
    return isinstance(name, str) and unicodedata.normalize("NFKC", name).strip().startswith(
        _EXAMPLE
    )


def _written_row_id(cells: dict[str, CellValue]) -> str | None:
    """The hidden id; what somebody typed over it is none."""
    text = str(cells.get(ROW_ID, "")).strip()
    if text == EXAMPLE_ROW_ID or not _ROW_ID.fullmatch(text) or looks_personal(text):
        return None
    return text
