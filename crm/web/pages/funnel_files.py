"""What is taken away of a funnel: the table for Excel and others, the picture for slides."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO, StringIO
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from campaigns.formulas import harmless
from campaigns.sheets.writing import put_formatted
from campaigns.wording.catalogues import N_
from campaigns.wording.counting import counted
from crm.money import yuan_number
from crm.web.desk.files import width_of
from crm.web.desk.tables import Taken
from crm.web.guards.visit import SignedIn, Visit
from crm.web.pages.funnel_parts import (
    asked_of,
    beside_of,
    breakdowns_whole,
    costs_for,
    may_look,
    money_beside,
    passport_of,
    reached_of,
    report_of,
    today_of,
    viewer_of,
)
from crm.web.view.funnel_breakdowns import Breakdown, Small, breakdowns_of
from crm.web.view.funnel_compared import against
from crm.web.view.funnel_form import COMPARISONS, PERIODS, AskedFunnel
from crm.web.view.funnel_money import Money, money_lines, money_of
from crm.web.view.funnel_picture import (
    LINE,
    WIDTH,
    breakdowns_drawn,
    file_stem,
    heading,
    lines_within,
)
from crm.web.view.funnel_view import FileCell, Rate, Viewer, bars_of, table_rows
from crm.web.view.funnel_words import step_word

router = APIRouter()

_HEADS = (
    *(N_("步骤"), N_("人数"), N_("上一步人数"), N_("比上一步"), N_("占第一步"), N_("到此为止")),
    N_("中位用时"),
)
_MONEY_HEADS = (
    *(N_("步骤"), N_("人数"), N_("购买额（元）"), N_("人均购买额（元）")),
    N_("每人活动费用（元）"),
)
_SPENT = _MONEY_HEADS[2]
_COST_HEADS = (N_("活动费用（元）"), N_("每元费用的购买额（元）"))
_GROUP_HEADS = (N_("走完的"), _SPENT, *_COST_HEADS, N_("和其余的人比"))
_FROM_BEFORE = N_("%(step)s：比上一步")
_NO_TAB = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_TAB_LETTERS = 31
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/funnels.csv")
def funnel_table(visit: SignedIn) -> Response:
    """The table to take away, with where its numbers come from."""
    if asked_of(visit)[0].error:
        return _to_the_form(visit)
    text = StringIO()
    writer = csv.writer(text)
    for row in _lines(visit):
        writer.writerow([_in_text(cell) for cell in row])
    # Excel takes a text without this mark for one in the machine's own code page.
    return _file(visit, "\ufeff" + text.getvalue(), "text/csv; charset=utf-8", "csv")


@router.get("/funnels.xlsx")
def funnel_workbook(visit: SignedIn) -> Response:
    """The same for Excel."""
    if asked_of(visit)[0].error:
        return _to_the_form(visit)
    book = Workbook()
    sheet = book.active
    saved = asked_of(visit)[1]
    sheet.title = tab_name(saved.name if saved else "") or visit.say(N_("漏斗"))
    book.properties.creator = book.properties.title = ""
    lines = _lines(visit)
    for at, row in enumerate(lines, 1):
        for place, value in enumerate(row, 1):
            if isinstance(value, Rate):
                put_formatted(sheet.cell(at, place), value.number)
            elif value is not None:
                put_formatted(sheet.cell(at, place), value)
    # What stands alone in its line, as where the numbers come from, may run over the next columns.
    for place in range(max(map(len, lines))):
        texts = [str(_in_text(row[place])) for row in lines if len(row) > max(place, 1)]
        sheet.column_dimensions[get_column_letter(place + 1)].width = width_of(texts)
    stream = BytesIO()
    book.save(stream)
    return _file(visit, stream.getvalue(), _XLSX, "xlsx")


@router.get("/funnels.svg")
def funnel_picture(visit: SignedIn) -> Response:
    """The picture alone, to paste into slides."""
    may_look(visit)
    asked, saved = asked_of(visit)
    if asked.error:
        return _to_the_form(visit)
    report = report_of(visit, asked)
    viewer = replace(viewer_of(visit, asked), lists=False)
    beside = beside_of(visit, asked.document)
    compared = against(report, beside.report, viewer) if beside else ()
    lines = passport_of(visit, asked, report, beside)
    groups, high = breakdowns_drawn(breakdowns_of(report, viewer), viewer)
    context = {
        "breakdowns": groups,
        "groups_high": high,
        "heading": heading(asked.document, today_of(visit), viewer, saved.name if saved else ""),
        "bars": bars_of(report, viewer, compared),
        "passport": [part for line in lines for part in lines_within(line, LINE)],
        "width": WIDTH,
        "compared": visit.say(PERIODS[asked.document.compare]),
    }
    return _file(visit, visit.page("funnel_alone.svg", context), "image/svg+xml", "svg")


def tab_name(name: str) -> str:
    """A name as Excel bears it on a tab: 31 characters, without those that formulas use."""
    return _NO_TAB.sub(" ", name)[:_TAB_LETTERS].strip(" '")


def _to_the_form(visit: Visit) -> Response:
    """Where the fault is said, with what was typed."""
    return RedirectResponse(f"/funnels?{visit.request.query_params}", 303)


def _lines(visit: Visit) -> list[tuple[FileCell, ...]]:
    """The table, the breakdowns and the passport, as files hold them."""
    may_look(visit)
    asked, saved = asked_of(visit)
    report = report_of(visit, asked)
    viewer = viewer_of(visit, asked)
    lines: list[tuple[FileCell, ...]] = []
    if saved is not None:
        lines.append((saved.name,))
    beside = beside_of(visit, asked.document, asked.document.by)
    compared = against(report, beside.report, viewer) if beside else ()
    heads = [visit.say(head) for head in _HEADS]
    if beside:
        both = visit.say(N_("这一段（比较的）")), visit.say(COMPARISONS[asked.document.compare])
        numbers = [visit.say(head) for head in _HEADS[1:4]]
        heads += [f"{period}{visit.say(N_('：'))}{head}" for period in both for head in numbers]
        heads += [*both, visit.say(N_("相差"))]
    lines.append(tuple(heads))
    reached = reached_of(visit, asked)
    if reached is not None:
        lines.append((visit.say(N_("触达（人次，不记名）")), reached))
    lines += table_rows(bars_of(report, viewer, compared))
    money = money_of(report, costs_for(visit, asked), viewer)
    lines += _amounts(visit, money, viewer)
    if (other := money_beside(visit, beside, viewer)) is not None:
        word = visit.say(PERIODS[asked.document.compare])
        lines += [(), (word,), *money_lines(other, [visit.say(head) for head in _MONEY_HEADS])]
    for breakdown in breakdowns_whole(visit, asked, report, viewer, beside):
        lines += _breakdown(visit, asked, breakdown, has_money=money is not None)
    lines += [(), (visit.say(N_("数字来源")),)]
    lines += [(line,) for line in passport_of(visit, asked, report, beside)]
    return [
        tuple(counted(each) if isinstance(each, str) else each for each in row) for row in lines
    ]


def _breakdown(
    visit: Visit, asked: AskedFunnel, breakdown: Breakdown, *, has_money: bool
) -> Iterator[tuple[FileCell, ...]]:
    """The table of a breakdown, and that of the period that it is compared with."""
    words = [step_word(step, visit.language) for step in asked.document.steps]
    rates = [visit.say(_FROM_BEFORE) % {"step": word} for word in words[1:]]
    # In the order of the page, whose table leaves out the same.
    left_out = {*(() if has_money else (_SPENT,))}
    left_out |= {*(() if breakdown.has_costs else _COST_HEADS)}
    sums = [head for head in _GROUP_HEADS if head not in left_out]
    yield ()
    yield (breakdown.word, *words, *rates, *map(visit.say, sums))
    yield from (_group_line(group, sums) for group in breakdown.groups)
    yield from ((visit.say(note),) for note in breakdown.notes)
    if any(group.then for group in breakdown.groups):
        period = visit.say(PERIODS[asked.document.compare])
        yield ()
        yield (f"{breakdown.word} · {period}", *words, *rates)
        for group in breakdown.groups:
            counts = (_number(count) for count, _ in group.then)
            yield (group.word, *counts, *(rate for _, rate in group.then[1:]))


def _amounts(visit: Visit, money: Money | None, viewer: Viewer) -> Iterator[tuple[FileCell, ...]]:
    """What was bought and what it cost, and what must be said beside it."""
    if money is None:
        return
    yield ()
    yield from money_lines(money, [visit.say(head) for head in _MONEY_HEADS])
    yield from ((visit.say(note),) for note in money.notes)
    if said := money.costs_said(viewer):
        yield (said,)


def _group_line(group: Small, heads: Sequence[str]) -> tuple[FileCell, ...]:
    """What the page says of a group of a breakdown, under some of `_GROUP_HEADS`."""
    amounts = (group.spent_fen, group.cost_fen, group.bought_per_yuan)
    spent, *costs = (None if fen is None else yuan_number(fen) for fen in amounts)
    told = dict(zip(_GROUP_HEADS, (group.rate, spent, *costs, group.sure), strict=True))
    counts = map(_number, group.counts)
    return (group.word, *counts, *group.rates[1:], *(told[head] for head in heads))


def _in_text(cell: FileCell) -> Taken:
    if cell is None:
        return ""
    return cell.text if isinstance(cell, Rate) else harmless(cell)


def _number(text: str) -> str | int:
    plain = text.replace(",", "")
    return int(plain) if plain.isdecimal() else text


def _file(visit: Visit, content: str | bytes, media_type: str, ending: str) -> Response:
    plain = f"funnel-{today_of(visit)}.{ending}"
    stem = file_stem(asked_of(visit)[0].document, today_of(visit), visit.language)
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(stem)}.{ending}"
    headers = {"Content-Disposition": said}
    return Response(content, media_type=media_type, headers=headers)
