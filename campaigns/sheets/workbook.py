"""An .xlsx as grids of cells: read as a stream, with bounds, and nothing in it is ever computed.

Twice through each worksheet: once over its XML for what openpyxl's streaming mode leaves out
(hidden rows, merged areas, disorder), once for the cells.
"""

import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any
from xml.parsers import expat

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

from campaigns.identifiers import LATEST_BIRTH_YEAR
from campaigns.sheets.model import Broken, CellValue, InvalidSheet
from campaigns.sheets.strict import as_transitional

LARGEST_FILE_BYTES = 64 * 2**20
LARGEST_UNPACKED_BYTES = 256 * 2**20
LARGEST_PART_BYTES = {"xl/sharedStrings.xml": 64 * 2**20, "xl/styles.xml": 16 * 2**20}
MOST_PARTS = 2_000
UNPACKED_AT_LEAST, UNPACKED_OF_A_BYTE = 32 * 2**20, 32
TAGS_AT_LEAST, TAGS_OF_A_BYTE = 400_000, 2
"""What is packed so well that little of it says so much more than these is no list of people: each
tag costs the reader two microseconds and two hundred bytes, whatever a file weighs on its way."""
MOST_MERGED_AREAS = 20_000
MOST_COLUMNS = 100

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BATCH = 500
_PIECE_BYTES = 2**16
_DAYS_TO_1904 = 1_462

Area = tuple[int, int, int, int]
"""(first row, first column, last row, last column), from 1."""


@dataclass(frozen=True)
class Grid:
    """One worksheet, or the one table of a CSV file.

    read: begins again at the first row whenever it is called.
    hidden, hidden_columns: from 1.
    days_later: how many days a date's number counts from later than in other workbooks.
    """

    title: str
    read: Callable[[], Iterator[tuple[int, list[CellValue]]]]
    hidden: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    merged: tuple[Area, ...] = ()
    """Sorted by first row."""
    visible: bool = True
    days_later: int = 0

    @property
    def rows(self) -> Iterator[tuple[int, list[CellValue]]]:
        """(number from 1, values from the first column on)."""
        return self.read()

    def hides_column(self, number: int) -> bool:
        """Whether the column, from 1, is hidden."""
        return any(first <= number <= last for first, last in self.hidden_columns)


@dataclass
class _Outline:
    """What the first pass collects."""

    hidden: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    row: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "row":
            number = int(attributes.get("r", self.row + 1))
            if number <= self.row:
                raise InvalidSheet("damaged")
            self.row = number
            if attributes.get("hidden") in ("1", "true") or attributes.get("ht") == "0":
                self.hidden.add(number)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
        elif name == "mergeCell":
            if len(self.merged) >= MOST_MERGED_AREAS:
                raise InvalidSheet("file_too_large")
            left, top, right, bottom = range_boundaries(attributes["ref"])
            self.merged.append((top or 1, left or 1, bottom or 2**20, right or 2**14))


def grids(data: bytes) -> list[Grid]:
    """The worksheets of a workbook; raises InvalidSheet for what is none or is too large."""
    if len(data) > LARGEST_FILE_BYTES:
        raise InvalidSheet("file_too_large")
    if data.startswith(_OLE):
        raise InvalidSheet("encrypted" if _ENCRYPTED in data else "legacy_xls")
    archive = _archive(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if (rewritten := as_transitional(archive)) is not None:
                data, archive = rewritten, _archive(rewritten)
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        except Exception as error:
            raise InvalidSheet("damaged") from error
    if len({sheet._worksheet_path for sheet in book.worksheets}) < len(book.worksheets):
        # One part under many names would be read as often.
        raise InvalidSheet("damaged")
    return [_grid(archive, sheet) for sheet in book.worksheets]


def _archive(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InvalidSheet("not_xlsx") from error
    parts = archive.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise InvalidSheet("encrypted")
    if "xl/workbook.xml" not in archive.namelist():
        raise InvalidSheet("not_xlsx")
    # zipfile never unpacks more than a part declares, so the declared sizes are a bound.
    sizes = {part.filename: part.file_size for part in parts}
    unpacked = UNPACKED_AT_LEAST + UNPACKED_OF_A_BYTE * len(data)
    if (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > min(unpacked, LARGEST_UNPACKED_BYTES)
        or any(sizes.get(name, 0) > most for name, most in LARGEST_PART_BYTES.items())
        or _has_more_tags(archive, TAGS_AT_LEAST + TAGS_OF_A_BYTE * len(data))
    ):
        raise InvalidSheet("file_too_large")
    return archive


def _has_more_tags(archive: zipfile.ZipFile, most: int) -> bool:
    """Whether all parts together have more, as far as bytes tell it before anything is parsed."""
    for part in archive.infolist():
        try:
            with archive.open(part) as stream:
                while most >= 0 and (piece := stream.read(_PIECE_BYTES)):
                    most -= piece.count(b"<")
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError) as error:
            raise InvalidSheet("damaged") from error
    return most < 0


def _grid(archive: zipfile.ZipFile, sheet: Any) -> Grid:
    outline = _outline(archive, sheet._worksheet_path.lstrip("/"))
    return Grid(
        sheet.title,
        partial(_rows, sheet),
        frozenset(outline.hidden),
        tuple(outline.hidden_columns),
        tuple(sorted(outline.merged)),
        sheet.sheet_state == "visible",
        _DAYS_TO_1904 if sheet.parent.epoch == CALENDAR_MAC_1904 else 0,
    )


def _outline(archive: zipfile.ZipFile, part: str) -> _Outline:
    outline = _Outline()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = outline.start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except InvalidSheet:
        raise
    except Exception as error:
        raise InvalidSheet("damaged") from error
    return outline


def _refuse_doctype(*_declared: object) -> None:
    """No spreadsheet program writes one; it is how entities are smuggled in."""
    raise InvalidSheet("damaged")


def _rows(sheet: Any) -> Iterator[tuple[int, list[CellValue]]]:
    # The dimension that a file declares may be wrong in either direction.
    sheet.reset_dimensions()
    stream = enumerate(sheet.iter_rows(), 1)
    while True:
        batch = _batch(stream)
        if not batch:
            return
        yield from batch


def _batch(stream: Iterator[tuple[int, Any]]) -> list[tuple[int, list[CellValue]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [(number, _values(cells)) for number, cells in islice(stream, _BATCH)]
        except InvalidSheet:
            raise
        except Exception as error:
            raise InvalidSheet("damaged") from error


def _values(cells: Any) -> list[CellValue]:
    if any(cell.value is not None for cell in cells[MOST_COLUMNS:]):
        raise InvalidSheet("too_many_columns")
    return [_value(cell) for cell in cells[:MOST_COLUMNS]]


def _value(cell: Any) -> CellValue:
    value = cell.value
    if value is None:
        return None
    if isinstance(value, date):
        return _year_or_day(value, cell.parent.parent.epoch)
    if cell.data_type == "f":
        return Broken("formula", value if isinstance(value, str) else f"={_formula_text(value)}")
    if cell.data_type == "e":
        return Broken("error_value", str(value))
    if isinstance(value, str) and value.lstrip().startswith("="):
        return Broken("formula", value)
    return value


def _formula_text(value: Any) -> str:
    return str(getattr(value, "text", "") or "").removeprefix("=")


def _year_or_day(value: date, epoch: datetime) -> CellValue:
    """A year typed into a cell that is formatted as a date is shown as a day of 1905 or 1909."""
    number = to_excel(value, epoch)
    return int(number) if 1900 <= number <= LATEST_BIRTH_YEAR else value
