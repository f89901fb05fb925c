"""The audit in words: what was taken away is called what it is, letters do not drown the rest."""

import ast
import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from campaigns.field_labels import LABELS
from campaigns.ids import short_number
from crm.accounts.access import LETTER_SENT, Access, log_accesses
from crm.accounts.audit import log_export
from crm.clock import now_us
from crm.storage.database import writing
from crm.web.view.audit_labels import FILES, LOOKED_AT
from crm.web.view.shared_fields import SHARED_FIELDS
from tests.integration.web.sites import RunningSite, activity_today, entered, today
from tests.integration.web.workbooks import named_tables
from tests.source_tree import modules_of

SENT = 7


@pytest.fixture(scope="module", autouse=True)
def told(site: RunningSite) -> None:
    """An office that sends letters, an auditor who reads, an older file of the register."""
    office = site.user("office", "headquarters")
    site.user("reader", "auditor")
    site.accept(activity_today())
    at_us = now_us()
    looks = [Access(at_us, office, f"C{n}", LETTER_SENT) for n in range(SENT)]
    looks.append(Access(at_us - 1, office, "C1", "letter"))
    looks.append(Access(at_us - 2, office, "transfers/2026", "payees"))
    with writing(site.site.engine) as connection:
        log_accesses(connection, looks)


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


@pytest.fixture
def reader(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "reader")


def rows_of(page: str) -> list[list[str]]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells]


def test_every_list_that_is_taken_away_has_a_word_in_the_audit() -> None:
    kept = {
        node.args[3].value
        for module in modules_of("crm")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "log_export"
        if isinstance(node.args[3], ast.Constant)
    }
    assert {"copy", "on_phone"} <= kept
    names = {name for name, _ in named_tables()} | kept
    assert names - FILES.keys() == set()


def test_everything_that_is_looked_at_has_a_word_in_the_audit() -> None:
    kept = {
        node.args[3].value
        for module in modules_of("crm")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Access"
        if len(node.args) > 3 and isinstance(node.args[3], ast.Constant)
    }
    assert {"pair"} <= kept
    kept |= {each.name for each in SHARED_FIELDS if each.is_hidden}
    assert kept - LOOKED_AT.keys() - LABELS.keys() == set()


def test_a_file_that_names_members_in_full_was_taken_away_not_looked_at(
    office: httpx.Client, reader: httpx.Client
) -> None:
    year = today().year
    for path in ("open-payments", "efpia"):
        assert office.get(f"/transfers/{path}?year={year}").status_code == 200
    taken = [row[1:5] for row in rows_of(reader.get("/audit?kind=took").text)]
    assert taken[:2] == [
        ["office", "带走了文件", "EFPIA 的表，写全名", f"{year} 年"],
        ["office", "带走了文件", "美国公开付款的表，写全名", f"{year} 年"],
    ]
    assert ["office", "带走了文件", "给会员的物品和费用", "2026 年"] in taken


def test_letters_of_a_day_are_one_line_that_leads_to_each_of_them_and_a_look_is_none(
    reader: httpx.Client,
) -> None:
    page = reader.get("/audit").text
    rows = rows_of(page)
    (sent,) = [row for row in rows if row[2] == "发了信"]
    assert sent[1] == "office" and sent[5] == f"{SENT} 封"
    assert [row[3] for row in rows if row[2] == "看了"] == ["写信"]
    (href,) = re.findall(r'href="(/audit\?kind=sent[^"]+)"', page)
    each = rows_of(reader.get(unescape(href)).text)
    assert len(each) == SENT and {row[2] for row in each} == {"发了信"}
    assert "发了信" in reader.get("/audit?subject=C3").text.partition("<tbody>")[2]
    assert str(len(rows)) in re.findall(r"<h1>审计 <small>(\d+)</small>", page)


def test_what_a_phone_keeps_again_and_again_is_one_line_a_day_that_leads_to_each(
    site: RunningSite, reader: httpx.Client
) -> None:
    field = site.user("field", "staff")
    at_us = now_us()
    with writing(site.site.engine) as connection:
        for n in range(SENT):
            log_export(connection, at_us + n, field, "on_phone", 100 + n)
        log_export(connection, at_us - 1, field, "expected", 5)
    page = reader.get(f"/audit?actor={field}").text
    assert [(row[3], row[5]) for row in rows_of(page)] == [
        ("手机备下的名单", f"{SENT} 次"),
        ("可能到场的人", "5 行"),
    ]
    (href,) = re.findall(r'href="(/audit\?kind=took[^"]+)"', page)
    each = [row[5] for row in rows_of(reader.get(unescape(href)).text)]
    assert each == [f"{100 + n} 行" for n in reversed(range(SENT))] + ["5 行"]


def test_the_audit_says_which_card_was_looked_at_and_is_asked_by_that_number(
    site: RunningSite, office: httpx.Client, reader: httpx.Client
) -> None:
    at_us, actor = now_us(), site.user("looker", "headquarters")
    looks = [Access(at_us, actor, card, "names") for card in ("C-one", "C-two")]
    looks.append(Access(at_us, actor, "dispute/d-1", "dispute"))
    with writing(site.site.engine) as connection:
        log_accesses(connection, looks)
    page = reader.get(f"/audit?actor={actor}").text
    numbers = {f"档案 {short_number(card)}" for card in ("C-one", "C-two")}
    assert {row[4] for row in rows_of(page)} == numbers | {"会员异议"}
    assert 'href="/disputes/d-1"' in page
    asked = reader.get(f"/audit?subject={short_number('C-two').lower()}").text
    assert [row[4] for row in rows_of(asked)] == [f"档案 {short_number('C-two')}"]


def test_the_audit_is_called_otherwise_than_who_audits(reader: httpx.Client) -> None:
    headers = {"Accept-Language": "en"}
    page = reader.get("/audit", headers=headers).text
    assert "<h1>Audit <small>" in page and ">Audit<" in reader.get("/more", headers=headers).text


def test_a_name_that_is_typed_for_a_number_stands_in_no_address_and_is_answered(
    reader: httpx.Client,
) -> None:
    answer = reader.get("/audit", params={"subject": "王秀英"})
    assert answer.status_code == 303 and answer.headers["location"] == "/audit?named=1"
    page = reader.get("/audit?named=1").text
    assert "不认姓名" in page and 'href="/people"' in page and 'href="/policies"' in page
