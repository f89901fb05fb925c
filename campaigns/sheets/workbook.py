"""An .xlsx as grids of cells: read as a stream, with bounds, and nothing in it is ever computed.

Twice through each worksheet: once over its XML for what openpyxl's streaming mode leaves out
(hidden rows, merged areas, disorder), once for the cells.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from xml.parsers import expat

import openpyxl
from openpyxl.utils import range_boundaries

from campaigns.sheets.model import Broken, CellValue, InvalidSheet

LARGEST_FILE_BYTES = 64 * 2**20
LARGEST_UNPACKED_BYTES = 256 * 2**20
LARGEST_PART_BYTES = {"xl/sharedStrings.xml": 64 * 2**20, "xl/styles.xml": 16 * 2**20}
MOST_PARTS = 2_000
MOST_MERGED_AREAS = 20_000
MOST_COLUMNS = 100

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BATCH = 500

Area = tuple[int, int, int, int]
"""(first row, first column, last row, last column), from 1."""


@dataclass(frozen=True)
class Grid:
    """One worksheet, or the one table of a CSV file."""

    title: str
    rows: Iterator[tuple[int, list[CellValue]]]
    """(number from 1, values from the first column on)."""
    hidden: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()
    """Sorted by first row."""
    visible: bool = True


@dataclass
class _Outline:
    """What the first pass collects."""

    hidden: set[int] = field(default_factory=set)
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
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        except Exception as error:
            raise InvalidSheet("damaged") from error
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
    if (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > LARGEST_UNPACKED_BYTES
        or any(sizes.get(name, 0) > most for name, most in LARGEST_PART_BYTES.items())
    ):
        raise InvalidSheet("file_too_large")
    return archive


def _grid(archive: zipfile.ZipFile, sheet: Any) -> Grid:
    outline = _outline(archive, sheet._worksheet_path.lstrip("/"))
    return Grid(
        sheet.title,
        _rows(sheet),
        frozenset(outline.hidden),
        tuple(sorted(outline.merged)),
        sheet.sheet_state == "visible",
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
            return [
                (number, [_value(cell) for cell in cells[:MOST_COLUMNS]])
                for number, cells in islice(stream, _BATCH)
            ]
        except Exception as error:
            raise InvalidSheet("damaged") from error


def _value(cell: Any) -> CellValue:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return Broken("formula", value if isinstance(value, str) else f"={_formula_text(value)}")
    if cell.data_type == "e":
        return Broken("error_value", str(value))
    if isinstance(value, str) and value.lstrip().startswith("="):
        return Broken("formula", value)
    return value


def _formula_text(value: Any) -> str:
    return str(getattr(value, "text", "") or "").removeprefix("=")
