"""An archive that is put together of several cards says where they contradict each other, and on
which day somebody died."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest

from tests.integration.web.person_events import event
from tests.integration.web.sites import RunningSite, activity_today, card, entered, today


def died_on() -> date:
    """The day of a death."""
    return today() - timedelta(days=3)


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    """One person of two cards that differ, one of two that do not, and one who died."""
    site.user("office", "headquarters")
    other, same = card("K-2", "贺同一", "13711110001"), card("K-4", "贺两张", "13711110002")
    other["data"]["person"] |= {"birth_year": 1953, "sex": "male"}
    same["data"]["person"] |= {"birth_date": "1950-04-05"}
    del same["data"]["person"]["birth_year"]
    site.accept(card("K-1", "贺同一", "13711110001"), other)
    site.accept(event("identity.same", "K-1", other_card_id="K-2", reason_code="asked"))
    site.accept(card("K-3", "贺两张", "13711110002"), same)
    died = event("person.deceased", "K-5", on=died_on().isoformat())
    site.accept(card("K-5", "贺去世", "13711110003"), died)


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


def read(client: httpx.Client, card_id: str) -> str:
    return client.get(f"/people/{card_id}", follow_redirects=True).text


def test_cards_of_one_person_that_contradict_each_other_are_said_with_their_numbers(
    office: httpx.Client,
) -> None:
    page = read(office, "K-1")
    told = re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", page.partition("几张卡写得不一样")[2][:900]))
    assert re.search(r"出生年份：1950（[0-9A-F]{8}），1953（[0-9A-F]{8}）", told)
    assert re.search(r"性别：女（[0-9A-F]{8}），男（[0-9A-F]{8}）", told)
    assert "核实后更正" in told
    assert "几张卡写得不一样" not in read(office, "K-3")


def test_an_archive_says_on_which_day_somebody_died_and_counts_no_years_from_then_on(
    office: httpx.Client,
) -> None:
    page = read(office, "K-5")
    day = f"{died_on().year}年{died_on().month}月{died_on().day}日"
    assert f"此人已于 {day} 去世" in page
    assert page.count(day) == 2, "the timeline says the day, too"
    assert f"{died_on().year - 1950} 岁" in page


def test_a_number_or_name_that_is_written_in_two_ways_is_told_once(
    site: RunningSite, office: httpx.Client
) -> None:
    with_blanks = card("K-7", "贺  两写", "137-1111 0009")
    site.accept(card("K-6", "贺两写", "13711110009"), with_blanks)
    site.accept(event("identity.same", "K-6", other_card_id="K-7", reason_code="asked"))
    page = read(office, "K-7")
    assert page.count("<dt>电话</dt>") == 1
    assert "另一写法" not in page


def test_what_a_sheet_wrote_is_said_to_be_of_its_activity(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(
        activity_today("A-of-sheet"), card("K-8", "贺名单") | {"source": "/sheets/A-of-sheet"}
    )
    page = read(office, "K-8")
    title = activity_today("A-of-sheet")["data"]["title"]
    assert f"{title} 的签到表" in page and "A-of-sheet 的签到表" not in page
    assert f"{title} 的签到表" in office.get("/events").text


def test_the_price_of_one_is_called_that_where_several_were_bought(
    site: RunningSite, office: httpx.Client
) -> None:
    bought = {"purchase_id": "P-9", "sku": "JX-B4", "quantity": 2, "unit_price_fen": 69_300}
    site.accept(card("K-9", "贺买两"), event("purchase.made", "K-9", channel="dealer", **bought))
    page = re.sub(r"<[^>]*>", "", read(office, "K-9"))
    assert page.count("¥693.00") == page.count("单价 ¥693.00") == 2
