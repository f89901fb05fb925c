"""Whatever hands do to a sheet: each cell with content is in an event, a question, or named."""

import csv
import io

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from campaigns.sheets import InvalidSheet
from campaigns.sheets.columns import column_key
from crm.intake.sheet_receipt import SheetReceipt
from tests.integration.sheets.offices import HEAD, HEADINGS, HallOffice, hall_office
from tests.profiles import examples

Grid = list[list[str]]
NAMES = ("王秀英", "王秀莲", "李强", "李墙", "欧阳淑珍", "赵红", "孙丽华", "周")
DEEDS = ("rename", "sort", "double", "delete", "repeat", "move", "merge", "total")
OTHER_HEADINGS = ("联系方式", "买了几盒", "衣服", "是否同意建档", "", "年龄", "名字", "电话")

people = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(("", "无", *(f"1381111{n:04d}" for n in range(6)))),
    st.sampled_from(("", "1950", "1948-05-01", "不详")),
    st.sampled_from((("", "", ""), ("1", "693", "JX-B4"), ("两盒", "600", "JX-B2"))),
)
rows = people.map(lambda said: [*said[:3], *said[3]])
sheets = st.lists(rows, min_size=1, max_size=5).map(lambda found: [list(HEADINGS), *found])


@st.composite
def mangled(draw: st.DrawFn) -> Grid:
    """A sheet to which something was done, some times over."""
    grid: Grid = draw(sheets)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(grid) - 1))
        done = draw(
            st.sampled_from(
                ["rename", "sort", "double", "delete", "repeat", "move", "merge", "total"]
            )
        )
        if done == "rename":
            column = draw(st.integers(1, len(grid[0]) - 1))
            grid[0][column] = draw(st.sampled_from(OTHER_HEADINGS))
        elif done == "sort":
            grid = [grid[0], *draw(st.permutations(grid[1:]))]
        elif done == "double":
            grid.append(list(grid[at]))
        elif done == "delete" and at:
            del grid[at]
        elif done == "repeat":
            grid.insert(at + 1, list(grid[0]))
        elif done == "move" and at:
            column = draw(st.integers(0, 5))
            grid[at] = [*grid[at], grid[at][column]]
            grid[at][column] = ""
        elif done == "merge":
            grid += draw(sheets)
        elif done == "total":
            grid.append([draw(st.sampled_from(("合计", "填表人：某某"))), "", "", "3", "", ""])
    return grid


def handed_over(office: HallOffice, grid: Grid) -> SheetReceipt | InvalidSheet:
    text = io.StringIO()
    csv.writer(text).writerows([*HEAD, *grid])
    try:
        return office.hand_over(text.getvalue().encode(), keep_rows=True)
    except InvalidSheet as error:
        return error


def unaccounted(grid: Grid, receipt: SheetReceipt) -> list[tuple[int, str]]:
    """Cells with content that are in no row that was read, and that nothing names."""
    assert receipt.all_rows is not None
    read = {row.number: row for row in receipt.all_rows.rows}
    named_rows = {unread.row for unread in receipt.refused_rows.unread}
    named_columns = {unread.column for unread in receipt.refused_rows.unread}
    lost = []
    for number, line in enumerate(grid, len(HEAD) + 1):
        if number in named_rows or any(column_key(cell) == "name" for cell in line):
            continue
        row = read.get(number)
        held = [] if row is None else [*map(str, row.cells.values())]
        beside = {} if row is None else row.others
        assert set(beside) <= named_columns
        held += map(str, beside.values())
        lost += [(number, cell) for cell in line if cell and cell not in held]
    return lost


@examples(1 / 3)
@given(grid=mangled())
def test_no_cell_of_a_mangled_sheet_is_lost_and_sent_twice_it_counts_once(
    grid: Grid, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with hall_office(tmp_path_factory.mktemp("mangled")) as office:
        receipt = handed_over(office, grid)
        event(str(getattr(receipt, "reason", "read")))
        if isinstance(receipt, InvalidSheet):
            assert office.people() == []
            return
        assert unaccounted(grid, receipt) == []
        taken = {(r.sheet, r.number) for r in receipt.all_rows.rows}  # type: ignore[union-attr]
        refused = {(refusal.sheet, refusal.row) for refusal in receipt.refusals}
        assert receipt.rows == len(taken) - len(refused)
        events = len(office.events())
        second = handed_over(office, grid)
        assert isinstance(second, SheetReceipt)
        assert (second.accepted, len(office.events())) == (0, events)
        assert second.refused == receipt.refused
