"""Tables: sorted, filtered, their columns chosen, and taken away exactly as they are shown."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO, StringIO

import httpx
import pytest
from openpyxl import load_workbook

from tests.examples import an_event
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    sign_in,
    token_in,
)

TITLES = ("丙活动", "甲活动", "=乙活动")


@pytest.fixture(scope="module", autouse=True)
def told(site: RunningSite) -> None:
    site.user("office", "headquarters")
    for number, title in enumerate(TITLES):
        event = activity_today(f"A-{number}", "free_clinic" if number == 0 else "promotion")
        site.accept({**event, "data": {**event["data"], "title": title}})
    site.accept(card(), card("C2", "欧阳淑珍", "13800001234"))


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        assert sign_in(client, "office").status_code == 303
        yield client


def shown(page: str) -> list[list[str]]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells]


def test_a_heading_sorts_up_and_then_down(office: httpx.Client) -> None:
    up = office.get("/activities?sort=title").text
    assert [row[0] for row in shown(up)] == sorted(TITLES)
    assert 'name="sort" value="-title"' in up
    down = office.get("/activities?sort=-title").text
    assert [row[0] for row in shown(down)] == sorted(TITLES, reverse=True)


@pytest.mark.parametrize("sort", ["kind", "nothing", "-", "venue"])
def test_what_cannot_be_sorted_by_stays_as_it_comes(office: httpx.Client, sort: str) -> None:
    assert shown(office.get(f"/activities?sort={sort}").text) == shown(
        office.get("/activities").text
    )


def test_filters_leave_only_what_fits_and_the_number_says_so(office: httpx.Client) -> None:
    page = office.get("/activities?kind=free_clinic").text
    assert [row[0] for row in shown(page)] == ["丙活动"]
    assert "<small>1</small>" in page
    assert "放宽上面的条件" in office.get("/activities?text=没有").text


def test_a_file_is_exactly_what_is_shown(office: httpx.Client) -> None:
    wanted = "/activities?sort=title&col=title&col=dealer&text=活动"
    rows = shown(office.get(wanted).text)
    text = office.get(f"{wanted}&file=csv")
    assert text.text.startswith("\ufeff")
    assert re.search(r'filename="activities-[\d-]+\.csv"', text.headers["content-disposition"])
    read = list(csv.reader(StringIO(text.text.removeprefix("\ufeff"))))
    assert read[0] == ["名称", "经销商"]
    # What begins with = would be a formula.
    assert read[1:] == [[cell.replace("=", "'=") for cell in row] for row in rows]
    sheet = load_workbook(BytesIO(office.get(f"{wanted}&file=xlsx").content)).active
    assert sheet is not None
    assert [list(row) for row in sheet.iter_rows(values_only=True)][1:] == rows
    assert all(cell.data_type == "s" for row in sheet.iter_rows(min_row=2) for cell in row)


def test_a_list_of_people_is_taken_away_as_masked_as_it_is_shown(office: httpx.Client) -> None:
    form = {"form_token": token_in(office.get("/people").text), "text": "桂英", "file": "csv"}
    answer = office.post("/people", data=form)
    assert "王*英" in answer.text and "欧" not in answer.text
    assert "桂" not in answer.text and "13912345678" not in answer.text
    assert "桂" not in answer.headers["content-disposition"]


def test_people_are_sorted_by_birth_and_filtered_by_sex(office: httpx.Client) -> None:
    token = token_in(office.get("/people").text)
    form = {"form_token": token, "sort": "born", "sex": "female"}
    assert len(shown(office.post("/people", data=form).text)) == 2
    form = {"form_token": token, "sex": "male"}
    assert shown(office.post("/people", data=form).text) == []


def test_an_event_that_is_recorded_says_so_once(site: RunningSite, office: httpx.Client) -> None:
    site.work()
    page = office.get("/events?outcome=recorded").text
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.S)
    assert rows and all(row.count("已入档") == 1 for row in rows)


LISTS = {
    "/tokens": ("给谁用", "a test"),
    "/dealers": ("经销商", "D1"),
}
"""A list that is drawn otherwise than as a table → its first heading, and what its file tells."""


@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_its_file_as_well(site: RunningSite, office: httpx.Client, path: str) -> None:
    if path == "/tokens":
        site.token()
    if path == "/dealers":
        contract = {"dealer": "D1", "contract_id": "K1", "name": "一号", "regions": ["110000"]}
        contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
        site.accept(an_event("dealer.contracted", contract))
    page = office.get(path).text
    for kind in ("csv", "xlsx"):
        assert f'href="{path}?file={kind}"' in page
    heading, told = LISTS[path]
    text = office.get(f"{path}?file=csv").text.removeprefix("\ufeff")
    read = list(csv.reader(StringIO(text)))
    assert read[0][0] == heading
    assert any(told in cell for row in read[1:] for cell in row)
    sheet = load_workbook(BytesIO(office.get(f"{path}?file=xlsx").content)).active
    assert sheet is not None
    assert len(list(sheet.iter_rows())) == len(read)
    # No name of anybody the archive is about.
    assert "淑珍" not in text
