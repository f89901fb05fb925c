"""Funnels in the pages: numbers and their lists, files, what is saved, who sees what."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from io import BytesIO, StringIO
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

import httpx
import orjson
import pytest
from msgspec import structs
from openpyxl import load_workbook
from sqlalchemy import select
from starlette.datastructures import QueryParams

from campaigns.intake import HEADQUARTERS
from campaigns.season import SEASON_DAYS
from campaigns.wording.days import whole_day_text
from crm.accounts.tables import EXPORT
from crm.activities.queries import activities_between
from crm.copies.copy_rows import CopyRow
from crm.copies.queries import copy_now, dealer_names
from crm.funnels.definition import EntryRule, parse_step
from crm.funnels.document import Document
from crm.funnels.few import is_few
from crm.funnels.money import costs_of
from crm.funnels.other_period import other_period
from crm.funnels.queries import OUTCOME_CHAIN, OUTCOME_WINDOW
from crm.funnels.report import Listed, Question, StepCounts, shown_of_groups
from crm.journal.events import JOURNAL
from crm.money import fen_per, yuan_text
from crm.outcomes.tables import OUTCOME
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.storage.database import reading
from crm.web.pages.funnel_files import tab_name
from crm.web.view.funnel_breakdowns import MOST_ROWS
from crm.web.view.funnel_form import asked_funnel
from streams.embedded.worker import Worker
from tests.integration.feed.dealers import event
from tests.integration.web.acting import form_in
from tests.integration.web.sites import (
    RunningSite,
    entered,
    invent_season,
    running,
    sign_in,
    today,
    token_in,
)

DOCUMENT = Document(
    ("activity.attended", "trial.started", "purchase.made"),
    "180d",
    last_days=SEASON_DAYS + 1,
    by=("month", "city", "age", "sex", "dealer", "activity_kind", "source", "member_kind", "week"),
)
SHORTCUT = re.compile(r'<a href="/funnels\?([^"]+)"(?: aria-current="true")?>([^<]+)</a>')
QUERY = "step=activity.attended&step=trial.started&step=purchase.made&window=180d&days=183"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("season")
    invent_season(folder, people=150)
    with running(folder) as started:
        Worker(started.site.engine, started.site.keyring).until_idle()
        for name, role in (("office", "headquarters"), ("market", "marketing")):
            started.user(name, role)  # type: ignore[arg-type]
        started.user("colleague", "marketing")
        started.user("shop", "dealer", "D01")
        yield started


@contextmanager
def signed_in(site: RunningSite, name: str) -> Iterator[httpx.Client]:
    with site.client() as client:
        assert sign_in(client, name).status_code == 303
        yield client


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with signed_in(site, "office") as client:
        yield client


def test_every_number_equals_the_length_of_the_list_behind_it(site: RunningSite) -> None:
    funnels = site.site.funnels
    for scope in (HEADQUARTERS_SCOPE, dealer_scope("D01")):
        report = funnels.report(scope, Question(DOCUMENT, today()))

        def listed(what: Listed, scope=scope) -> int:  # type: ignore[no-untyped-def]
            found = funnels.report(scope, Question(DOCUMENT, today(), listed=what)).listed
            assert found is not None and len(set(found)) == len(found)
            return len(found)

        for place, step in enumerate(report.steps, 1):
            assert listed(Listed(place)) == step.people
            if place < len(report.steps):
                assert listed(Listed(place, left=True)) == step.left
        for name, groups in report.groups.items():
            assert sum(group.people[0] for group in groups) == report.steps[0].people
            for group in groups[:3]:
                for place, people in enumerate(group.people, 1):
                    what = Listed(place, dimension=name, value=group.value)
                    assert listed(what) == people
    everybody = funnels.report(HEADQUARTERS_SCOPE, Question(DOCUMENT, today()))
    assert 0 < report.steps[0].people < everybody.steps[0].people


def test_what_was_bought_is_what_the_journal_says_less_what_came_back(site: RunningSite) -> None:
    first = EntryRule.FIRST
    document = Document(("purchase.made",), "2y", last_days=700, by=("month",), entry=first)
    report = site.site.funnels.report(HEADQUARTERS_SCOPE, Question(document, today()))
    recorded = select(JOURNAL.c.type, JOURNAL.c.plain).join(
        OUTCOME, OUTCOME.c.position == JOURNAL.c.position
    )
    recorded = recorded.where(OUTCOME.c.outcome == "recorded", JOURNAL.c.type.like("purchase.%"))
    with reading(site.site.engine) as connection:
        said = [(kind, orjson.loads(plain)) for kind, plain in connection.execute(recorded)]
    price = {data["purchase_id"]: data["unit_price_fen"] for _, data in said if "sku" in data}
    units = {"purchase.made": 1, "purchase.returned": -1}
    paid = sum(units[kind] * data["quantity"] * price[data["purchase_id"]] for kind, data in said)
    assert report.steps[0].spent_fen == paid > 0
    assert sum(group.spent_fen for group in report.groups["month"]) == paid


def test_the_page_says_what_was_bought_and_what_each_person_cost(
    site: RunningSite, office: httpx.Client
) -> None:
    page = office.get(f"/funnels?{QUERY}&by=activity_kind").text
    with reading(site.site.engine) as connection:
        days = today() - timedelta(days=182), today() + timedelta(days=1)
        held = activities_between(HEADQUARTERS_SCOPE, connection, *days)
        costs = costs_of(parse_step("activity.attended"), held)
    report = site.site.funnels.report(
        HEADQUARTERS_SCOPE, Question(structs.replace(DOCUMENT, last_days=183), today())
    )
    assert costs is not None and costs.cost_fen > 0
    rows = list(csv.reader(StringIO(office.get(f"/funnels.csv?{QUERY}").text)))
    head = next(at for at, row in enumerate(rows) if "购买额（元）" in row)
    for place, step in enumerate(report.steps, 1):
        assert yuan_text(step.spent_fen) in page
        assert rows[head + place][2] == f"{step.spent_fen / 100:.2f}"
        assert rows[head + place][4] == f"{(fen_per(costs.cost_fen, step.people) or 0) / 100:.2f}"
    assert yuan_text(costs.cost_fen) in page


def test_the_groups_of_activities_say_what_they_cost_and_what_was_bought_for_a_yuan(
    site: RunningSite, office: httpx.Client
) -> None:
    page = office.get(f"/funnels?{QUERY}&by=activity_kind&by=sex").text
    rows = list(csv.reader(StringIO(office.get(f"/funnels.csv?{QUERY}&by=activity_kind").text)))
    at, head = next((n, row) for n, row in enumerate(rows) if "活动费用（元）" in row)
    spent, cost, each = (
        head.index(name) for name in ("购买额（元）", "活动费用（元）", "每元费用的购买额（元）")
    )
    groups = list(takewhile(lambda row: len(row) == len(head), rows[at + 1 :]))
    assert len(groups) > 3
    for row in groups:
        bought_fen, cost_fen = (round(100 * float(row[place])) for place in (spent, cost))
        assert round(100 * float(row[each])) == fen_per(100 * bought_fen, cost_fen)
        assert yuan_text(cost_fen) in page
    by_kind, by_sex = page.split("按性别")
    assert "每元费用的购买额" in by_kind and "每元费用的购买额" not in by_sex


def test_a_dealer_reads_the_costs_of_its_own_activities_and_nobody_costs_nothing(
    site: RunningSite,
) -> None:
    query = "step=activity.attended&step=trial.started&step=gift.given&window=180d&days=183"
    with reading(site.site.engine) as connection:
        days = today() - timedelta(days=182), today() + timedelta(days=1)
        every = activities_between(HEADQUARTERS_SCOPE, connection, *days)
    own = [each for each in every if each.dealer == "D01"]
    costs = costs_of(parse_step("activity.attended"), own)
    assert costs is not None and 0 < len(own) < len(every) and costs.cost_fen > 0
    with signed_in(site, "shop") as shop:
        page = shop.get(f"/funnels?{query}").text
        rows = list(csv.reader(StringIO(shop.get(f"/funnels.csv?{query}").text)))
        assert "费用只是你承办的活动的" in page
        named = shop.get(f"/funnels?{query.replace('attended&', 'attended:dealer=D01&')}").text
        assert "费用只是你承办的活动的" not in named and yuan_text(costs.cost_fen) in named
    assert f"这段时间 {costs.activities - costs.unpriced} 场活动" in page
    assert yuan_text(costs.cost_fen) in page
    first, tried, given = rows[
        next(n for n, row in enumerate(rows) if "购买额（元）" in row) + 1 :
    ][:3]
    for row in (first, tried):
        assert row[4] == f"{(fen_per(costs.cost_fen, int(row[1])) or 0) / 100:.2f}"
    # Its copy holds no gifts: of nobody there is no cost of each, and nothing was bought.
    assert given[1:] == ["0", "0.00", "", ""]


def test_what_nobody_bought_comes_to_nothing_each_and_of_nobody_to_none() -> None:
    assert (fen_per(0, 5), fen_per(7, 2), fen_per(7, 0), fen_per(None, 5)) == (0, 4, None, None)


def test_what_differs_is_told_for_each_step_and_for_two_periods(
    site: RunningSite, office: httpx.Client
) -> None:
    page = office.get(f"/funnels/differs?{QUERY}&at=1").text
    step, following = (
        site.site.funnels.report(HEADQUARTERS_SCOPE, Question(each, today())).steps
        for each in (structs.replace(DOCUMENT, last_days=183, by=()),) * 2
    )
    assert f"{step[0].people:,} 人里，{following[1].people:,} 人走了下去" in page
    assert "<h2>到场 → 试用</h2>" in page
    rows = list(csv.reader(StringIO(office.get(f"/funnels/differs.csv?{QUERY}&at=1").text)))
    groups = [row for row in rows[1:] if len(row) > 1]
    for row in groups:
        assert int(row[2]) + int(row[4]) == step[0].people
        assert int(row[3]) + int(row[5]) == step[1].people
    assert {row[0] for row in groups} >= {"城市", "性别", "年龄段"}
    assert any("一层套一层" in row[0] for row in rows), "rows of one place are within another's"
    short = QUERY.replace("days=183", "days=60")
    assert "来的人不同" in office.get(f"/funnels/differs?{short}&compare=before").text
    assert office.get(f"/funnels/differs?{QUERY}&at=3").status_code == 404
    assert office.get("/funnels/differs?step=到场&days=30").status_code == 404
    with signed_in(site, "market") as market:
        answer = market.get(f"/funnels/differs.csv?{QUERY}&at=1")
        cells = [cell for row in csv.reader(StringIO(answer.text)) for cell in row[2:6]]
        counts = {int(cell) for cell in cells if cell.isdecimal()}
        assert counts and not {1, 2, 3, 4} & counts


def test_the_page_and_its_lists_say_the_same_number(office: httpx.Client) -> None:
    page = office.get(f"/funnels?{QUERY}&by=sex").text
    links = re.findall(r'<a href="(/funnels/people\?[^"]+)">([\d,]+)</a>', page)
    assert len(links) >= 8
    for href, number in links:
        answer = office.get(unescape(href))
        assert answer.status_code == 200
        assert f"<small>{number}</small>" in answer.text


def test_the_page_opens_with_the_way_from_attended_to_referred(office: httpx.Client) -> None:
    page = office.get("/funnels").text
    for word in ("到场", "建档", "试用", "购买", "转介绍", "触达"):
        assert word in page
    assert "数字编号" in page


def test_numbers_of_who_may_still_go_on_are_called_unfinished_and_of_the_others_not(
    office: httpx.Client,
) -> None:
    steps = "step=activity.attended&step=purchase.made"
    lately, of_late, all_over = (
        office.get(f"/funnels?{steps}&{asked}").text
        for asked in (
            "window=90d&days=30",
            "window=30d&days=183",
            f"window=30d&from={today() - timedelta(days=120)}&to={today() - timedelta(days=60)}",
        )
    )
    assert "这段时间进入的人，期限都还没走完" in lately
    first = whole_day_text(today() - timedelta(days=30), "zh-CN")
    assert f"{first} 起进入的人，期限还没走完" in of_late
    assert "还没走完" not in all_over
    compared = office.get(f"/funnels?{steps}&window=90d&days=30&compare=before").text
    assert "进入的人，期限" not in compared, "both are watched for as long, and that is said"


def test_words_of_people_are_read_as_codes(office: httpx.Client) -> None:
    chinese = office.get("/funnels?step=到场&where=类别=大型义诊&step=购买&days=183&by=性别").text
    codes = "step=activity.attended&where=kind=free_clinic&step=purchase.made&days=183&by=sex"
    number = re.search(r"数字编号 (\w+)", chinese)
    assert number is not None and number[1] in office.get(f"/funnels?{codes}").text


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("step=activity.atended&days=30", "activity.attended"),
        ("step=到厂&days=30", "到场"),
        ("step=activity.attended&where=kind=free_clinc&days=30", "free_clinic"),
        ("step=activity.attended&where=deler=D1&days=30", "dealer"),
        ("step=activity.attended&where=类型=大型义诊&days=30", "类别"),
        ("step=activity.attended&days=30&by=deler", "dealer"),
        ("step=activity.attended&days=30&window=soon", "90天"),
        ("step=activity.attended&days=30&window=90岁", "90天"),
        ("step=activity.attended&days=many", "天数"),
        ("step=activity.attended&days=30&kind=sequental", "sequential"),
        ("step=activity.attended&from=2026-03-05&last=2026-03-01", "前面"),
        ("step=activity.attended&where=类别=义诊&days=30", "→ 大型义诊"),
        ("step=purchase.made&where=purchase_id=P1&days=30", "不能作条件"),
        ("step=activity.attended&from=2026-13-01&last=2026-03-01", "2026-03-01"),
    ],
)
def test_a_typo_is_an_error_that_names_the_nearest_right_word(
    office: httpx.Client, query: str, meant: str
) -> None:
    answer = office.get(f"/funnels?{query}")
    assert answer.status_code == 400
    alert = re.search(r'role="alert">([^<]+)', answer.text)
    assert alert is not None and meant in unescape(alert[1])


def test_a_fault_leaves_everything_that_was_typed_and_shows_no_numbers(
    office: httpx.Client,
) -> None:
    typed = (
        "step=activity.attended&where=类别=大型义诊&step=trial.started&where=&window=几天"
        "&from=2026-03-02&last=2026-05-03&kind=any&entry=first&compare=year&by=city"
        "&without=complaint.raised&without_where="
    )
    page = office.get(f"/funnels?{typed}").text
    for kept in (
        *('value="类别=大型义诊"', 'value="几天"', 'value="2026-03-02"', 'value="2026-05-03"'),
        *('"any" selected', '"first" selected', '"year" selected', 'value="city" checked'),
        *('"complaint.raised" selected', '"activity.attended" selected'),
    ):
        assert kept in page, kept
    for number in ("<svg xmlns", "数字来源", "funnels.csv", 'action="/funnels/saved"'):
        assert number not in page, number
    answer = office.get(f"/funnels.csv?{typed}")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/funnels?step=")


@pytest.mark.parametrize("typed", ["90", "90天", "90 days", "90d", " 90 天 "])
def test_a_window_is_read_as_people_write_it(office: httpx.Client, typed: str) -> None:
    page = office.get("/funnels", params={"step": "activity.attended", "days": 30, "window": typed})
    assert page.status_code == 200 and "期限是 90 天" in page.text


def test_whoever_writes_words_is_answered_in_words_and_the_example_exists(
    site: RunningSite, office: httpx.Client
) -> None:
    answer = office.get("/funnels?step=activity.attended&where=类别=义诊&days=30")
    alert = re.search(r'role="alert">([^<]+)', answer.text)
    assert alert is not None and not re.search("[a-z]", unescape(alert[1]))
    page = office.get("/funnels").text
    example = re.search("类别=大型义诊,经销商=([A-Z0-9]+)", page)
    assert example is not None
    assert example[1] in site.site.funnels.offers(HEADQUARTERS_SCOPE, today())["dealer"]
    # What never came up is told in words as well.
    query = "step=activity.attended&where=经销商=D99&days=30"
    assert "从来没有出现过 经销商=D99" in office.get(f"/funnels?{query}").text


def test_activities_and_dealers_are_called_by_their_names_wherever_people_are_grouped(
    site: RunningSite, office: httpx.Client
) -> None:
    """Each with its code, which alone tells two of one title from each other."""
    with reading(site.site.engine) as connection:
        days = today() - timedelta(days=182), today() + timedelta(days=1)
        held = activities_between(HEADQUARTERS_SCOPE, connection, *days)
        dealers = dealer_names(connection)
    titles = {f"{each.title}（{each.activity_id}）" for each in held}
    names = {f"{name}（{code}）" for code, name in dealers.items()}
    page = office.get(f"/funnels?{QUERY}&by=activity_id&by=dealer").text
    labels = re.findall(r'<th scope="row"><a [^>]+>([^<]+)</a></th>', page)
    assert len(labels) > 10
    for label in labels:
        assert label in names or label.split(" ", 2)[-1] in titles, label
    rows = csv.reader(StringIO(office.get(f"/funnels/differs.csv?{QUERY}&at=1").text))
    kept = {row[0]: row[1] for row in rows if len(row) > 2}
    assert kept["经销商"] in names and kept["活动"].split(" ", 2)[-1] in titles
    listed = re.search(r'<a href="(/funnels/people[^"]+dimension=activity_id[^"]+)"', page)
    assert listed is not None
    assert any(title in office.get(unescape(listed[1])).text for title in titles)


def test_a_group_of_a_breakdown_is_one_tap_from_its_own_funnel(office: httpx.Client) -> None:
    page = office.get(f"/funnels?{QUERY}&by=city&by=sex").text
    rows = re.findall(
        r'<th scope="row">(?:<a href="/funnels\?([^"]+)">)?([^<]+)(?:</a>)?</th>', page
    )
    alone = {word: unescape(query) for query, word in rows if query}
    assert len(alone) > 3
    assert "女" in dict.fromkeys(word for _, word in rows)
    assert "女" not in alone
    for word, query in alone.items():
        shown = office.get(f"/funnels?{query}").text
        assert first_count(shown) == first_count(page, word)
        assert f"做过“到场 · {word}”的人" in shown


def test_a_funnel_is_broken_down_by_dealer_and_kind_with_one_tap_and_each_count_has_its_rate(
    office: httpx.Client,
) -> None:
    page = office.get(f"/funnels?{QUERY}").text
    ways = {word: unescape(query) for query, word in SHORTCUT.findall(page)}
    assert {"按经销商", "按活动类别", "按月份"} <= ways.keys()
    broken_down = office.get(f"/funnels?{ways['按经销商']}").text
    assert "<h2>按经销商</h2>" in broken_down
    table = broken_down.partition("<h2>按经销商</h2>")[2].partition("</table>")[0]
    assert re.search(r"<small>[0-9.]+%</small>", table)
    back = {word: unescape(query) for query, word in SHORTCUT.findall(broken_down)}
    assert "<h2>按经销商</h2>" not in office.get(f"/funnels?{back['按经销商']}").text
    rows = list(csv.reader(StringIO(office.get(f"/funnels.csv?{ways['按经销商']}").text)))
    (heads,) = [row for row in rows if row and row[0] == "经销商"]
    assert any(head.endswith("比上一步") for head in heads)


def test_two_periods_are_compared_group_by_group_on_the_page_and_in_files(
    site: RunningSite, office: httpx.Client
) -> None:
    query = f"{ARCHIVED}&compare=before&by=dealer"
    asked = asked_funnel(QueryParams(query), "zh-CN").document
    other = other_period(asked, today())
    assert other is not None
    document = structs.replace(other.document, by=("dealer",))
    question = Question(document, today(), as_of=other.as_of)
    then = site.site.funnels.report(HEADQUARTERS_SCOPE, question).groups["dealer"]
    page = office.get(f"/funnels?{query}").text.partition("<h2>按经销商</h2>")[2]
    assert "下面的小字是比的那一段（前一段）" in page
    book = load_workbook(BytesIO(office.get(f"/funnels.xlsx?{query}").content))
    rows = list(book.active.values)
    (place,) = [at for at, row in enumerate(rows) if row[0] == "经销商 · 前一段"]
    beside = {str(row[0]): row[1:3] for row in rows[place + 1 :] if row[0] and row[1] is not None}
    here = {word.rpartition("（")[2].rstrip("）"): told for word, told in beside.items()}
    assert len(then) > 2
    # Whoever has nobody now stands there too: the groups of either period add up.
    for group in then:
        assert here[str(group.value)] == group.people[:2]
        assert f"<small>{group.people[0]:,}</small>" in page
    assert sum(told[0] for told in here.values()) == sum(group.people[0] for group in then)
    # Months of another time have no other side.
    assert "下面的小字" not in office.get(f"/funnels?{ARCHIVED}&compare=before&by=month").text


def first_count(page: str, row: str = "1 到场[^<]*") -> str:
    found = re.search(
        rf'<th scope="row">(?:<a[^>]*>)?{row}(?:</a>)?</th><td><a[^>]*>([0-9,]+)', page
    )
    assert found, row
    return found[1]


def test_other_times_and_the_time_before_are_one_tap_away(office: httpx.Client) -> None:
    page = office.get(f"/funnels?{QUERY}").text
    ways = re.search(r'<nav class="periods"[^>]*>(.*?)</nav>', page)
    assert ways
    quarter = "和上一季度的同样几天比"
    for words in (
        ("近 30 天",),
        ("上季度", "和前一段比"),
        ("本季度", quarter),
        ("上季度", quarter),
    ):
        shown = page
        for word in words:
            found = re.search(rf'<a href="(/funnels\?[^"]+)"[^>]*>{word}</a>', shown)
            assert found, word
            shown = office.get(unescape(found[1])).text
        assert all(re.search(rf'aria-current="true">{word}</a>', shown) for word in words)
        assert (quarter in words) == ("上一季度：" in shown)


def test_files_hold_the_table_and_where_its_numbers_come_from(office: httpx.Client) -> None:
    answer = office.get(f"/funnels.csv?{QUERY}&by=sex")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    book = load_workbook(BytesIO(office.get(f"/funnels.xlsx?{QUERY}&by=sex").content))
    assert book.active.title == "漏斗"
    cells = [["" if c is None else str(c) for c in row] for row in book.active.values]
    assert [row[:2] for row in rows if row][1:4] == [row[:2] for row in cells if row[0]][1:4]
    assert any("数字编号" in cell for row in rows for cell in row)
    picture = office.get(f"/funnels.svg?{QUERY}")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "数字编号" in picture.text


def test_a_table_that_is_taken_away_says_of_groups_what_the_page_says_and_what_is_held_back(
    site: RunningSite,
) -> None:
    with signed_in(site, "market") as market:
        page = unescape(market.get(f"/funnels?{QUERY}&by=city").text)
        table = market.get(f"/funnels.csv?{QUERY}&by=city").text
        sheet = load_workbook(BytesIO(market.get(f"/funnels.xlsx?{QUERY}&by=city").content)).active
    rows = list(csv.reader(StringIO(table)))
    (at,) = [place for place, row in enumerate(rows) if row[:1] == ["城市"]]
    *_, whole, spent, cost, each, sure = rows[at]
    assert (whole, spent, sure) == ("走完的", "购买额（元）", "和其余的人比")
    assert (cost, each) == ("活动费用（元）", "每元费用的购买额（元）")
    groups = list(takewhile(lambda row: len(row) > 1, rows[at + 1 :]))
    whole_table = page.partition("<h2>按城市</h2>")[2]
    for row in groups:
        assert not row[-5] or f"<td>{row[-5]}</td>" in whole_table
        assert all(not fen or f"¥{float(fen):,.2f}" in whole_table for fen in row[-4:-1])
        assert row[-1].removeprefix("'") in whole_table
    assert all(any(row[place] for row in groups) for place in (-5, -4, -3, -2))
    (why,) = rows[at + 1 + len(groups)]
    assert "隐去" in why and why in whole_table
    for said in (
        "购买额是走到这一步的人从进入到期限末买的",
        "场活动，费用共 ¥",
        "“试用”是“开始试用”",
    ):
        assert said in page and said in table
    held = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    told = next(row for row in groups if row[-2])
    assert float(held[told[0]][len(told) - 2].value) == float(told[-2])


def test_a_file_in_english_says_one_or_many(site: RunningSite) -> None:
    with signed_in(site, "market") as market:
        market.cookies.set("jinxi_language", "en")
        table = market.get(f"/funnels.csv?{QUERY}&by=city").text
    assert "touchpoints in all" in table and "⟦" not in table


def test_a_rate_of_a_workbook_is_a_number_shown_as_a_percentage_and_what_is_held_back_is_text(
    office: httpx.Client, site: RunningSite
) -> None:
    sheet = load_workbook(BytesIO(office.get(f"/funnels.xlsx?{QUERY}").content)).active
    first, *later = [
        row for row in sheet.iter_rows(min_row=2, max_row=4) if row[1].data_type == "n"
    ]
    assert first[3].value is None and later
    for row in later:
        for cell, whole in ((row[3], row[2].value), (row[4], first[1].value)):
            assert cell.number_format == "0.0%"
            assert cell.value == pytest.approx(row[1].value / whole)
    for head in sheet[1]:
        assert sheet.column_dimensions[head.column_letter].width > 2 * len(head.value)
    with signed_in(site, "market") as market:
        book = load_workbook(BytesIO(market.get(f"/funnels.xlsx?{QUERY}&by=city").content))
    withheld = [cell for row in book.active for cell in row if cell.value == "隐去"]
    assert withheld and all(cell.number_format == "@" for cell in withheld)


@pytest.mark.parametrize(
    ("name", "tab"),
    [
        ("武汉：到场到购买", "武汉：到场到购买"),
        ("到场/试用?", "到场 试用"),
        ("'[2026]'", "2026"),
        ("长" * 40, "长" * 31),
        ("*", ""),
    ],
)
def test_a_workbooks_tab_has_the_funnels_name_as_far_as_excel_bears_it(name: str, tab: str) -> None:
    assert tab_name(name) == tab


def test_a_comparison_says_how_sure_it_is(office: httpx.Client) -> None:
    query = QUERY.replace("days=183", "days=60")
    page = office.get(f"/funnels?{query}&compare=before").text
    assert "个百分点（95%：" in page


def test_a_period_is_held_against_days_that_somebody_chooses(office: httpx.Client) -> None:
    first, last = today() - timedelta(days=20), today() - timedelta(days=1)
    query = f"{QUERY.replace('days=183', f'from={first}&last={last}')}&compare=days"
    chosen = first - timedelta(days=70)
    page = office.get(f"/funnels?{query}&compare_from={chosen}").text
    assert "个百分点（95%：" in page and f'value="{chosen}"' in page
    table = office.get(f"/funnels.csv?{query}&compare_from={chosen}").text
    assert "比自己选的一段" in table.partition("\n")[0]
    for name, day in (("from", chosen), ("last", chosen + timedelta(days=19))):
        assert whole_day_text(day, "zh-CN") in page, name
    one_day = f"{query}&compare_from={chosen}&compare_last={chosen}"
    assert f"{whole_day_text(chosen, 'zh-CN')} 至 {whole_day_text(chosen, 'zh-CN')}" in (
        office.get(f"/funnels?{one_day}").text
    )
    (query_of_year,) = re.findall(r'href="/funnels\?([^"]+)">和去年同期比', page)
    assert "compare_from" not in query_of_year and "compare=year" in query_of_year


def test_what_was_bought_stands_beside_that_of_the_other_period_in_page_and_files(
    site: RunningSite, office: httpx.Client
) -> None:
    query = f"{QUERY.replace('days=183', 'days=60')}&compare=before"
    asked = asked_funnel(QueryParams(query), "zh-CN").document
    other = other_period(asked, today())
    assert other is not None
    question = Question(other.document, today(), as_of=other.as_of)
    first = site.site.funnels.report(HEADQUARTERS_SCOPE, question).steps[0]
    assert first.spent_fen > 0
    spent = yuan_text(first.spent_fen)
    money = office.get(f"/funnels?{query}").text.partition("购买和费用</h2>")[2]
    assert f"<small>{spent}</small>" in money and f"<small>{first.people:,}</small>" in money
    assert "小字是比的那一段" in money
    rows = list(csv.reader(StringIO(office.get(f"/funnels.csv?{query}").text)))
    (at,) = [n for n, row in enumerate(rows) if row[:1] == ["前一段"]]
    assert rows[at + 2][1:3] == [str(first.people), f"{first.spent_fen / 100:.2f}"]
    alone = office.get(f"/funnels?{query.replace('&compare=before', '')}").text
    assert "小字是比的那一段" not in alone


@pytest.mark.parametrize(
    ("chosen", "said"),
    [("", "缺了比的那一段从哪天起"), ("{first}", "要在这一段开始以前结束"), ("x", "不是日期")],
)
def test_days_that_cannot_be_compared_with_are_said_and_what_was_typed_stays(
    office: httpx.Client, chosen: str, said: str
) -> None:
    first = today() - timedelta(days=20)
    query = QUERY.replace("days=183", f"from={first}&last={today()}")
    typed = chosen.format(first=first)
    answer = office.get(f"/funnels?{query}&compare=days&compare_from={typed}")
    assert answer.status_code == 400 and said in answer.text
    assert f'name="compare_from" value="{typed}"' in answer.text
    assert '"days" selected' in answer.text and "人数</th>" not in answer.text


def test_from_an_activity_one_tap_tells_what_became_of_those_who_came(
    site: RunningSite, office: httpx.Client
) -> None:
    with reading(site.site.engine) as connection:
        days = (today() - timedelta(days=80), today() - timedelta(days=10))
        held = activities_between(HEADQUARTERS_SCOPE, connection, *days)
    several = [each.activity_id for each in held if each.reached][:4]
    assert len(several) == 4
    for activity_id in several:
        page = office.get(f"/activities/{activity_id}").text
        came = re.findall(r'/attended">([\d,]+)', page)
        (link,) = re.findall(r'href="(/funnels\?[^"]+)">来的人后来怎样', page)
        funnel = office.get(unescape(link)).text
        assert came == [first_count(funnel)] and "触达 " in funnel
    with signed_in(site, "market") as market:
        assert link in market.get(f"/activities/{several[-1]}").text
        assert market.get(unescape(link)).status_code == 200
    with signed_in(site, "shop") as shop:
        page = shop.get("/activities?since=all").text
        own = re.findall(r'href="(/activities/A-[^"/]+)"', page)
        assert own and "来的人后来怎样" not in shop.get(own[-1]).text


def test_of_many_groups_a_page_begins_with_the_largest_stays_light_and_leads_to_all(
    office: httpx.Client,
) -> None:
    def rows(page: str) -> list[int]:
        table = page.partition("<h2>按活动</h2>")[2].partition("</table>")[0]
        return [int(n.replace(",", "")) for n in re.findall(r"</th><td><a[^>]*>([\d,]+)", table)]

    page = office.get(f"/funnels?{QUERY}&by=activity_id")
    assert len(page.content) <= 100_000 and len(rows(page.text)) == MOST_ROWS
    (rest,) = re.findall(rf"列出最大的 {MOST_ROWS} 组，另有 (\d+) 组", page.text)
    (whole,) = re.findall(r'href="(/funnels\?[^"]*groups=all)"', page.text)
    every = office.get(unescape(whole)).text
    assert len(rows(every)) == MOST_ROWS + int(rest) and "列出最大的" not in every
    assert sorted(rows(every))[-MOST_ROWS:] == sorted(rows(page.text))
    text = office.get(f"/funnels.csv?{QUERY}&by=activity_id").text
    assert text.partition("活动,")[2].count("（A-") == MOST_ROWS + int(rest)
    weeks = office.get(f"/funnels?{QUERY}&by=week&by=sex").text
    assert "列出最近的 15 组" in weeks and "列出最大的" not in weeks


def test_marketing_sees_numbers_and_no_names_and_no_small_groups(site: RunningSite) -> None:
    with signed_in(site, "market") as market:
        page = market.get(f"/funnels?{QUERY}&by=activity_id").text
        assert "/funnels/people" not in page
        assert market.get(f"/funnels/people?{QUERY}&at=1").status_code == 403
        counts = re.findall(r"<td>([\d,]+)</td>", page.partition("和其余的人比")[2])
        assert counts and not {"1", "2", "3", "4"} & set(counts)


def test_totals_of_few_are_told_of_nowhere_to_who_sees_no_names(
    site: RunningSite, office: httpx.Client
) -> None:
    def is_told_in_part(days: int) -> bool:
        asked = Question(Document(OUTCOME_CHAIN, OUTCOME_WINDOW, last_days=days), today())
        steps = site.site.funnels.report(HEADQUARTERS_SCOPE, asked).steps
        return any(is_few(step.people) for step in steps)

    days = next(filter(is_told_in_part, range(1, SEASON_DAYS)))
    steps = "&".join(f"step={each}" for each in OUTCOME_CHAIN)
    query = f"{steps}&window={OUTCOME_WINDOW}&days={days}&compare=year"
    paths = [f"{path}?{query}" for path in ("/funnels", "/funnels.csv", "/funnels.svg")]
    paths += [f"{path}?days={days}" for path in ("/", "/season.csv", "/season.svg")]
    with signed_in(site, "market") as market:
        for path in paths:
            few = re.compile(r"<5" if ".csv" in path else r"&lt;5")
            assert few.search(market.get(path).text), path
            assert not few.search(office.get(path).text), path


def test_a_dealer_sees_its_own_people_alone(site: RunningSite, office: httpx.Client) -> None:
    def first(client: httpx.Client) -> int:
        table = list(csv.reader(StringIO(client.get(f"/funnels.csv?{QUERY}").text)))
        return int(table[1][1])

    with signed_in(site, "shop") as shop:
        assert 0 < first(shop) < first(office)
        assert "/funnels/why" not in shop.get("/funnels").text


def test_a_dealers_numbers_lead_to_rows_of_its_copy_and_are_saved_as_its_own(
    site: RunningSite, office: httpx.Client
) -> None:
    with reading(site.site.engine) as connection:
        own = {row.key for row in copy_now(HEADQUARTERS_SCOPE, connection, "D01")}
        names = {n for row in copy_now(HEADQUARTERS_SCOPE, connection, "D01") for n in _names(row)}
    with signed_in(site, "shop") as shop:
        page = shop.get(f"/funnels?{QUERY}").text
        links = re.findall(r'<a href="(/funnels/people\?[^"]+)">([\d,]+)</a>', page)
        assert links
        for href, number in links:
            listed = shop.get(unescape(href)).text
            assert f"<small>{number}</small>" in listed
            keys = set(re.findall(r'href="/copy/row/([^"]+)"', listed))
            assert len(keys) == int(number) and keys <= own
            assert not any(name in listed for name in names)
        form = {"form_token": token_in(page), "query": unescape(links[0][0]).partition("?")[2]}
        address = shop.post("/segments", data={**form, "name": "到场的"}).headers["location"]
        assert f"<small>{links[0][1]}</small>" in shop.get(address).text
        assert shop.get(f"/funnels/people?{QUERY}&at=1&page=900").status_code == 200
    assert office.get(address).status_code == 404


def _names(row: CopyRow) -> list[str]:
    names: list[str] = row.content.get("identity", {}).get("names", [])
    return names


def test_a_dealers_page_says_what_its_copy_holds_and_offers_nothing_else(
    site: RunningSite,
) -> None:
    with signed_in(site, "shop") as shop:
        page = shop.get("/funnels").text
        assert "只算你的副本里现在有的" in page and "触达" not in page
        number = re.search(r'<th scope="row">1 到场</th><td>([\d,]+)</td>', page)
        assert number is not None and int(number[1]) > 0
        assert 'value="purchase.made"' in page and 'value="referral.given"' not in page
        assert 'name="by" value="city"' in page and 'name="by" value="source"' not in page
        assert "按活动类别</a>" in page and "按经销商</a>" not in page
        assert "经销商=D01" in page and "经销商=D02" not in page
        asked = shop.get("/funnels?step=referral.given&step=purchase.made&days=183").text
        assert "副本里没有“转介绍别人”这种接触" in asked


def test_a_dealer_may_count_few_of_its_own_rows_and_marketing_may_not(site: RunningSite) -> None:
    for name, told in (("shop", True), ("market", False)):
        with signed_in(site, name) as client:
            page = client.get(f"/funnels?{QUERY}&by=activity_id&by=city").text
            counts = re.findall(
                r"<td>(?:<a [^>]+>)?(<?[\d,]+|&lt;5)(?:</a>)?</td>",
                page.partition("和其余的人比")[2],
            )
            assert bool({"1", "2", "3", "4"} & set(counts)) == told, counts


def test_while_a_withdrawal_waits_a_dealer_is_told_nothing_and_where_to_look_again(
    site: RunningSite, office: httpx.Client
) -> None:
    with reading(site.site.engine) as connection:
        row = next(copy_now(HEADQUARTERS_SCOPE, connection, "D01"))
    said = event(
        "consent.withdrawn",
        f"card/{row.cards[0]}",
        {"card_id": row.cards[0], "purpose": "share_with_dealer", "dealer": "D01"},
    )
    with signed_in(site, "shop") as shop:
        site.site.intake.accept([orjson.dumps(said)], HEADQUARTERS)
        for path in ("/funnels", "/funnels.csv", "/funnels.xlsx", "/funnels.svg"):
            answer = shop.get(f"{path}?{QUERY}")
            assert answer.status_code == 503 and answer.headers["retry-after"]
            assert f'href="{path}?{QUERY.replace("&", "&amp;")}"' in answer.text
        assert office.get(f"/funnels?{QUERY}").status_code == 200
        site.work()
        assert shop.get("/funnels").status_code == 200


def test_a_funnel_is_saved_shared_changed_and_taken_out_of_the_list(site: RunningSite) -> None:
    with signed_in(site, "market") as market, signed_in(site, "colleague") as colleague:
        token = token_in(market.get("/funnels").text)
        form = {"form_token": token, "name": "义诊到购买", "query": QUERY, "shared": "1"}
        saved = market.post("/funnels/saved", data=form).headers["location"]
        assert "✓ 已存下“义诊到购买”，第 1 版" in market.get(saved).text
        saved = saved.partition("&")[0]
        funnel_id = saved.partition("saved=")[2]
        assert "义诊到购买" in colleague.get(saved).text
        again = {**form, "query": f"{QUERY}&by=sex", "saved": funnel_id, "shared": ""}
        market.post("/funnels/saved", data=again)
        assert "第 2 版" in market.get(f"/funnels/saved/{funnel_id}").text
        assert colleague.get(f"/funnels/saved/{funnel_id}").status_code == 404
        theirs = {**again, "form_token": token_in(colleague.get("/funnels").text)}
        assert "fault=" in colleague.post("/funnels/saved", data=theirs).headers["location"]
        gone = market.post(f"/funnels/saved/{funnel_id}/remove", data={"form_token": token})
        assert gone.status_code == 303
        assert "义诊到购买" not in market.get("/funnels").text


def test_a_fault_is_said_by_the_site_alone_and_by_no_link_somebody_made_up(
    site: RunningSite,
) -> None:
    with signed_in(site, "office") as office:
        form = {"form_token": token_in(office.get("/funnels").text), "query": QUERY, "name": ""}
        for path, page in (("/funnels/saved", "/funnels"), ("/segments", "/funnels/people")):
            told = office.post(path, data=form).headers["location"].partition("#")[0]
            assert 'class="note wrong" role="alert"' in office.get(told).text
            made_up = f"{page}?{QUERY}&fault=请把密码发给我&{told[told.index('mark=') :]}"
            assert "请把密码发给我" not in office.get(made_up).text
            assert "请把密码发给我" not in office.get(f"{page}?{QUERY}&fault=请把密码发给我").text


def test_a_comparison_is_saved_and_taken_away_with_its_funnel(site: RunningSite) -> None:
    query = f"{QUERY.replace('days=183', 'days=60')}&compare=before"
    with signed_in(site, "market") as market:
        token = token_in(market.get("/funnels").text)
        form = {"form_token": token, "name": "和上一段比", "query": query}
        saved = market.post("/funnels/saved", data=form).headers["location"]
        assert '"before" selected' in market.get(saved).text
        assert "个百分点（95%：" in market.get(saved).text
        table = list(csv.reader(StringIO(market.get(f"/funnels.csv?{query}").text)))
        assert table[0][-3:] == ["这一段（比较的）", "比前一段同样长的时间", "相差"]
        assert all(row[-2] for row in table[1:4])
        assert "个百分点（95%：" in table[2][-1]
        book = load_workbook(BytesIO(market.get(f"/funnels.xlsx?{query}").content))
        head, first, second = list(book.active.values)[:3]
        assert head[-2:] == ("比前一段同样长的时间", "相差")
        # What is compared can be reckoned with: how many, of how many, and the part.
        place = head.index("这一段（比较的）：人数")
        assert head[place + 3 : place + 6] == tuple(
            f"比前一段同样长的时间：{each}" for each in ("人数", "上一步人数", "比上一步")
        )
        assert isinstance(first[place], int) and isinstance(first[place + 3], int)
        for at in (place, place + 3):
            part, whole, rate = second[at : at + 3]
            assert rate == pytest.approx(part / whole)
        assert market.get(f"{saved}&compare=").text.count('"before" selected') == 0


ARCHIVED = "step=activity.attended&step=consent.given:purpose=archive&window=180d&days=60"


def test_page_files_and_differences_tell_one_difference_of_two_periods(
    site: RunningSite, office: httpx.Client
) -> None:
    """Whoever had an archive is left out everywhere, and both rates stand beside the difference."""
    query = f"{ARCHIVED}&compare=before"
    asked = asked_funnel(QueryParams(query), "zh-CN").document
    other = other_period(asked, today())
    assert other is not None
    reports = [
        site.site.funnels.report(HEADQUARTERS_SCOPE, question)
        for question in (
            Question(asked, today()),
            Question(other.document, today(), as_of=other.as_of),
        )
    ]
    said, rates = [], []
    for first, second in (report.steps for report in reports):
        whole = first.people - first.earlier
        said.append((second.people, whole))
        rates.append(second.people / whole)
    assert reports[0].steps[0].earlier > 0
    texts = [f"{part:,} / {whole:,} · {part / whole:.1%}" for part, whole in said]
    gap = f"{(rates[0] - rates[1]) * 100:+.1f}"
    page = office.get(f"/funnels?{query}").text
    assert (
        f"<td>{texts[0]}</td>" in page
        and f'>{texts[1]}</a></td><td class="sure">{gap} 个百分点' in page
    )
    rows = list(csv.reader(StringIO(office.get(f"/funnels.csv?{query}").text)))
    assert rows[2][-3:-1] == texts and rows[2][-1].strip("'").startswith(f"{gap} 个百分点")
    picture = office.get(f"/funnels.svg?{query}").text
    assert f"前一段：{texts[1]} · 这一段（比较的）：{texts[0]}" in picture
    assert f"{gap} 个百分点" in picture
    differs = office.get(f"/funnels/differs?{query}&at=1").text
    then, now = (f"{part / whole:.1%}（{part:,} / {whole:,}）" for part, whole in reversed(said))
    assert f"从 {then} 变到 {now}，相差 {gap} 个百分点" in differs
    explained = re.findall(r"<td>([+-][\d.]+)</td><td>([+-][\d.]+)</td>", differs)
    assert explained
    for mix, within in explained:
        assert float(mix) + float(within) == pytest.approx(float(gap), abs=0.16)


def test_the_picture_draws_the_earlier_period_and_says_by_itself_what_it_is(
    office: httpx.Client,
) -> None:
    steps = "step=activity.attended&where=地区=武汉市&step=trial.started&where="
    query = f"{steps}&window=180d&from=2026-03-02&last=2026-05-03"
    alone = office.get(f"/funnels.svg?{query}").text
    assert "到场 · 湖北省武汉市 → 试用" in alone and "2026年3月2日 – 2026年5月3日" in alone
    assert 'class="then"' not in alone
    answer = office.get(f"/funnels.svg?{query}&compare=before")
    assert answer.text.count('class="then"') == 2
    assert "比前一段同样长的时间：2025年12月29日 – 2026年3月1日" in answer.text
    named = unquote(answer.headers["content-disposition"].partition("UTF-8''")[2])
    assert named == "到场-试用-2026-03-02_2026-05-03-before.svg"
    page = office.get(f"/funnels?{query}&compare=before").text
    assert page.count('class="then"') == 2
    assert 'data-as-png="到场-试用-2026-03-02_2026-05-03-before.png"' in page
    token = token_in(page)
    form = {"form_token": token, "name": "武汉的试用", "query": query}
    saved = office.post("/funnels/saved", data=form).headers["location"].partition("?")[2]
    assert ">武汉的试用</text>" in office.get(f"/funnels.svg?{saved}").text


def test_the_picture_draws_the_groups_with_the_numbers_of_the_page_and_says_what_it_holds_back(
    site: RunningSite,
) -> None:
    query = f"{QUERY}&by=activity_kind"
    with signed_in(site, "market") as market:
        page, picture = (market.get(f"/funnels{end}?{query}").text for end in ("", ".svg"))
        many = market.get(f"/funnels.svg?{QUERY}&by=activity_id").text
        plain = market.get(f"/funnels.svg?{QUERY}").text
    table = page.partition("<h2>按活动类别</h2>")[2].partition("</table>")[0]
    told = re.findall(r"<td>([\d,]+|隐去)(?: <small>|</td>)", table.partition("<tbody>")[2])
    drawn = re.findall(r'font-size="12"[^>]*>([^<]+)<', picture)
    assert len(drawn) == 3 * table.count('<tr><th scope="row">') and drawn == told
    assert ">按活动类别</text>" in picture and "也隐去。" in picture and "按活动类别" not in plain
    assert re.search(r"列出最大的 12 组，另有 \d+ 组", many)

    def height(svg: str) -> float:
        return float(svg.partition('height="')[2].partition('"')[0])

    assert height(plain) < height(picture) < height(many)
    lowest = max(float(y) for y in re.findall(r'<text x="16" y="([\d.]+)"', many))
    assert lowest < height(many)


@pytest.mark.parametrize("field", ["region", "dealer", "kind"])
def test_who_was_reached_is_of_the_activities_that_the_filter_names_on_page_and_in_files(
    site: RunningSite, office: httpx.Client, field: str
) -> None:
    with reading(site.site.engine) as connection:
        days = today() - timedelta(days=182), today() + timedelta(days=1)
        held = activities_between(HEADQUARTERS_SCOPE, connection, *days)
    value = next(getattr(each, field) for each in held if each.reached)
    reached = sum(each.reached or 0 for each in held if getattr(each, field) == value)
    assert 0 < reached < sum(each.reached or 0 for each in held)
    query = f"step=activity.attended:{field}={value}&days=183&reached=1"
    assert f"触达 {reached:,} 人次" in office.get(f"/funnels?{query}").text
    book = load_workbook(BytesIO(office.get(f"/funnels.xlsx?{query}").content))
    assert ("触达（人次，不记名）", reached) in [row[:2] for row in book.active.values]


def test_who_was_reached_is_not_told_where_headcounts_cannot_tell(office: httpx.Client) -> None:
    query = "step=trial.started&days=183&reached=1"
    page = office.get(f"/funnels?{query}").text
    assert "触达多少人次说不出来" in page and not re.search(r"触达 [0-9,]+ 人次", page)
    assert "触达" not in office.get(f"/funnels.csv?{query}").text


def test_the_overview_says_who_had_an_archive_before(
    site: RunningSite, office: httpx.Client
) -> None:
    for days in (30, 90, 182):
        asked = Question(Document(OUTCOME_CHAIN, OUTCOME_WINDOW, last_days=days), today())
        first = site.site.funnels.report(HEADQUARTERS_SCOPE, asked).steps[0]
        said = f"停在“到场”的 {first.left} 人里，{first.earlier} 人进入以前已经“建档”过"
        assert first.earlier == 0 or said in office.get(f"/?days={days}").text
        assert first.earlier > 0 or days > 30


def test_of_a_saved_group_whoever_sees_no_names_hears_what_the_breakdown_tells(
    site: RunningSite, office: httpx.Client
) -> None:
    """Seven of eight would tell of the eighth: where the breakdown withholds, so does the list."""
    document = structs.replace(DOCUMENT, by=("city",))
    groups = site.site.funnels.report(HEADQUARTERS_SCOPE, Question(document, today())).groups
    told = shown_of_groups("city", groups["city"])
    token = token_in(office.get("/funnels").text)
    expected = {}
    for group, is_told in zip(groups["city"], told, strict=True):
        if group.value is None:
            continue
        for step in range(1, len(DOCUMENT.steps) + 1):
            query = f"{QUERY}&by=city&at={step}&dimension=city&value={group.value}"
            name = f"{group.value}在{step}"
            form = {"form_token": token, "query": query, "name": name, "shared": "1"}
            assert office.post("/segments", data=form).status_code == 303
            expected[name] = f"{group.people[step - 1]:,}" if is_told[step - 1] else "隐去"
    assert "隐去" in expected.values() and len(set(expected.values())) > 1
    with signed_in(site, "market") as market:
        page = market.get("/segments").text
        heard = dict(
            re.findall(
                r'class="name">([^ <]+) [^/]+/small></span> <span class="end">([^ ]+) 人', page
            )
        )
    assert {name: heard.get(name) for name in expected} == expected


def test_so_many_days_begin_on_the_same_day_on_every_page(office: httpx.Client) -> None:
    """Today among them: 30 days begin 29 days ago."""
    steps = "&".join(f"step={each}" for each in OUTCOME_CHAIN)
    query = f"{steps}&window={OUTCOME_WINDOW}"
    for days in (30, 90, 91, 182):
        season = list(csv.reader(StringIO(office.get(f"/season.csv?days={days}").text)))
        funnel = list(csv.reader(StringIO(office.get(f"/funnels.csv?{query}&days={days}").text)))
        assert [row[1] for row in season[2:]] == [row[1] for row in funnel[1:6]], days
        first = today() - timedelta(days=days - 1)
        span = f"{whole_day_text(first, 'zh-CN')} – {whole_day_text(today(), 'zh-CN')}"
        assert span in office.get(f"/season.svg?days={days}").text
        assert f'name="from" value="{first}"' in office.get(f"/funnels?{query}&days={days}").text


def test_people_are_saved_as_a_condition_and_computed_whenever_they_are_looked_at(
    site: RunningSite, office: httpx.Client
) -> None:
    page = office.get(f"/funnels/people?{QUERY}&by=sex&at=2&dimension=sex&value=female").text
    number = re.search(r"<small>([\d,]+)</small>", page)
    query = re.search(r'name="query" value="([^"]+)"', page)
    assert number is not None and query is not None
    form = {"form_token": token_in(page), "query": unescape(query[1]), "name": "试用的女士"}
    address = office.post("/segments", data={**form, "shared": "1"}).headers["location"]
    address, _, was_kept = address.partition("?")
    assert address.startswith("/segments/")
    assert "✓ 已存下人群“试用的女士”" in office.get(f"{address}?{was_kept}").text
    assert f"<small>{number[1]}</small>" in office.get(address).text
    assert "试用的女士" in office.get("/segments").text
    assert "试用的女士" not in office.get("/funnels").text
    wanted = Listed(2, dimension="sex", value="female")
    day = today() - timedelta(days=60)
    asked = Question(DOCUMENT, today(), listed=wanted, as_of=day)
    asked = structs.replace(asked, document=structs.replace(DOCUMENT, last_days=183))
    then = site.site.funnels.report(HEADQUARTERS_SCOPE, asked).listed
    assert then is not None and 0 < len(then) < int(number[1])
    assert f"<small>{len(then)}</small>" in office.get(f"{address}?day={day}").text
    taken = office.post(address, data={"form_token": form["form_token"], "file": "csv"}).text
    assert len(list(csv.reader(StringIO(taken)))) == int(number[1]) + 1
    with reading(site.site.engine) as connection:
        kept = connection.execute(select(EXPORT.c.rows).where(EXPORT.c.what == "people"))
        assert int(number[1]) in kept.scalars().all()
    _what_others_see_of_a_segment(site, office, address)


def _drop_outs(site: RunningSite) -> StepCounts:
    """Who came and went no further in the time of ARCHIVED, some with an archive before."""
    asked = asked_funnel(QueryParams(ARCHIVED), "zh-CN").document
    return site.site.funnels.report(HEADQUARTERS_SCOPE, Question(asked, today())).steps[0]


def _length(page: str) -> int:
    found = re.search(r"<h1>[^<]*<small>([\d,]+)</small>", page)
    assert found is not None
    return int(found[1].replace(",", ""))


def test_who_had_an_archive_before_is_told_apart_among_those_who_stopped(
    site: RunningSite, office: httpx.Client
) -> None:
    step = _drop_outs(site)
    assert 0 < step.earlier < step.left
    page = office.get(f"/funnels/people?{ARCHIVED}&at=1&left=1").text
    assert _length(page) == step.left
    tabs = re.findall(r'<a href="(/funnels/people\?[^"]+)"[^>]*>([^<]*人[^<]*)</a>', page)
    lengths = [_length(office.get(unescape(href)).text) for href, _ in tabs]
    assert lengths == [step.left, step.left - step.earlier, step.earlier]
    assert [word for _, word in tabs] == [
        f"全部 {step.left} 人",
        f"没有“建档”过的 {step.left - step.earlier} 人",
        f"进入以前已经“建档”过的 {step.earlier} 人（不是流失）",
    ]
    form = {"form_token": token_in(page), "file": "csv"}
    answer = office.post(f"/funnels/people?{ARCHIVED}&at=1&left=1", data=form)
    rows = list(csv.DictReader(StringIO(answer.text.lstrip("\ufeff"))))
    assert sum(row["进入以前"] == "已经“建档”过" for row in rows) == step.earlier
    assert office.get(f"/funnels/people?{ARCHIVED}&at=1&left=1&earlier=x").status_code == 404
    # Of whoever reached a step nobody is told apart.
    assert "不是流失" not in office.get(f"/funnels/people?{ARCHIVED}&at=1").text


def test_a_group_of_those_who_stopped_leaves_out_by_default_who_is_not_lost_and_so_do_its_calls(
    site: RunningSite, office: httpx.Client
) -> None:
    step = _drop_outs(site)
    page = office.get(f"/funnels/people?{ARCHIVED}&at=1&left=1").text
    form = form_in(page, "/segments")
    assert form["without_earlier"] == "1"
    lost = office.post("/segments", data={**form, "name": "真走了的"}).headers["location"]
    kept = office.get(lost).text
    assert "✓ 已存下人群“真走了的”" in kept and "不算进入以前已经“建档”过的" in kept
    assert _length(kept) == step.left - step.earlier
    assert kept.index("请人给这群人打电话") < kept.index("<table")
    form.pop("without_earlier")
    whole = office.post("/segments", data={**form, "name": "都在的"}).headers["location"]
    page = office.get(whole).text
    assert _length(page) == step.left
    assert f"其中 {step.earlier} 人进入以前已经“建档”过，不是流失。" in page
    calls = f"{whole.partition('?')[0]}/follow-ups"
    asked = form_in(office.get(calls).text, calls)
    assert "with_earlier" not in asked
    asked |= {"about": "复测", "purpose": "care", "due_on": today().isoformat(), "step": "look"}
    said = f'进入以前已经做过下一步，不是流失</span> <span class="end">{step.earlier} 人'
    assert said in office.post(calls, data=asked).text
    assert said not in office.post(calls, data={**asked, "with_earlier": "1"}).text


def test_how_many_of_a_group_are_lost_is_told_to_who_sees_no_names_where_the_funnel_tells_it(
    site: RunningSite, office: httpx.Client
) -> None:
    """Of a breakdown's group nowhere: what is not lost of each would come out by subtraction."""
    step = _drop_outs(site)
    page = office.get("/funnels").text
    base = {"form_token": token_in(page), "shared": "1", "without_earlier": "1"}
    queries = {
        "走了的": f"{ARCHIVED}&at=1&left=1",
        "走了的女士": f"{ARCHIVED}&by=sex&at=1&left=1&dimension=sex&value=female",
    }
    for name, query in queries.items():
        assert office.post("/segments", data={**base, "name": name, "query": query})
    with signed_in(site, "market") as market:
        text = market.get("/segments").text
        told = "".join(f"{step.left - step.earlier}")
        assert re.search(rf">走了的 .*?{told} 人", text, re.S)
        women = text.partition(">走了的女士")[2].partition(" 人")[0]
        assert women.endswith("隐去")


def _what_others_see_of_a_segment(site: RunningSite, office: httpx.Client, address: str) -> None:
    """Who sees no names hears how many, of few not even that; a funnel never becomes a segment."""
    with signed_in(site, "market") as market, signed_in(site, "shop") as shop:
        assert market.get(address).status_code == 403
        # It is the owner's company's, and headquarters shared it with all of it.
        assert "试用的女士" in market.get("/segments").text
        assert "试用的女士" not in shop.get("/segments").text
        assert shop.get(address).status_code == 404
    token = token_in(office.get("/segments").text)
    segment_id = address.rpartition("/")[2]
    form = {"form_token": token, "name": "别的", "query": QUERY, "saved": segment_id}
    assert "fault=" in office.post("/funnels/saved", data=form).headers["location"]
    gone = office.post(f"{address}/remove", data={"form_token": token})
    assert gone.headers["location"] == "/segments"
    assert "试用的女士" not in office.get("/segments").text
    assert office.get(address).status_code == 404


def test_each_person_is_told_why_it_is_counted_or_not(
    site: RunningSite, office: httpx.Client
) -> None:
    """As many walks reach a step as people are counted there, and each stops for one reason."""
    asked = Question(Document(DOCUMENT.steps, "180d", last_days=SEASON_DAYS + 1), today())
    funnels = site.site.funnels
    report = funnels.report(HEADQUARTERS_SCOPE, structs.replace(asked, listed=Listed(1)))
    assert report.listed
    reached = [0] * len(report.steps)
    for person in report.listed:
        why = funnels.report(HEADQUARTERS_SCOPE, structs.replace(asked, why=person)).why
        verdicts = [each.verdict for each in why]
        length = verdicts.count("reached")
        assert verdicts == ["reached"] * length + verdicts[length:]
        assert len(verdicts) - length == (0 if length == len(report.steps) else 1)
        for place in range(length):
            reached[place] += 1
    assert reached == [step.people for step in report.steps]
    form = {"form_token": token_in(office.get("/funnels").text), "query": QUERY, "who": "王"}
    page = office.post("/funnels/why", data=form).text
    assert "走到“到场”" in page or "停在“到场”前" in page


def test_whoever_sees_no_archive_is_told_nothing_of_one_person(site: RunningSite) -> None:
    with signed_in(site, "market") as market:
        page = market.get("/funnels").text
        assert "/funnels/why" not in page
        form = {"form_token": token_in(page), "query": QUERY, "who": "王"}
        assert market.post("/funnels/why", data=form).status_code == 403


def test_who_may_save_no_group_is_told_who_does_and_whoever_may_where(tmp_path: Path) -> None:
    with running(tmp_path) as empty:
        empty.user("numbers", "marketing")
        empty.user("names", "headquarters")
        for name, told in (("numbers", "请总部的同事在漏斗里存下"), ("names", "点开一个数字")):
            for client in entered(empty, name):
                assert told in client.get("/segments").text, name
