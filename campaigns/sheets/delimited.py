"""A CSV file as one grid: UTF-8 with or without BOM, UTF-16 with BOM, GB18030."""

import codecs
import csv
import io
from collections.abc import Iterator
from functools import partial

from campaigns.sheets.model import Broken, CellValue, InvalidSheet
from campaigns.sheets.workbook import LARGEST_FILE_BYTES, MOST_COLUMNS, Grid

_DELIMITERS = (",", "\t", ";")
_SNIFFED_LINES = 30


def grid(name: str, data: bytes) -> Grid:
    """The table; raises InvalidSheet when the bytes are no text."""
    if len(data) > LARGEST_FILE_BYTES:
        raise InvalidSheet("file_too_large")
    text = _decoded(data)
    if "\x00" in text:
        raise InvalidSheet("unknown_encoding")
    return Grid(name, partial(_rows, text))


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidSheet("unknown_encoding")


def _rows(text: str) -> Iterator[tuple[int, list[CellValue]]]:
    head = "\n".join(text.splitlines()[:_SNIFFED_LINES])
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells[MOST_COLUMNS:]):
                raise InvalidSheet("too_many_columns")
            yield number, [_value(cell) for cell in cells[:MOST_COLUMNS]]
    except csv.Error as error:
        raise InvalidSheet("damaged") from error


def _value(cell: str) -> CellValue:
    if cell.lstrip().startswith("="):
        return Broken("formula", cell)
    return cell if cell.strip() else None
