"""The columns on disk, for a quick start: thrown away and read anew wherever they do not fit.

No more stands in the file than in the views: people and events as numbers and ids, the open fields
of events. Its owner alone can read it.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import msgspec
import numpy as np
from msgspec import Struct

from crm.funnels.codes import Array, Codes
from crm.funnels.columns import Columns, Kind
from crm.funnels.stored import Stored
from crm.storage.owner_alone import make_folder

_MARK = b"jinxi-columns-2\n"
_NUMBER = 8


class _Column(Struct):
    """A column: whose, its name, what it holds."""

    kind: str
    name: str
    dtype: str
    size: int
    is_field: bool


class _Head(Struct):
    """All but the columns. words: the texts of each field."""

    number: int
    made_us: int
    highest: int
    returned: dict[str, dict[int, int]]
    people: int
    words: dict[str, list[str]]
    kinds: dict[str, tuple[bool, bool]]
    columns: list[_Column]


def columns_file(data_folder: Path) -> Path:
    """Where an installation keeps them."""
    return data_folder / "funnels" / "columns"


def keep(stored: Stored, file: Path) -> None:
    """Write the columns; whoever reads meanwhile reads the old ones."""
    make_folder(file.parent)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "wb") as into:
            _write(stored, into)
            into.flush()
            # The head alone has a sum: what follows must not be lost where the head is not.
            os.fsync(into.fileno())
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def kept(file: Path) -> Stored | None:
    """What was kept; None where there is nothing, or what is there cannot be read."""
    try:
        with file.open("rb") as source:
            return _read(source)
    except (OSError, ValueError, EOFError, msgspec.DecodeError):
        return None


def _write(stored: Stored, into: BinaryIO) -> None:
    columns = stored.columns
    listed = list(_listed(columns))
    people = "\n".join(columns.people.texts).encode()
    head = msgspec.msgpack.encode(
        _Head(
            stored.number,
            stored.made_us,
            stored.highest,
            stored.returned,
            len(people),
            {name: codes.texts for name, codes in columns.words.items()},
            {name: (kind.by_day, kind.hidden) for name, kind in columns.kinds.items()},
            [column for column, _ in listed],
        )
    )
    into.write(_MARK + len(head).to_bytes(_NUMBER) + crc32(head).to_bytes(_NUMBER) + head)
    into.write(people)
    for _, values in listed:
        into.write(np.ascontiguousarray(values).data)


def _listed(columns: Columns) -> Iterator[tuple[_Column, Array]]:
    for kind_name, kind in columns.kinds.items():
        for is_field, held in ((False, kind.base), (True, kind.fields)):
            for name, values in held.items():
                values = values[: kind.size]
                yield _Column(kind_name, name, values.dtype.str, len(values), is_field), values
    for name, values in columns.lent.items():
        yield _Column("", name, values.dtype.str, len(values), False), values


def _read(source: BinaryIO) -> Stored:
    if _exactly(source, len(_MARK)) != _MARK:
        raise ValueError("another form")
    size, sum_of_head = (int.from_bytes(_exactly(source, _NUMBER)) for _ in range(2))
    data = _exactly(source, size)
    if crc32(data) != sum_of_head:
        raise ValueError("not what was written")
    head = msgspec.msgpack.decode(data, type=_Head)
    people = _exactly(source, head.people).decode()
    columns = Columns(
        people=Codes.of(people.split("\n") if people else ()),
        words={name: Codes.of(texts) for name, texts in head.words.items()},
    )
    for name, (by_day, hidden) in head.kinds.items():
        columns.kinds[name] = Kind(by_day=by_day, hidden=hidden)
    for column in head.columns:
        _place(columns, column, _values(source, column))
    return Stored(columns, head.number, head.made_us, head.highest, head.returned, 1, 1)


def _place(columns: Columns, column: _Column, values: Array) -> None:
    if not column.kind:
        columns.lent[column.name] = values
        return
    kind = columns.kinds[column.kind]
    kind.size = column.size
    (kind.fields if column.is_field else kind.base)[column.name] = values


def _values(source: BinaryIO, column: _Column) -> Array:
    values: np.ndarray[Any, Any] = np.fromfile(source, np.dtype(column.dtype), column.size)
    if len(values) != column.size:
        raise EOFError
    return values


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise EOFError
    return data
