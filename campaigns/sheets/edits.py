"""What was mended in a sheet after it was read: cells written anew, rows left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from campaigns.sheets import values
from campaigns.sheets.model import Broken, CellValue
from campaigns.sheets.sketches import Place


@dataclass(frozen=True)
class Edits:
    """Cells as they were typed over what the file holds, and rows that are not to be taken.

    cells: place of a row → column key → text; an empty text clears the cell.
    """

    cells: Mapping[Place, Mapping[str, str]] = field(default_factory=dict)
    left_out: frozenset[Place] = frozenset()

    def applied(self, place: Place, cells: dict[str, CellValue]) -> dict[str, CellValue]:
        """The cells of a row with what was typed over them; what says the same stays as it was."""
        typed = self.cells.get(place)
        if not typed:
            return cells
        mended = dict(cells)
        for key, text in typed.items():
            if text == shown(cells.get(key)):
                continue
            if text:
                mended[key] = text
            else:
                mended.pop(key, None)
        return mended


NO_EDITS = Edits()


def shown(value: CellValue) -> str:
    """A cell as it stands in a field that can be typed over."""
    return value.shown if isinstance(value, Broken) else values.written(value)
