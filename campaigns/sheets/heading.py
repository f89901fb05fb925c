"""The row of headings: which column holds what, over one line or two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from campaigns.sheets import values
from campaigns.sheets.columns import BY_KEY, NAME, NOTE, PRESSURE, column_key, plain_heading
from campaigns.sheets.model import Broken, CellValue, InvalidSheet

LEFT_OUT = ""
"""What a heading is mapped to whose column is not to be read."""


class UnknownTarget(ValueError):
    """A heading was mapped to one that is not known either."""


@dataclass(frozen=True)
class HeadingMap:
    """What a sender says that headings of his own mean."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Plain heading → key of a column, or LEFT_OUT."""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "HeadingMap":
        """From headings as they are written; raises UnknownTarget."""
        keys = {}
        for heading, target in said.items():
            key = LEFT_OUT if not target.strip() else column_key(target)
            if key is None:
                raise UnknownTarget(target)
            keys[plain_heading(heading)] = key
        return cls(keys)

    def key(self, heading: str) -> str | None:
        """The column that a heading names; None for one that is not known."""
        return self.columns.get(plain_heading(heading), column_key(heading))


@dataclass(frozen=True, slots=True)
class Heading:
    """The row of headings: where each column stands, by index from 0.

    unknown: what is written above a column that is not read.
    left_out: columns that the sender said are not to be read.
    noted: columns that go into the note, each with its own heading.
    """

    number: int
    places: dict[str, int]
    unknown: dict[int, str]
    left_out: dict[int, str]
    noted: dict[int, str]

    @property
    def columns(self) -> frozenset[str]:
        """The keys of what the sheet asks for; what it does not, its rows say nothing about."""
        both = ("systolic", "diastolic") if PRESSURE in self.places else ()
        return frozenset((*self.places, *both, *((NOTE,) if self.noted else ())))

    def cells(self, row: Sequence[CellValue]) -> dict[str, CellValue]:
        """What is written in a row, by column key."""
        cells = {
            key: row[index]
            for key, index in self.places.items()
            if index < len(row) and is_filled(row[index])
        }
        noted = [(self.noted[at], row[at]) for at in self.noted if at < len(row)]
        for heading, value in noted:
            if is_filled(value):
                cells[NOTE] = _with_note(cells.get(NOTE), heading, value)
        return cells

    def others(self, row: Sequence[CellValue]) -> dict[str, CellValue]:
        """What is written below headings that are not known, or below none."""
        known = {*self.places.values(), *self.noted}
        return {
            self.label(index): value
            for index, value in enumerate(row)
            if index not in known and is_filled(value)
        }

    def label(self, index: int) -> str:
        """How a column that is not read is called."""
        return self.unknown.get(index) or self.left_out.get(index) or unheaded(index)

    def asks(self, label: str) -> bool:
        """Whether nobody has said yet that the column is not to be read."""
        return label not in self.left_out.values()


def unheaded(index: int) -> str:
    """The name of a column without a heading: as Excel calls it."""
    return f"{get_column_letter(index + 1)} 列"


def is_filled(value: CellValue) -> bool:
    """Whether something is written in a cell."""
    return value is not None and (not isinstance(value, str) or values.written(value) != "")


def _with_note(note: CellValue, heading: str, value: CellValue) -> CellValue:
    if isinstance(note, Broken) or isinstance(value, Broken):
        return note if isinstance(note, Broken) else value
    more = f"{heading}：{values.written(value)}"
    return more if note is None else f"{values.written(note)}；{more}"


def heading_of(
    number: int, row: Sequence[CellValue], said: HeadingMap, above: Sequence[CellValue] = ()
) -> Heading | None:
    """The headings, when this is their row: it holds 姓名; InvalidSheet when one comes twice.

    above: the line before it, which may name groups of columns (购买 over 数量, 单价, 型号).
    """
    if not _holds_name(row, said):
        return None
    return _heading(number, _joined(_texts(above), _texts(row), said), said)


def names_groups(above: Sequence[CellValue], row: Sequence[CellValue], said: HeadingMap) -> bool:
    """Whether the line above the headings is needed to understand one of them."""
    lower = _texts(row)
    return _joined(_texts(above), lower, said) != lower


def with_second_line(
    heading: Heading, above: Sequence[CellValue], row: Sequence[CellValue], said: HeadingMap
) -> Heading | None:
    """The headings over two lines, when the row below them goes on with them; else None."""
    texts = _texts(row)
    at = heading.places[NAME]
    if (at < len(row) and is_filled(row[at])) or not any(texts):
        return None
    if any(is_filled(value) and not isinstance(value, str) for value in row):
        return None
    upper = _texts(above)
    joined = _joined(upper, texts, said)
    found = [said.key(text) for text, below in zip(joined, texts, strict=False) if below]
    if not any(found):
        return None
    joined = [text or (upper[at] if at < len(upper) else "") for at, text in enumerate(joined)]
    joined += upper[len(joined) :]
    return _heading(heading.number + 1, joined, said)


def _holds_name(row: Sequence[CellValue], said: HeadingMap) -> bool:
    """The English line above has the same words: the Chinese one is the row of headings."""
    return any(
        isinstance(value, str)
        and said.key(value) == NAME
        and any("\u4e00" <= sign <= "\u9fff" for sign in value)
        for value in row
    )


def _texts(row: Sequence[CellValue]) -> list[str]:
    return [values.written(value) if isinstance(value, str) else "" for value in row]


def _joined(upper: list[str], lower: list[str], said: HeadingMap) -> list[str]:
    """Each heading with the group it stands below, where both together are known."""
    joined, group = [], ""
    for index, text in enumerate(lower):
        own = upper[index] if index < len(upper) else ""
        group = own or group
        both = group + text
        joined.append(both if text and group and said.key(both) is not None else text)
    return joined


def _heading(number: int, texts: Sequence[str], said: HeadingMap) -> Heading:
    found = Heading(number, {}, {}, {}, {})
    for index, text in enumerate(texts):
        if not text:
            continue
        key = said.key(text)
        if key is None:
            taken = text in found.unknown.values()
            found.unknown[index] = f"{text}（{unheaded(index)}）" if taken else text
        elif key == LEFT_OUT:
            found.left_out[index] = text
        elif key == NOTE and column_key(text) != NOTE:
            found.noted[index] = text
        elif key in found.places:
            raise InvalidSheet("heading_repeated", columns=BY_KEY[key].heading)
        else:
            found.places[key] = index
    return found
