"""Nothing of a sheet is passed over in silence: what is not read is named."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from campaigns.sheets import (
    HeadingMap,
    InvalidSheet,
    SheetActivity,
    SheetReading,
    read_sheet,
)
from campaigns.sheets.nearest import nearest
from tests.unit.campaigns.sheets.repacking import repacked
from tests.unit.campaigns.sheets.sample_sheets import LABELS, SECRET, handmade, read, said, saved


def names(reading: SheetReading) -> list[str]:
    return [str(row.cells["name"]) for row in reading.rows]


def unread(reading: SheetReading) -> list[tuple[str, int | None, str | None]]:
    return [(each.kind, each.row, each.column) for each in reading.unread]


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("联系方式", "手机"),
        ("联系电话（必填）", "手机"),
        ("是否同意建档", "同意建立档案"),
        ("同意建档(签字)", "同意建立档案"),
        ("愿意分享给经销商", "同意交给经销商一份"),
        ("同意记录健康情况", "同意记录健康情况"),
        ("购买盒数", "购买数量"),
        ("买了几台", "购买数量"),
        ("家庭地址", "住址"),
        ("证件号", "身份证号"),
        ("生日", "出生日期/年"),
        ("年龄", "备注"),
        ("单价元", "单价（元）"),
        ("购买日期", "购买日期"),
        ("销售人员", "备注"),
        ("实收", "备注"),
        ("有无高血压", "备注"),
        ("高血压病史", "病症"),
        ("测量血压", "血压"),
        ("首次到店时间", "备注"),
        ("衣服", None),
    ],
)
def test_a_heading_that_is_not_known_is_offered_the_nearest(
    heading: str, meant: str | None
) -> None:
    assert nearest(heading) == meant


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("联系方式", "13811250001"),
        ("同意建档(签字)", "不同意"),
        ("购买盒数", 2),
        ("随便", "不同意"),
        ("其它号码", "138 1125 0001"),
    ],
)
def test_what_may_be_a_phone_a_sale_or_a_refusal_is_asked_about_before_anything_counts(
    heading: str, cell: object
) -> None:
    data = saved(handmade(["壬一", cell, 76], headings=("姓名", heading, "年龄")))
    with pytest.raises(InvalidSheet) as raised:
        read(data)
    assert raised.value.reason == "unknown_headings"
    assert [each.column for each in raised.value.unread] == [heading, "年龄"]
    left_out = HeadingMap.of({heading: "", "年龄": "备注"})
    (row,) = read_sheet("x.xlsx", data, SECRET, headings=left_out).rows
    assert row.cells["note"] == "年龄：76" and row.others == {heading: cell}


def test_a_heading_is_read_as_its_sender_says() -> None:
    headings = ("姓名", "联系方式", "买了几盒", "单价", "型号")
    data = saved(handmade(["壬一", "13811250001", "两盒", 693, "JX-B4"], headings=headings))
    said_so = HeadingMap.of({"联系方式": "手机", "买了几盒": "购买数量"})
    reading = read_sheet("x.xlsx", data, SECRET, headings=said_so)
    assert said(reading)["purchase.made"]["quantity"] == 2
    assert said(reading)["card.registered"]["contact"] == {"phones": ["13811250001"]}
    assert reading.unread == ()


def test_cells_below_no_heading_are_named() -> None:
    reading = read(saved(handmade(["王一", "", "随手写的"], headings=("姓名", "手机"))))
    assert unread(reading) == [("column", None, "C 列")]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (["合计", "2人"], "total"),
        (["小 计：", 3], "total"),
        (["共2人", ""], "total"),
        (["", "总计：3"], "total"),
        (["8人", ""], "total"),
        (["男3女5", ""], "total"),
        (["填表人：某某", ""], "footer"),
        (["审核人", "某某"], "footer"),
        (["备注：明天再来", ""], "footer"),
        (["第 1 页", ""], "footer"),
        (["以下空白", ""], "footer"),
    ],
)
def test_totals_and_footers_are_no_people(line: list[object], kind: str) -> None:
    reading = read(saved(handmade(["己三", "13811230003"], line)))
    assert names(reading) == ["己三"]
    assert unread(reading) == [(kind, 4, None)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [(["合计", "8人"], "total"), (["总计", "某某"], "total"), (["制表人：", "某某"], "footer")],
)
def test_what_counts_or_signs_in_the_column_of_numbers_makes_nobody_of_the_cell_beside_it(
    line: list[object], kind: str
) -> None:
    book = handmade([1, "己三"], line, headings=("序号", "姓名"))
    assert (names(read(saved(book))), unread(read(saved(book)))) == (["己三"], [(kind, 4, None)])


def test_headings_that_come_again_are_headings_in_their_new_order() -> None:
    book = handmade(["己三", "13811230003"], ["手机", "姓名"], ["13811230004", "己四"])
    reading = read(saved(book))
    assert names(reading) == ["己三", "己四"]
    assert said(reading, 1)["card.registered"]["contact"] == {"phones": ["13811230004"]}
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("姓名", "手机", "购买", "", ""), ("", "", "数量", "单价", "型号")),
        (("基本信息", "", "购买", "", ""), ("姓名", "手机", "数量", "单价", "型号")),
        (("姓名", "手机", "购买", "", "购买型号"), ("", "", "数量", "单价", "")),
    ],
)
def test_headings_over_two_lines_are_read_together(
    first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    row = ["己三", "13811230003", 2, 693, "JX-B4"]
    reading = read(saved(handmade(second, row, headings=first)))
    assert said(reading)["purchase.made"]["quantity"] == 2
    assert (names(reading), reading.unread) == (["己三"], ())


def test_a_day_above_a_sheet_that_was_made_by_hand_is_that_of_its_activity() -> None:
    given = SheetActivity("A-1", date(2026, 5, 3), "D1")
    for line in (["日期：2026/5/4", "", "地点：活动站"], ["时间", "2026年5月4日"]):
        book = handmade(["王秀英", ""], labels=line)
        reading = read_sheet("x.xlsx", saved(book), SECRET, activity=given)
        assert reading.activity == SheetActivity("A-1", date(2026, 5, 4), "D1")
        assert reading.unread == ()
    book = handmade(["王秀英", ""], ["日期：2026/5/9", ""], labels=["时间：上午九点"])
    reading = read_sheet("x.xlsx", saved(book), SECRET, activity=given)
    assert reading.activity == given
    assert unread(reading) == [("above", 1, None), ("footer", 4, None)]


def test_a_person_above_the_headings_is_named() -> None:
    book = openpyxl.Workbook()
    for line in (LABELS, ["张三", "女"], ["姓名", "性别"], ["李四", "女"]):
        book.active.append(line)
    assert unread(read(saved(book))) == [("above", 2, None)]


def test_a_row_with_something_in_unread_columns_alone_is_named() -> None:
    book = handmade(["王一", ""], ["", "", "漏了名字"], headings=("姓名", "手机", "衣服"))
    assert unread(read(saved(book))) == [("nobody", 4, None)]


def test_hidden_rows_columns_and_pages_are_told() -> None:
    book = handmade(["己三", "13811230003"], ["己四", "13811230004"])
    book.active.row_dimensions[4].hidden = True
    book.active.column_dimensions["B"].hidden = True
    reading = read(saved(book))
    assert reading.hidden_rows == (("Sheet", 4),)
    assert reading.hidden_columns == (("Sheet", "手机"),)


def test_what_lies_beyond_the_hundredth_column_is_not_lost() -> None:
    book = handmade(["王一", "13811230003"])
    book.active.cell(3, 120).value = "远处"
    with pytest.raises(InvalidSheet) as raised:
        read(saved(book))
    assert raised.value.reason == "too_many_columns"


def test_a_workbook_that_counts_from_1904_is_read_rightly() -> None:
    book = handmade(["甲一", datetime(1950, 3, 2)], ["甲二", 16_861], headings=("姓名", "出生日期"))
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    reading = read(saved(book))
    born = [said(reading, at)["card.registered"]["person"]["birth_date"] for at in (0, 1)]
    assert born == ["1950-03-02", "1950-03-01"]


@pytest.mark.parametrize("epoch", ["CALENDAR_WINDOWS_1900", "CALENDAR_MAC_1904"])
def test_a_year_in_a_cell_that_is_formatted_as_a_day_is_a_year(epoch: str) -> None:
    book = handmade(["甲二", 1950], headings=("姓名", "出生日期"))
    book.epoch = getattr(openpyxl.utils.datetime, epoch)
    book.active.cell(3, 2).number_format = "yyyy-mm-dd"
    assert said(read(saved(book)))["card.registered"]["person"]["birth_year"] == 1950


def test_a_strict_workbook_is_read() -> None:
    data = saved(handmade(["甲一", "13811120001"]))
    usual = b"http://schemas.openxmlformats.org/"
    changes = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            for part in (b"spreadsheetml", b"officeDocument", b"drawingml"):
                strict = b"http://purl.oclc.org/ooxml/" + part + b"/"
                content = content.replace(usual + part + b"/2006/", strict)
            changes[name] = content
    strict_book = repacked(data, changes)
    assert b"purl.oclc.org" in changes["xl/workbook.xml"]
    assert names(read(strict_book)) == ["甲一"]


@pytest.mark.parametrize("nothing", ["无", "没有", "—", "不详", "暂无", "/", "N/A", "－－"])
def test_nothing_is_no_phone_no_number_and_no_name(nothing: str) -> None:
    headings = ("姓名", "手机", "身份证号", "性别", "住址", "病症")
    data = saved(handmade(["王一", *[nothing] * 5], [nothing, "138"], headings=headings))
    reading = read(data)
    assert said(reading)["card.registered"].keys() == {"person", "source_kind", "activity_id"}
    assert [fault.reason for fault in reading.rows[1].faults] == ["missing_name"]


@pytest.mark.parametrize(
    ("typed", "sex"),
    [("女性", "female"), ("男性", "male"), ("女士", "female"), ("♂", "male"), ("F", "female")],
)
def test_what_people_write_for_a_sex_is_understood(typed: str, sex: str) -> None:
    reading = read(saved(handmade(["王一", typed], headings=("姓名", "性别"))))
    assert said(reading)["card.registered"]["person"]["sex"] == sex


def test_two_pages_of_two_activities_are_not_taken_as_one() -> None:
    book = handmade(["王一", "13811230003"])
    other = book.create_sheet("第二页")
    for line in (["活动编号：ACT-2", "活动日期：2026-05-03"], ["姓名"], ["李四"]):
        other.append(line)
    with pytest.raises(InvalidSheet) as raised:
        read(saved(book))
    assert raised.value.reason == "activity_contradictory"
