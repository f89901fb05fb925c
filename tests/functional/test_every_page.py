"""What holds for every page: readable by all, light, nothing from elsewhere, in every language."""

import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from campaigns.ids import person_id
from crm.accounts.roles import ROLES, AccountRole
from crm.activities.queries import activities_from
from crm.clock import now_us
from crm.members.register import Giver, make_link
from crm.reward_desk.queries import queue_page
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.storage.database import reading
from crm.web.view.person_acts import ACTS
from tests.functional.journeys import LARGEST_PAGE_BYTES, Journey
from tests.functional.looking import (
    PATHS,
    assert_accessible,
    assert_fits,
    assert_large_targets,
    assert_what_opens_fits,
)
from tests.integration.web.sites import today

pytestmark = pytest.mark.browser

_BAR, _WHITE = (0xB5, 0x42, 0x0C), (255, 255, 255)


_COLOURS = {"runOnly": ["color-contrast"]}
"""All that the dark can spoil where the light has been looked at."""


def assert_for_all(page: Page) -> None:
    """Readable by all, no wider than the screen, and easily hit."""
    assert_accessible(page)
    assert_fits(page)
    assert_large_targets(page)


@pytest.mark.looks
def test_the_sign_in_page_is_accessible_and_shows_nobody(on_phone: Journey) -> None:
    on_phone.open("/sign-in")
    assert_accessible(on_phone.page)
    assert_fits(on_phone.page)


WHOSE = "(北京晚晴健康器械经营部|D1)"
"""The dealers of accounts: by its name, the one that never had a contract by its code."""


@pytest.mark.looks
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("device", ["on_phone", "at_desk"])
def test_whoever_tries_a_role_of_the_demo_lands_on_a_page_of_its_work_by_one_tap(
    request: pytest.FixtureRequest, device: str, role: AccountRole
) -> None:
    journey: Journey = request.getfixturevalue(device)
    journey.open("/sign-in")
    word = ROLES[role].word
    faces = journey.page.locator("form[action='/sign-in/demo'] .name")
    faces.filter(has_text=re.compile(rf"^{word}( {WHOSE})?$")).first.click()
    journey.page.wait_for_url(lambda url: "/sign-in" not in url)
    page = journey.page
    assert page.locator("nav.places a").count() >= 2
    assert page.locator("main a, main button").count() >= 1
    assert_for_all(page)
    journey.assert_nothing_from_elsewhere()


@pytest.fixture(scope="module")
def weights() -> dict[str, int]:
    """Of each page what it weighs on a phone, for whoever walks past all of them."""
    return {}


def weight_of(page: Page) -> int:
    """The bytes of a page that was just opened, with all it needs but pictures."""
    # A page that is still recorded looks at itself again, and a service worker that takes a page
    # over while it loads asks for all of it once more, of what the browser has: each counts once.
    weight: int = page.evaluate(
        """() => {
           const sizes = new Map();
           for (const { name, decodedBodySize = 0 } of performance.getEntries())
             if (!/\\.svg\\b/.test(name))
               sizes.set(name, Math.max(sizes.get(name) ?? 0, decodedBodySize));
           return [...sizes.values()].reduce((sum, size) => sum + size, 0);
        }"""
    )
    return weight


@pytest.mark.parametrize("device", ["on_phone", "at_desk"])
def test_every_page_fits_has_large_targets_and_is_accessible(
    request: pytest.FixtureRequest, device: str, weights: dict[str, int]
) -> None:
    journey: Journey = request.getfixturevalue(device)
    page = journey.page
    journey.enter("office")
    for path in PATHS:
        page.emulate_media(color_scheme="light")
        journey.open(path)
        assert_fits(page)
        assert_what_opens_fits(page)
        assert_large_targets(page)
        # Words, roles and colours are the same on either; test_languages_and_zoom.py looks at
        # them at a desk, in three languages.
        if device == "on_phone":
            weights[path] = weight_of(page)
            assert_accessible(page)
            page.emulate_media(color_scheme="dark")
            assert_accessible(page, _COLOURS)
    journey.assert_nothing_from_elsewhere()


@pytest.mark.looks
@pytest.mark.parametrize("device", ["on_phone", "at_desk"])
def test_a_payment_that_was_begun_is_accessible_in_its_list_and_on_the_page_of_its_reward(
    request: pytest.FixtureRequest, device: str
) -> None:
    journey: Journey = request.getfixturevalue(device)
    journey.enter("office")
    journey.open("/rewards/files")
    page = journey.page
    expect(page.get_by_role("heading", name="没记完的付款")).to_be_visible()
    page.locator("main ol.rows a").first.click()
    expect(page.get_by_role("heading", name="为什么是这么多")).to_be_visible()
    expect(page.get_by_role("heading", name="没记完的付款")).to_be_visible()
    assert_for_all(page)


@pytest.mark.looks
@pytest.mark.parametrize("device", ["on_phone", "at_desk"])
def test_a_members_own_page_is_accessible_fits_and_has_large_targets(
    request: pytest.FixtureRequest, device: str
) -> None:
    journey: Journey = request.getfixturevalue(device)
    site = journey.running.site
    with reading(site.engine) as connection:
        row = queue_page(HEADQUARTERS_SCOPE, connection, "paid", today(), limit=1)[0]
    journey.open(f"/own/{make_link(site.engine, row.member, Giver('office', None), now_us())}")
    page = journey.page
    expect(page.get_by_role("heading", name="我的奖励")).to_be_visible()
    assert_for_all(page)
    journey.open("/own/nothing")
    expect(page.get_by_role("heading", name="链接打不开")).to_be_visible()
    assert_accessible(page)
    journey.assert_nothing_from_elsewhere()


@pytest.mark.looks
@pytest.mark.parametrize("device", ["on_phone", "at_desk"])
def test_a_dealers_copy_is_accessible_fits_and_has_large_targets(
    request: pytest.FixtureRequest, device: str
) -> None:
    journey: Journey = request.getfixturevalue(device)
    journey.enter("shop")
    journey.open("/copy")
    page = journey.page
    expect(page.get_by_role("heading", name="我的副本")).to_be_visible()
    assert page.locator("main a[href^='/copy/row/']").count() > 0
    assert_for_all(page)
    with reading(journey.running.site.engine) as connection:
        own = activities_from(dealer_scope("D01"), connection, today())[0].activity_id
    journey.open(f"/copy/invite/{own}")
    assert page.locator("main input[name='chosen']").count() > 0
    assert_for_all(page)
    journey.assert_nothing_from_elsewhere()


@pytest.mark.looks
@pytest.mark.parametrize("device", ["on_phone", "at_desk"])
def test_a_saved_group_and_its_calls_are_accessible_fit_and_have_large_targets(
    request: pytest.FixtureRequest, device: str
) -> None:
    journey: Journey = request.getfixturevalue(device)
    journey.enter("office")
    journey.open("/funnels/people?step=activity.attended&days=182&at=1")
    page = journey.page
    form = page.locator("form[action='/segments']")
    page.locator("details:has(form[action='/segments']) summary").click()
    form.locator("[name=name]").fill(f"来过的人 {device}")
    form.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"来过的人 {device}")
    expect(page.get_by_role("status")).to_contain_text("已存下人群")
    assert_for_all(page)
    group = page.url.removeprefix(journey.running.address).partition("?")[0]
    for path in ("", "/follow-ups"):
        journey.open(group + path)
        assert_for_all(page)
    journey.assert_nothing_from_elsewhere()


@pytest.mark.looks
@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_the_parts_of_pages_fit_every_width_in_the_light_in_the_dark_and_on_paper(
    at_desk: Journey, width: int
) -> None:
    page = at_desk.page
    at_desk.enter("office")
    page.set_viewport_size({"width": width, "height": 800})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        at_desk.open("/components")
        assert_fits(page)
        assert_accessible(page)
    page.emulate_media(media="print")
    assert_fits(page)
    assert page.locator(".places, .side, .find").first.is_hidden()


def test_a_table_shows_twenty_five_rows_on_an_office_screen(at_desk: Journey) -> None:
    at_desk.enter("office")
    at_desk.open("/components")
    rows = at_desk.page.locator("table.listing tbody tr")
    seen = [box for row in rows.all() if (box := row.bounding_box())]
    assert sum(box["y"] + box["height"] <= 800 for box in seen) >= 25


def test_a_slash_leads_to_the_search_of_every_page(at_desk: Journey) -> None:
    at_desk.enter("office")
    at_desk.open("/activities")
    at_desk.page.keyboard.press("/")
    at_desk.page.keyboard.type("社区")
    at_desk.page.keyboard.press("Enter")
    expect(at_desk.page.get_by_role("heading", name="查找")).to_be_visible()
    expect(at_desk.page.get_by_role("link", name="社区健康日").first).to_be_visible()


@pytest.mark.looks
def test_an_archive_is_accessible_and_opens_by_a_tap(on_phone: Journey) -> None:
    on_phone.enter("office")
    on_phone.open("/people")
    page = on_phone.page
    page.locator("#text").fill("桂英 5678")
    page.get_by_role("button", name="查找").tap()
    page.get_by_role("link", name=re.compile("王")).first.tap()
    expect(page.get_by_role("heading", name="患者档案")).to_be_visible()
    assert "王桂英" not in page.content()
    assert_accessible(page)
    assert_fits(page)
    page.locator(".reveal button").first.tap()
    expect(page.get_by_text("王桂英")).to_be_visible()
    assert "王" not in page.title()


@pytest.mark.looks
@pytest.mark.parametrize("device", ["on_phone", "at_desk"])
def test_every_act_on_a_person_is_accessible_and_fits(
    request: pytest.FixtureRequest, device: str
) -> None:
    journey: Journey = request.getfixturevalue(device)
    journey.enter("office")
    page = journey.page
    for path in ("", *(f"/{act.path}" for act in ACTS if act.in_list)):
        journey.open(f"/people/{person_id('C1')}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_for_all(page)
    journey.assert_nothing_from_elsewhere()


def test_a_page_with_all_it_needs_stays_light(on_phone: Journey, weights: dict[str, int]) -> None:
    on_phone.enter("office")
    for path in PATHS:
        if path not in weights:
            on_phone.open(path)
            weights[path] = weight_of(on_phone.page)
        assert 0 < weights[path] <= LARGEST_PAGE_BYTES, path


def test_the_number_on_a_bar_is_the_length_of_the_list_behind_it(at_desk: Journey) -> None:
    at_desk.enter("office")
    page = at_desk.page
    for step in range(1, 6):
        at_desk.open("/")
        link = page.locator(f"table a[href^='/season/{step}?']")
        number = int(link.inner_text().replace(",", ""))
        link.click()
        page.wait_for_load_state()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_contain_text(f"{number:,}")
        listed = page.locator("table.listing tbody tr").count()
        assert listed == min(number, 50)


def test_the_picture_is_taken_as_png_with_its_bars_on_white(at_desk: Journey) -> None:
    at_desk.enter("office")
    at_desk.open("/?days=90")
    with at_desk.page.expect_download() as taken:
        at_desk.page.get_by_role("link", name="下载图（PNG）").click()
    assert taken.value.suggested_filename == "season-90d.png"
    with Image.open(taken.value.path()) as picture:
        counted = picture.convert("RGB").getcolors(picture.width * picture.height) or []
    ink = {colour: pixels for pixels, colour in counted}
    assert picture.format == "PNG"
    assert ink[_BAR] > 1_000
    assert max(ink, key=lambda colour: ink[colour]) == _WHITE
    at_desk.assert_nothing_from_elsewhere()


@pytest.mark.parametrize(
    ("button", "heading"), [("繁體", "活動"), ("English", "Activities"), ("简体", "活动")]
)
def test_a_language_is_chosen_and_remembered(at_desk: Journey, button: str, heading: str) -> None:
    at_desk.enter("office")
    at_desk.open("/me")
    at_desk.page.get_by_role("button", name=button).click()
    at_desk.open("/activities")
    expect(at_desk.page.get_by_role("heading", level=1)).to_contain_text(heading)
