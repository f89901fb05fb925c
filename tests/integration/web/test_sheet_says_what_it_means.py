"""What a look at a sheet tells: a no is no consent, nothing is taken yet, what is odd is named."""

import re
from collections.abc import Iterator

import httpx
import pytest

from campaigns.identifiers import OLDEST_YEARS, YOUNGEST_YEARS
from crm.web.view.form_fields import odd_birth
from tests.integration.web.sheets import again, pick, sheet_of
from tests.integration.web.sites import RunningSite, activity_today, entered, today

HEADINGS = (
    "姓名",
    "手机",
    "出生日期",
    "购买数量",
    "单价",
    "购买型号",
    "同意建立档案",
    "同意记录健康情况",
)


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


def look(site: RunningSite, office: httpx.Client, activity: str, *rows: tuple[str, ...]) -> str:
    site.accept(activity_today(activity))
    return pick(office, activity, sheet_of(*rows, headings=HEADINGS)).text


def words_of(page: str) -> str:
    """What a reader sees of the rows that are to be taken."""
    listed = page.partition('<ol class="rows plain">')[2].partition("</ol>")[0]
    return re.sub(r"<[^>]*>|\s", "", listed)


def test_a_refusal_is_listed_as_one_and_so_is_its_taking_back(
    site: RunningSite, office: httpx.Client
) -> None:
    row = ("王秀英", "13811112222", "1950", "", "", "", "是")
    page = look(site, office, "A-no", (*row, "否"))
    assert "不同意·记录健康情况" in words_of(page) and "、同意·建立档案" in words_of(page)
    again(office, page, "send")
    site.work()
    page = pick(office, "A-no", sheet_of((*row, "是"), headings=HEADINGS)).text
    assert "更正同意·记录健康情况·撤销不同意·记录健康情况" in words_of(page)


def test_nothing_is_said_to_be_taken_before_it_is(site: RunningSite, office: httpx.Client) -> None:
    row = ("王秀英", "123", "1950", "", "", "", "是", "是")
    page = look(site, office, "A-odd", row)
    assert "还没有收" in page and "第 2 行：电话不像" in page and "已收下" not in page
    again(office, page, "send")
    changed = sheet_of((*row[:7], "否"), headings=HEADINGS)
    page = pick(office, "A-odd", changed).text
    assert "同意的答复改了" in page and "已收下" not in page


def test_the_same_person_twice_is_told_and_two_of_one_name_are_not(
    site: RunningSite, office: httpx.Client
) -> None:
    page = look(
        *(site, office, "A-twice"),
        ("王秀英", "13811112222", "1950", "", "", "", "是", ""),
        ("王秀英", "13811112222", "", "1", "693", "JX-B4", "", ""),
        ("李秀英", "13811113333", "1948"),
        ("李秀英", "13811114444", "1952"),
        ("李秀英", "13811115555", "1952-3-2"),
        ("李秀英", "13811116666", "1952-3-2"),
    )
    assert "第 3 行：和第 2 行像是同一个人" in page
    assert "第 7 行：和第 6 行像是同一个人" in page
    assert page.count("像是同一个人") == 2


def test_a_model_that_no_price_list_has_is_told(site: RunningSite, office: httpx.Client) -> None:
    page = look(
        *(site, office, "A-model"),
        ("王秀英", "", "1950", "1", "693", "JX-B4"),
        ("李国强", "", "1948", "1", "693", "JXB4"),
    )
    assert "第 3 行：购买型号：产品目录里没有这个型号（有 JX-B4、JX-B2）" in page
    assert page.count("产品目录里没有") == 1


def test_a_birth_of_which_nobody_is_who_comes_is_asked_about_as_on_the_phone(
    site: RunningSite, office: httpx.Client
) -> None:
    day = today()
    oldest, youngest = day.year - OLDEST_YEARS, day.year - YOUNGEST_YEARS
    rows = [("王老人", "13811117701", "1850", "", "", "")]
    rows += [
        ("李出生", f"1381111770{n}", f"{year}-03-02", "", "", "")
        for n, year in enumerate((oldest, oldest - 1, youngest, youngest + 1), 2)
    ]
    page = look(site, office, "A-old", *rows)
    for row, year in ((2, 1850), (4, oldest - 1), (6, youngest + 1)):
        assert f"第 {row} 行：{year} 年生，少见：没有写错吗" in page
        doubt = odd_birth(str(year), day)
        assert doubt is not None and doubt.code == "odd:born"
    assert page.count("年生，少见") == 3 and f"新写 {len(rows)} 行" in page
    assert odd_birth(str(oldest), day) is None


def test_a_price_far_from_the_list_is_asked_about_with_both_prices(
    site: RunningSite, office: httpx.Client
) -> None:
    page = look(
        *(site, office, "A-price"),
        ("王秀英", "", "1950", "1", "693", "JX-B4"),
        ("李国强", "", "1948", "1", "6930", "JX-B4"),
        ("赵国强", "", "1947", "1", "299.5", "JX-B2"),
        ("孙国强", "", "1946", "1", "550", "JX-B4"),
    )
    assert "第 3 行：单价 6930 元，定价是 693 元：没有写错吗" in page
    assert "第 4 行：单价 299.50 元，定价是 597 元：没有写错吗" in page
    assert page.count("没有写错吗") == 2
