"""The season as small lines: where numbers are looked at, each with its list, few told to nobody
who sees no names."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from crm.accounts.roles import AccountRole
from crm.copies.queries import dealer_names, dealers_under_contract
from crm.storage.database import reading
from streams.embedded.worker import Worker
from tests.integration.web.sites import RunningSite, invent_season, running, sign_in, today

PEOPLE: tuple[tuple[str, AccountRole, str | None], ...] = (
    ("office", "headquarters", None),
    ("market", "marketing", None),
    ("plans", "planning", None),
    ("shop", "dealer", "D01"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("season")
    invent_season(folder, people=60)
    with running(folder) as started:
        Worker(started.site.engine, started.site.keyring).until_idle()
        for name, role, dealer in PEOPLE:
            started.user(name, role, dealer)
        yield started


def page_of(site: RunningSite, name: str, path: str) -> str:
    with site.client() as client:
        sign_in(client, name)
        return str(client.get(path).text)


def lines_in(page: str) -> list[str]:
    return re.findall(r'<svg [^>]*class="spark"[^>]*aria-label="([^"]+)"', page)


def lists_in(client: httpx.Client, page: str) -> list[tuple[int, int]]:
    """(what is told, how long the list behind it is) of each number of a line."""
    found = re.findall(r'<a href="(/funnels/people\?[^"]+)">(?:最多一周 )?([\d,]+) 人</a>', page)
    lengths = []
    for href, told in found:
        listed = client.get(unescape(href)).text
        length = re.search(r"<h1>.*?<small>([\d,]+)", listed, re.S)
        assert length, href
        lengths.append((int(told.replace(",", "")), int(length[1].replace(",", ""))))
    return lengths


@pytest.mark.parametrize(
    ("name", "path"),
    [("office", "/dealers"), ("office", "/activities"), ("shop", "/funnels/season")],
)
def test_every_number_of_a_line_is_the_length_of_the_list_behind_it(
    site: RunningSite, name: str, path: str
) -> None:
    with site.client() as client:
        sign_in(client, name)
        page = client.get(path).text
        lines, lists = lines_in(page), lists_in(client, page)
    assert lines and len(lists) >= len(lines)
    assert all(told == length for told, length in lists)


def test_who_sees_no_names_sees_lines_without_lists_and_none_of_few_people(
    site: RunningSite,
) -> None:
    first = page_of(site, "market", "/funnels")
    assert 'href="/funnels/season"' in first and not lines_in(first)
    by_kind, by_dealer = (
        page_of(site, "market", f"/funnels/season?by={each}") for each in ("kind", "dealer")
    )
    page = by_kind + by_dealer
    assert lines_in(by_kind) and lines_in(by_dealer)
    assert "/funnels/people" not in page
    for told in re.findall(r">\s*([\d,]+) 人\b", page):
        assert int(told.replace(",", "")) >= 5
    office = [
        line
        for each in ("kind", "dealer")
        for line in lines_in(page_of(site, "office", f"/funnels/season?by={each}"))
    ]
    assert any("不画" in alt for alt in lines_in(page)) and not any("不画" in a for a in office)


def test_every_dealer_has_a_line_that_says_where_no_contract_is_and_which_week_was_fullest(
    site: RunningSite,
) -> None:
    with reading(site.site.engine) as connection:
        names = dealer_names(connection)
        contracts = dealers_under_contract(connection, today())
    assert contracts
    page = page_of(site, "office", "/funnels/season?by=dealer")
    rows = re.findall(r'<span class="name">([^<]+?)( <small>现在没有合同)?(?=<)', page)
    said = {name: bool(without) for name, without in rows}
    for code in contracts:
        assert said[names[code]] is False
    assert sum(said.values()) == len(said) - len(contracts)
    assert re.search(r"最多一周 [0-9,]+ 人</a><small>（[0-9]+月[0-9]+日那一周）", page)
    assert 'class="running"' in page and "空心点" in page


def test_a_dealer_sees_its_own_season_by_kind_and_no_other_dealers(site: RunningSite) -> None:
    page = page_of(site, "shop", "/funnels/season")
    assert lines_in(page) and "每周到场：按经销商" not in page
    assert not lines_in(page_of(site, "shop", "/funnels/season?by=dealer"))
    assert 'class="spark"' not in page_of(site, "plans", "/activities")


def test_a_funnel_of_ones_own_has_no_lines_of_the_season(site: RunningSite) -> None:
    assert not lines_in(page_of(site, "office", "/funnels?step=activity.attended&days=30"))
