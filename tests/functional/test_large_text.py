"""Phones of people who see badly: no small text, letters of 30 px, names of any length."""

import pytest
from playwright.sync_api import Page, expect

from campaigns.ids import person_id
from tests.functional.journeys import Journey
from tests.functional.looking import assert_fits
from tests.functional.phones import FORM
from tests.integration.web.sites import card

pytestmark = [pytest.mark.browser, pytest.mark.looks]

SMALLEST_PX, LARGEST_PX = 18, 30
PAGES = (
    *("/log?choose=true", FORM, f"{FORM}/new", f"{FORM}/scan", "/log/walk-in"),
    *("/said", "/unsent", "/me", "/kept", "/offline", "/more"),
)
LONG = "阿卜杜热合曼·麦麦提敏·图尔荪托合提江·买买提吐尔逊"


def small_texts(page: Page) -> list[str]:
    """Texts in sight that are smaller than 18 px, with their size."""
    found: list[str] = page.evaluate(
        """(least) => {
          const small = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            const place = node.parentElement;
            if (!node.textContent.trim() || !place.checkVisibility()) continue;
            if (place.closest("script, style, template, option, .sr")) continue;
            const size = parseFloat(getComputedStyle(place).fontSize);
            if (size < least) small.push(`${size} ${place.className} ${node.textContent.trim()}`);
          }
          return small;
        }""",
        SMALLEST_PX,
    )
    return found


def enlarge(page: Page) -> None:
    page.evaluate("size => { document.documentElement.style.fontSize = `${size}px`; }", LARGEST_PX)


@pytest.fixture(scope="module")
def walked() -> dict[str, tuple[list[str], str]]:
    """Of each page its small texts, and what is too wide with large letters, once it was opened."""
    return {}


def walk(journey: Journey, walked: dict[str, tuple[list[str], str]]) -> None:
    """Open every page, unless somebody has."""
    if walked:
        return
    journey.enter()
    for path in PAGES:
        journey.open(path)
        small, too_wide = small_texts(journey.page), ""
        enlarge(journey.page)
        try:
            assert_fits(journey.page)
        except AssertionError as error:
            too_wide = str(error)
        walked[path] = small, too_wide


def test_the_smallest_text_of_a_phone_has_eighteen_pixels(
    on_phone: Journey, walked: dict[str, tuple[list[str], str]]
) -> None:
    walk(on_phone, walked)
    wrong = [f"{path}: {each}" for path, (small, _) in walked.items() for each in small]
    assert not wrong, "\n".join(wrong)


def test_with_letters_of_thirty_pixels_the_pages_of_a_phone_fit(
    on_phone: Journey, walked: dict[str, tuple[list[str], str]]
) -> None:
    walk(on_phone, walked)
    wrong = [too_wide for _, too_wide in walked.values() if too_wide]
    assert not wrong, "\n".join(wrong)


LISTS = {
    "field": ("/", "/activities", "/activities/A-today", "/people", "/follow-ups?whose=all"),
    "hall": ("/log", "/activities", "/copy"),
    "shop": ("/copy", "/members", "/rewards", "/statements", "/funnels"),
    "audit": ("/", "/audit", "/events", "/rewards", "/transfers"),
    "law": ("/rights", "/conflicts", "/matching", "/recalls", f"/people/{person_id('C1')}"),
}
"""Whoever is on the way looks at more than forms."""


@pytest.mark.parametrize("name", LISTS)
def test_with_letters_of_thirty_pixels_lists_fit_on_a_phone(on_phone: Journey, name: str) -> None:
    on_phone.enter(name)
    for path in LISTS[name]:
        on_phone.open(path)
        enlarge(on_phone.page)
        assert_fits(on_phone.page)


def test_two_people_whose_masked_names_are_one_are_told_apart_and_long_names_wrap(
    on_phone: Journey,
) -> None:
    others = (("C-tong1", "仝秀英", "13711116601"), ("C-tong2", "仝桂英", "13711116602"))
    on_phone.running.accept(*(card(*each) for each in others), card("C-long", LONG, "13711116603"))
    on_phone.enter()
    on_phone.open(FORM)
    page = on_phone.page
    page.locator("body[data-wired] #text").fill("仝")
    rows = page.locator("#found li")
    expect(rows).to_have_count(2)
    told = rows.all_inner_texts()
    assert all("仝*英" in text for text in told) and told[0] != told[1]
    page.locator("#text").fill("阿卜杜热合曼")
    expect(rows).to_have_count(1)
    assert_fits(page)
    enlarge(page)
    assert_fits(page)
    name = rows.first.locator("a").first
    assert name.evaluate("place => place.scrollWidth <= place.clientWidth + 1")
