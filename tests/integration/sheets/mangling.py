"""What hands do to sheets before they send them in: strategies of mangled pages, as files."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import openpyxl
from hypothesis import strategies as st

from campaigns.sheets.columns import column_key
from tests.integration.sheets.offices import HEAD

Line = list[str]
Page = list[Line]

HEADINGS = ("姓名", "手机", "出生日期", "购买数量", "单价", "购买型号", "高压", "同意建档", "备注")
OTHER_HEADINGS = ("联系方式", "买了几盒", "衣服", "是否同意建档", "", "年龄", "名字", "电话")
_NAMES = ("王秀英", "王秀莲", "李强", "李墙", "欧阳淑珍", "赵红", "孙丽华", "周")
_SALES = (("", "", ""), ("1", "693", "JX-B4"), ("两盒", "600", "JX-B2"), ("2", "", "JX-B4"))
_OTHER_ACTIVITY: Page = [["活动编号", "A-2"], ["活动日期", "2026-11-20"], ["经销商编号", "D01"]]
_ABOVE_ANOTHER: tuple[Page, ...] = (
    [],
    [["第二张"]],
    [list(each) for each in HEAD],
    _OTHER_ACTIVITY,
)
_BETWEEN: tuple[Line, ...] = (
    ["合计", "", "", "3"],
    ["填表人：某某"],
    [],
    ["下午的人"],
    ["", "13811110009"],
)

people = st.tuples(
    st.sampled_from(_NAMES),
    st.sampled_from(("", "无", *(f"1381111{n:04d}" for n in range(6)))),
    st.sampled_from(("", "1950", "1948-05-01", "不详")),
    st.sampled_from(_SALES),
    st.sampled_from(("", "135", "头晕")),
    st.sampled_from(("", "是", "否", "也许")),
    st.sampled_from(("", "听力不好", "第二次来")),
)
rows = people.map(lambda said: [*said[:3], *said[3], *said[4:]])
pages = st.lists(rows, min_size=1, max_size=5).map(lambda found: [list(HEADINGS), *found])


@dataclass(frozen=True)
class Mangled:
    """A file of pages; the first has the lines that name the activity above its headings."""

    pages: list[Page]
    is_workbook: bool

    @property
    def name(self) -> str:
        """The file's name."""
        return "sheet.xlsx" if self.is_workbook else "sheet.csv"

    def titled(self) -> list[tuple[str, Page]]:
        """Each page under its title; in a CSV there is one, without."""
        pages = [[*map(list, HEAD), *self.pages[0]], *self.pages[1:]]
        return [(f"第{at}页", page) for at, page in enumerate(pages, 1)]

    def content(self) -> bytes:
        """The file."""
        if not self.is_workbook:
            text = io.StringIO()
            csv.writer(text).writerows(self.titled()[0][1])
            return text.getvalue().encode()
        book = openpyxl.Workbook()
        del book["Sheet"]
        for title, page in self.titled():
            sheet = book.create_sheet(title)
            for number, line in enumerate(page, 1):
                for column, cell in enumerate(line, 1):
                    sheet.cell(number, column).value = cell or None
        stored = io.BytesIO()
        book.save(stored)
        return stored.getvalue()

    def with_rows_sorted(self) -> "Mangled":
        """The same with the people below each row of headings the other way round."""
        return Mangled([_turned(page) for page in self.pages], self.is_workbook)


def is_heading(line: Line) -> bool:
    """Whether a line is one of headings, the name's among them or nothing else but headings."""
    keys = [column_key(cell) for cell in line if cell]
    return "name" in keys or (bool(keys) and None not in keys)


def is_person(line: Line) -> bool:
    """Whether a line is as a person's was written, and not what hands put in between."""
    return len(line) >= len(HEADINGS) and not is_heading(line)


def _turned(page: Page) -> Page:
    turned: Page = []
    part: Page = []
    for line in [*page, []]:
        if is_person(line):
            part.append(line)
            continue
        turned += [*reversed(part), line]
        part = []
    return turned[:-1]


Draw = st.DrawFn


def _rename(page: Page, draw: Draw) -> Page:
    column = draw(st.sampled_from((*range(1, len(HEADINGS)), 0)))
    page[0][column] = draw(st.sampled_from(OTHER_HEADINGS))
    return page


def _sort(page: Page, draw: Draw) -> Page:
    return [page[0], *draw(st.permutations(page[1:]))]


def _double(page: Page, draw: Draw) -> Page:
    return [*page, list(draw(st.sampled_from(page)))]


def _delete(page: Page, draw: Draw) -> Page:
    del page[draw(st.integers(0, len(page) - 1))]
    return page or [[]]


def _delete_column(page: Page, draw: Draw) -> Page:
    column = draw(st.integers(0, len(HEADINGS) - 1))
    return [[*line[:column], *line[column + 1 :]] for line in page]


def _insert_column(page: Page, draw: Draw) -> Page:
    column, cell = draw(st.integers(0, len(HEADINGS))), draw(st.sampled_from(("3", "代签", "是")))
    written = [cell if at and draw(st.booleans()) else "" for at in range(len(page))]
    return [
        [*line[:column], more, *line[column:]] for line, more in zip(page, written, strict=True)
    ]


def _turn_columns(page: Page, draw: Draw) -> Page:
    order = draw(st.permutations(range(len(HEADINGS))))
    return [[line[at] for at in order if at < len(line)] for line in page]


def _repeat(page: Page, draw: Draw) -> Page:
    page.insert(draw(st.integers(1, len(page))), list(page[0]))
    return page


def _repeat_in_another_order(page: Page, draw: Draw) -> Page:
    again = _turn_columns([list(page[0]), *draw(st.lists(rows, max_size=2))], draw)
    return [*page, *again]


def _exchange(page: Page, draw: Draw) -> Page:
    """Two cells that stand in each other's place, in one row or in two."""
    places = [(y, x) for y, line in enumerate(page[1:], 1) for x in range(len(line))]
    if len(places) > 1:
        (y, x), (b, a) = draw(st.sampled_from(places)), draw(st.sampled_from(places))
        page[y][x], page[b][a] = page[b][a], page[y][x]
    return page


def _move_out(page: Page, draw: Draw) -> Page:
    """A cell that stands beside the table."""
    line = page[draw(st.integers(0, len(page) - 1))]
    if len(line) and not is_heading(line):
        column = draw(st.integers(0, len(line) - 1))
        line += [*[""] * draw(st.integers(0, 2)), line[column]]
        line[column] = ""
    return page


def _merge(page: Page, draw: Draw) -> Page:
    other = draw(pages)
    above = draw(
        st.sampled_from(([], [["第二张"]], [list(each) for each in HEAD], _OTHER_ACTIVITY))
    )
    return [*page, *map(list, above), *other[draw(st.booleans()) :]]


def _write_between(page: Page, draw: Draw) -> Page:
    page.insert(draw(st.integers(0, len(page))), list(draw(st.sampled_from(_BETWEEN))))
    return page


DEEDS: Sequence[Callable[[Page, Draw], Page]] = (
    *(_rename, _sort, _double, _delete, _delete_column, _insert_column, _turn_columns, _repeat),
    *(_repeat_in_another_order, _exchange, _move_out, _merge, _write_between),
)


@st.composite
def mangled(draw: Draw) -> Mangled:
    """A file to which something was done, some times over."""
    page: Page = draw(pages)
    for deed in draw(st.lists(st.sampled_from(DEEDS), max_size=4)):
        page = deed(page, draw)
    is_workbook = draw(st.booleans())
    more = [draw(pages) for _ in range(draw(st.integers(0, 1)) if is_workbook else 0)]
    return Mangled([page, *([_turn_columns(each, draw) for each in more])], is_workbook)
