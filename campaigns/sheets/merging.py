"""What merged areas mean for the rows that they cover.

The first cell keeps its value. Further down the same column the value holds too where people share
it (address, phone, region); any other covered cell is a fault, for nobody can tell whose it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigns.sheets.columns import BY_KEY
from campaigns.sheets.model import Broken, CellValue
from campaigns.sheets.workbook import Area


@dataclass(frozen=True, slots=True)
class _Reached:
    """An area that the rows have reached, and the value of its first cell."""

    area: Area
    first: str
    columns: tuple[str, ...]
    value: CellValue


@dataclass
class Merging:
    """Walks down the rows together with the merged areas, which are sorted by first row."""

    areas: Sequence[Area]
    places: dict[str, int]
    _next: int = 0
    _reached: list[_Reached] = field(default_factory=list)

    def take(self, number: int, cells: dict[str, CellValue]) -> None:
        """Go on to the next row: keep the first value of areas that begin here."""
        self._reached = [reached for reached in self._reached if reached.area[2] >= number]
        while self._next < len(self.areas) and self.areas[self._next][0] <= number:
            area = self.areas[self._next]
            self._next += 1
            keys = {index + 1: key for key, index in self.places.items()}
            first = keys.get(area[1])
            if area[0] == number and first is not None and cells.get(first) is not None:
                covered = tuple(key for at, key in keys.items() if area[1] <= at <= area[3])
                self._reached.append(_Reached(area, first, covered, cells[first]))

    def apply(self, number: int, cells: dict[str, CellValue]) -> None:
        """Fill what the areas cover in this row."""
        for reached in self._reached:
            for key in reached.columns:
                if key != reached.first:
                    cells[key] = Broken("merged", "")
                elif number != reached.area[0]:
                    shared = BY_KEY[key].shared
                    cells[key] = reached.value if shared else Broken("merged", "")
