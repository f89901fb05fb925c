"""Many activities at once: pasted out of a workbook, looked at, planned and closed together."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
import pytest

from campaigns.times import shanghai_day
from crm.activities.queries import ActivityRow, activities_from
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.reward_sites import event
from tests.integration.web.sites import RunningSite, entered, running, today, token_in

HEADINGS = ("名称", "种类", "日期", "时间", "地区", "地点", "经销商", "触达", "发卡")
REGION = "北京市朝阳区"


def long_ago() -> date:
    """A day of which activities may be entered."""
    return today() - timedelta(days=200)


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A firm that starts: two dealers under contract, nothing else."""
    with running(tmp_path_factory.mktemp("firm")) as started:
        for code, name, region in (("D1", "朝阳康泰", "110000"), ("D2", "浦东金秋", "310000")):
            said = {"dealer": code, "contract_id": f"K-{code}", "name": name, "kind": "exclusive"}
            said |= {"starts_on": str(today() - timedelta(days=900))}
            data = {**said, "regions": [region]}
            started.accept(event("dealer.contracted", f"dealer/{code}", data, 300))
        started.user("chief", "headquarters")
        started.user("plans", "planning")
        yield started


@pytest.fixture
def chief(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "chief")


def pasted(*rows: tuple[Any, ...], headings: tuple[str, ...] = HEADINGS) -> str:
    return "\n".join("\t".join(map(str, row)) for row in (headings, *rows))


def handed(client: httpx.Client, text: str, **more: str) -> httpx.Response:
    form = {"form_token": token_in(client.get("/plan/list").text), "form_id": str(uuid4())}
    return client.post("/plan/list", data={**form, "list": text, "starts": "09:00", **more})


def once_more(client: httpx.Client, first: httpx.Response) -> httpx.Response:
    """What was shown, sent again as it stands."""
    names = ("form_token", "form_id", "asked", "starts", "region")
    form = {
        name: unescape(found[1])
        for name in names
        if (found := re.search(rf'name="{name}"[^>]* value="([^"]*)"', first.text))
    }
    chosen = re.search(r'<option value="([^"]+)" selected>', first.text)
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", first.text, re.S)
    assert text is not None
    form |= {"list": unescape(text[1]), "dealer": chosen[1] if chosen else ""}
    return client.post("/plan/list", data=form)


def known(site: RunningSite) -> list[ActivityRow]:
    site.work()
    with reading(site.site.engine) as connection:
        return activities_from(HEADQUARTERS_SCOPE, connection, today() - timedelta(days=900))


def test_thirty_past_activities_are_pasted_looked_at_and_entered_at_once(
    site: RunningSite, chief: httpx.Client
) -> None:
    days = [long_ago() + timedelta(days=3 * n) for n in range(30)]
    rows = [
        (
            f"护脑讲座 {n}",
            "讲座",
            day.strftime("%Y/%m/%d"),
            "9:30-11:00",
            REGION,
            "礼堂",
            "朝阳康泰",
            n,
            5,
        )
        for n, day in enumerate(days, 1)
    ]
    first = handed(chief, pasted(*rows))

    assert "读到 30 场" in first.text and "触达共 465 人次" in first.text
    assert known(site) == [], "nothing is said before it was looked at"
    answer = once_more(chief, first)
    assert answer.status_code == 303
    found = known(site)
    receipt = chief.get(answer.headers["location"]).text.partition("已收下")[2]
    assert receipt.partition("</section>")[0].count("<li>") == 30
    assert "还有 30 条没有列出" in receipt
    assert len(found) == 30 and {each.dealer for each in found} == {"D1"}
    assert {each.kind for each in found} == {"health_lecture"}
    assert sorted(each.reached or 0 for each in found) == list(range(1, 31))
    assert {each.cards_handed_out for each in found} == {5}


def test_what_a_list_leaves_out_is_what_stands_below_it(
    site: RunningSite, chief: httpx.Client
) -> None:
    text = pasted(
        ("社区义诊", long_ago()), ("夕阳红聚会", long_ago()), headings=("活动名称", "日期")
    )
    first = handed(chief, text, region="上海市浦东新区", dealer="D2", starts="14:00")
    assert "没有备案号就不能举办" in first.text
    assert once_more(chief, first).status_code == 303
    found = {each.title: each for each in known(site)}
    assert {each.kind for each in found.values()} == {"free_clinic", "club_meeting"}
    assert {(each.region, each.dealer) for each in found.values()} == {("310115", "D2")}
    assert {each.reached for each in found.values()} == {None}


@pytest.mark.parametrize(
    ("heading", "cell", "said"),
    [
        ("日期", "上周", "第 1 行：日期“上周”看不懂"),
        ("种类", "不知道", "第 1 行：种类“不知道”不认识"),
        ("地区", "哪里", "第 1 行：没有找到这个地区"),
        ("经销商", "没有这家", "没有“没有这家”这家经销商"),
        ("触达", "很多", "触达和发卡要写 0 以上的整数"),
        ("时间", "一早", "时间“一早”看不懂"),
        ("时间", "25:00", "时间看不懂"),
        ("日期", timedelta(days=9), "先不写触达和发卡"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_of_that_line_and_nothing_is_entered(
    site: RunningSite, chief: httpx.Client, heading: str, cell: Any, said: str
) -> None:
    right = ("护脑一", "讲座", long_ago(), "9:00", REGION, "礼堂", "D1", 20, 5)
    cell = today() + cell if isinstance(cell, timedelta) else cell
    row = tuple(
        cell if name == heading else value for name, value in zip(HEADINGS, right, strict=True)
    )
    row = ("护脑", *row[1:])
    other = ("体验日", "试用", long_ago(), "9点", REGION, "礼堂", "D1", "", "")
    answer = handed(chief, pasted(row, other))
    assert answer.status_code == 422 and said in answer.text
    assert "第 2 行" not in answer.text
    assert known(site) == []


def test_a_list_without_headings_or_with_too_many_lines_is_told_so(chief: httpx.Client) -> None:
    row = ("护脑", long_ago())
    assert "要有一行写栏目名" in handed(chief, pasted(row, headings=("护脑讲座", "x"))).text
    many = pasted(*[row] * 201, headings=("名称", "日期"))
    assert "一次最多 200 场" in handed(chief, many).text
    assert "请把表贴进来" in handed(chief, "").text or "要有一行写栏目名" in handed(chief, "").text


def test_what_stands_in_the_calendar_or_twice_in_the_list_is_asked_about(
    site: RunningSite, chief: httpx.Client
) -> None:
    row = ("护脑讲座", "", long_ago(), "9:00", REGION, "礼堂", "D1", "", "")
    assert once_more(chief, handed(chief, pasted(row))).status_code == 303
    assert len(known(site)) == 1
    again = handed(chief, pasted(row, row))
    assert "已经有一场“护脑讲座”" in again.text and "第 1 行和第 2 行是同一场" in again.text


def test_whoever_may_not_close_days_is_told_that_the_counts_are_left_out(site: RunningSite) -> None:
    row = ("护脑讲座", "", long_ago(), "9:00", REGION, "礼堂", "D1", 20, 5)
    for plans in entered(site, "plans"):
        first = handed(plans, pasted(row))
        assert "你的身份不能日结" in first.text
        assert once_more(plans, first).status_code == 303
    assert [each.reached for each in known(site)] == [None]


def test_what_a_line_does_not_say_is_told_at_once_by_the_names_of_its_columns(
    chief: httpx.Client,
) -> None:
    answer = handed(chief, pasted(("护脑", "", "", "9:00", "", "", "", "", "")))
    assert "第 1 行：没有写：种类、经销商、地区、日期。" in answer.text
    assert "请填好这一栏" not in answer.text


def test_what_stands_above_the_headings_and_sums_below_are_no_activities(
    site: RunningSite, chief: httpx.Client
) -> None:
    rows = [
        ("护脑讲座", "", long_ago(), "9:00", REGION, "礼堂", "D1", "20人", "5张"),
        ("合计", "", "", "", "", "", "", 20, 5),
        ("制表人：李", "", "", "", "", "", "", "", ""),
    ]
    first = handed(chief, "五月活动汇总\n\n" + pasted(*rows))
    assert "读到 1 场" in first.text and "触达共 20 人次" in first.text
    assert "第 2 行没有读" in first.text and "第 3 行没有读" in first.text
    assert once_more(chief, first).status_code == 303
    assert [(each.reached, each.cards_handed_out) for each in known(site)] == [(20, 5)]


def test_a_cell_merged_over_lines_is_said_of_each_of_them_and_shown_first(
    site: RunningSite, chief: httpx.Client
) -> None:
    rows = [
        ("护脑讲座", "", long_ago(), "9:00", REGION, "礼堂", "D1", "", ""),
        ("", "", long_ago() + timedelta(days=7), "", "", "", "", "", ""),
    ]
    first = handed(chief, pasted(*rows))
    assert "第 2 行没写名称：当作和上一行一样，“护脑讲座”" in first.text
    assert once_more(chief, first).status_code == 303
    found = known(site)
    assert {(each.title, each.dealer, each.venue) for each in found} == {("护脑讲座", "D1", "礼堂")}
    assert len({each.starts_us for each in found}) == 2


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("下午2点", "14:00"),
        ("上午9点半", "09:30"),
        ("8点半", "08:30"),
        ("下午2:15-4:00", "14:15"),
        ("中午12点", "12:00"),
        ("晚上7点整", "19:00"),
    ],
)
def test_times_are_read_as_they_are_said(chief: httpx.Client, typed: str, meant: str) -> None:
    row = ("护脑讲座", "", long_ago(), typed, REGION, "", "D1", "", "")
    first = handed(chief, pasted(row))
    assert "读到 1 场" in first.text
    assert re.search(rf'id="line-1".*{meant}', first.text)


def test_a_day_without_its_year_at_which_people_were_counted_has_been(
    site: RunningSite, chief: httpx.Client
) -> None:
    long_past = today() - timedelta(days=250)
    day = f"{long_past.month}月{long_past.day}日"
    row = ("护脑讲座", "", day, "9:00", REGION, "", "D1", 20, "")
    assert once_more(chief, handed(chief, pasted(row))).status_code == 303
    assert [shanghai_day(each.starts_us) for each in known(site)] == [long_past]


def test_a_doubt_of_several_lines_is_asked_once_with_their_numbers(chief: httpx.Client) -> None:
    rows = [(f"义诊{n}", "", long_ago(), "9:00", REGION, "", "D1", "", "") for n in (1, 2)]
    first = handed(chief, pasted(*rows, ("讲座", "", long_ago(), "", REGION, "", "D1", "", "")))
    assert "第 1、2 行：大型义诊没有备案号" in first.text


@pytest.mark.parametrize(("other", "is_clear"), [("北京市海淀区", True), ("上海市浦东新区", False)])
def test_a_region_of_which_there_are_several_is_that_of_the_province_of_all_other_lines(
    chief: httpx.Client, other: str, is_clear: bool
) -> None:
    rows = [
        ("护脑一", "讲座", long_ago(), "9:00", "朝阳区", "", "D1", "", ""),
        ("护脑二", "讲座", long_ago(), "9:00", "海淀", "", "D1", "", ""),
        ("护脑三", "讲座", long_ago(), "9:00", other, "", "D1", "", ""),
        ("护脑四", "讲座", long_ago()),
    ]
    page = handed(chief, pasted(*rows), region="北京市", dealer="D1").text
    assert ("叫这个名字的地区不止一个" in page) is not is_clear
    assert (re.search(r'id="line-1".*· 北京市朝阳区', page) is not None) is is_clear


def test_days_on_which_a_dealer_has_no_contract_are_told_in_one_sentence(
    chief: httpx.Client,
) -> None:
    days = [today() - timedelta(days=ago) for ago in (1000, 990, 980)]
    rows = [(f"护脑{n}", "讲座", day, "", REGION, "", "D1", "", "") for n, day in enumerate(days)]
    page = handed(chief, pasted(*rows)).text
    assert page.count("没有生效的合同") == 1
    assert all(f"{day.year}年{day.month}月{day.day}日" in page for day in days)
