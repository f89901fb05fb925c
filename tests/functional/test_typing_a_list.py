"""A paper list typed at a desk by keyboard alone: few keystrokes, nothing lost, nothing twice."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.examples import an_event
from tests.functional.journeys import Journey
from tests.functional.phones import events_of, written_cards
from tests.integration.web.sites import RunningSite, activity_today, card

pytestmark = pytest.mark.browser

LIST = "/log/A-list/list"
MOST_KEYS = 12


@pytest.fixture(scope="module", autouse=True)
def known(season_site: RunningSite) -> None:
    season_site.accept(
        activity_today("A-list"),
        card("C-zqh", "仉琴欢", "13711110001"),
        card("C-zmh", "仉美怀", "13711110002"),
        card("C-zyl", "仉玉澜", "13711110003"),
        *(agreed("C-zqh", purpose) for purpose in ("archive", "health", "share_with_dealer")),
    )


def agreed(card_id: str, purpose: str) -> dict[str, Any]:
    said = {"card_id": card_id, "purpose": purpose, "notice_version": "2026-01"}
    said |= {"method": "paper", "by": "self"}
    said |= {"dealer": "D1"} if purpose == "share_with_dealer" else {}
    return an_event("consent.given", said, id=f"list-{purpose}")


def opened(journey: Journey) -> Page:
    journey.enter()
    journey.open(LIST)
    page = journey.page
    page.locator("body[data-wired][data-queue-ready] [data-cell=name]").first.wait_for()
    return page


def said(page: Page, row: int) -> str:
    place = page.locator("tbody tr").nth(row).locator("[data-said]")
    expect(place).not_to_be_empty()
    return place.inner_text()


def press(page: Page, keys: list[str]) -> None:
    """One after the other; Enter after letters once somebody is found, as a person would."""
    for at, key in enumerate(keys):
        if key == "Enter" and at and keys[at - 1].isalpha() and keys[at - 1] != "Enter":
            expect(page.locator(".found [aria-selected]")).to_be_visible()
        page.keyboard.press(key)


def test_a_known_person_with_a_reading_takes_at_most_twelve_keystrokes(at_desk: Journey) -> None:
    page = opened(at_desk)
    # All three consents stand, so their cells say so and are passed over.
    keys = [*"zqh", "Enter", *"135", "Enter", *"85", "Control+Enter"]
    assert len(keys) <= MOST_KEYS
    press(page, keys)
    assert "已收下" in said(page, 0)
    assert events_of(at_desk.running, "C-zqh").count("clinic.consulted") == 1


def test_who_is_known_and_signed_in_takes_five_keystrokes_and_is_sent_once(
    at_desk: Journey,
) -> None:
    page = opened(at_desk)
    press(page, [*"zmh", "Enter", "Control+Enter"])
    assert "已收下" in said(page, 0)
    assert events_of(at_desk.running, "C-zmh").count("activity.attended") == 1
    expect(page.locator("tbody tr").nth(1).locator("[data-cell=name]")).to_be_focused()


def test_a_bare_name_beside_somebody_who_is_known_is_asked_about_before_it_is_a_second_card(
    at_desk: Journey,
) -> None:
    page, before = opened(at_desk), written_cards(at_desk.running)
    first = page.locator("tbody tr").first
    first.locator("[data-cell=name]").fill("仉玉澜")
    expect(page.locator(".found li")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    assert "名单里有相像的人" in said(page, 0)
    assert written_cards(at_desk.running) == before
    page.keyboard.press("Control+Enter")
    expect(first).to_have_class("good")
    expect(page.locator(".found li")).to_have_count(0)
    assert len(written_cards(at_desk.running) - before) == 1


def test_a_reading_of_somebody_who_has_not_agreed_is_asked_about_and_goes_at_the_next_enter(
    at_desk: Journey,
) -> None:
    page = opened(at_desk)
    press(page, [*"zmh", "Enter", *("Enter",) * 3, *"135", "Enter", *"85", "Control+Enter"])
    assert "记录健康情况" in said(page, 0)
    expect(page.locator("tbody tr").first.locator("[data-cell=consent_health]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_have_class("good")
    assert events_of(at_desk.running, "C-zmh").count("clinic.consulted") == 1


def test_a_pasted_list_falls_into_the_cells_and_a_bad_row_is_mended_where_it_stands(
    at_desk: Journey,
) -> None:
    page, before = opened(at_desk), written_cards(at_desk.running)
    text = "王粘一\t13700000101\t1948\t女\n王粘二\t\txyz\t男\n王粘三\t\t1950\t女\n"
    page.locator("[data-cell=name]").first.evaluate(
        """(field, text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const how = { clipboardData: data, bubbles: true, cancelable: true };
          field.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        text,
    )
    page.get_by_role("button", name="没交的都交").click()
    assert "已收下" in said(page, 0)
    assert "出生日期看不懂" in said(page, 1)
    assert "已收下" in said(page, 2)
    page.locator("tbody tr").nth(1).locator("[data-cell=born]").fill("1949")
    page.get_by_role("button", name="没交的都交").click()
    expect(page.locator("tbody tr").nth(1)).to_have_class("good")
    assert len(written_cards(at_desk.running) - before) == 3
    rows = page.locator("tbody tr")
    expect(rows.last.locator("[data-cell=name]")).to_be_focused()
    expect(rows.last.locator("[data-cell=name]")).to_be_editable()


def test_what_is_typed_survives_a_reload_and_goes_once_when_the_network_is_back(
    at_desk: Journey,
) -> None:
    page, before = opened(at_desk), written_cards(at_desk.running)
    page.keyboard.type("王不丢")
    page.locator("[data-cell=phone]").first.fill("13700000109")
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    page.reload()
    expect(page.locator("[data-cell=phone]").first).to_have_value("13700000109")
    page.locator("[data-cell=born]").first.focus()
    page.keyboard.press("Control+Enter")
    assert re.search("已收下", said(page, 0))
    page.reload()
    expect(page.locator("[data-cell=phone]").first).to_have_value("")
    with reading(at_desk.running.site.engine) as connection:
        query = select(JOURNAL.c.type).where(
            JOURNAL.c.subject.in_(written_cards(at_desk.running) - before)
        )
        assert sorted(connection.execute(query).scalars()) == [
            "activity.attended",
            "card.registered",
        ]


def test_enter_in_an_empty_cell_goes_on_and_the_last_cell_sends_the_row(at_desk: Journey) -> None:
    page = opened(at_desk)
    cells = page.locator("tbody tr").first.locator("[data-cell]")
    names = cells.evaluate_all("found => found.map((each) => each.dataset.cell)")
    assert names.index("consent_health") < names.index("systolic_mmhg")
    page.keyboard.type("王往前")
    for name in names[1:]:
        page.keyboard.press("Enter")
        expect(page.locator(f"tbody tr:first-child [data-cell={name}]")).to_be_focused()
    assert page.locator("[data-said]").first.inner_text() == ""
    page.keyboard.press("Enter")
    assert "已收下" in said(page, 0)


def test_a_row_that_was_taken_has_a_way_to_its_undoing(at_desk: Journey) -> None:
    page = opened(at_desk)
    page.keyboard.type("王能撤")
    page.keyboard.press("Control+Enter")
    assert "已收下" in said(page, 0)
    page.goto(page.get_by_role("link", name="撤销").first.evaluate("link => link.href"))
    expect(page.get_by_role("button", name="撤销选中的")).to_be_visible()


def test_a_reading_beside_a_refusal_is_asked_about_before_the_row_goes(at_desk: Journey) -> None:
    page, before = opened(at_desk), written_cards(at_desk.running)
    row = page.locator("tbody tr").first
    page.keyboard.type("王不量")
    row.locator("[data-cell=consent_health]").fill("不同意")
    row.locator("[data-cell=systolic_mmhg]").fill("150")
    page.keyboard.press("Control+Enter")
    assert "“记录健康情况”写着“否”" in said(page, 0)
    expect(row).to_have_class("wrong")
    assert written_cards(at_desk.running) == before


def test_what_may_be_answered_is_named_where_an_answer_is_not_understood(at_desk: Journey) -> None:
    page = opened(at_desk)
    page.keyboard.type("王看懂")
    page.locator("[data-cell=consent_health]").first.fill("也许")
    page.keyboard.press("Control+Enter")
    assert "记录健康情况只能填 是 / 否" in said(page, 0)


def test_on_a_phone_every_cell_has_its_label_above_it(on_phone: Journey) -> None:
    page = opened(on_phone)
    for cell in page.locator("tbody tr").first.locator("td").all():
        shown = cell.evaluate("(cell) => getComputedStyle(cell, '::before').content")
        heading = cell.locator("[data-cell]").get_attribute("data-label")
        assert heading and heading in shown
    place = page.locator("[data-list]")
    assert place.evaluate("place => place.scrollWidth <= place.clientWidth")


def test_at_a_desk_the_name_and_what_is_wrong_stay_in_sight_and_no_heads_overlap(
    at_desk: Journey,
) -> None:
    page = opened(at_desk)
    page.locator("[data-cell=price]").first.focus()
    place = page.locator("[data-list]").bounding_box()
    for sticky in (page.locator("td.who").first, page.locator("th.who")):
        name = sticky.bounding_box()
        assert place and name and name["x"] >= place["x"] - 1
    heads = [box for th in page.locator("thead th").all() if (box := th.bounding_box())]
    texts = page.locator("thead th").evaluate_all(
        "all => all.map((th) => [th.scrollWidth, th.clientWidth])"
    )
    assert heads and all(needed <= there for needed, there in texts), texts
