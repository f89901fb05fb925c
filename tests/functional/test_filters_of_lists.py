"""Filters above lists: folded away on a phone, so that the list begins on its first screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.functional.journeys import Journey

pytestmark = [pytest.mark.browser, pytest.mark.looks]


def _top_of(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["y"]


def test_the_filters_of_the_audit_are_folded_on_a_phone_and_say_what_they_are_set_to(
    on_phone: Journey,
) -> None:
    on_phone.enter("audit")
    on_phone.open("/audit")
    page = on_phone.page
    fold = page.locator("details.fold > summary")
    expect(fold).to_have_text("筛选")
    expect(page.get_by_label("从哪天")).to_be_hidden()
    assert _top_of(page, ".bar .files") < 400
    fold.tap()
    page.get_by_label("全部").select_option("looked")
    page.get_by_label("从哪天").fill("2026-03-01")
    page.get_by_role("button", name="查找").tap()
    expect(fold).to_have_text("筛选：看了、从哪天 2026年3月1日")
    expect(page.get_by_label("从哪天")).to_be_hidden()


def test_what_searches_a_list_stays_in_sight_when_its_filters_are_folded(on_phone: Journey) -> None:
    on_phone.enter("audit")
    on_phone.open("/activities")
    page = on_phone.page
    expect(page.get_by_label("全部种类")).to_be_hidden()
    page.locator("#text").fill("义诊")
    page.get_by_role("button", name="查找").tap()
    expect(page.locator(".listing tbody a").first).to_contain_text("义诊")
    page.locator("details.fold > summary").tap()
    page.get_by_label("全部种类").select_option("free_clinic")
    page.get_by_role("button", name="查找").tap()
    expect(page.locator("details.fold > summary")).to_have_text("筛选：大型义诊")


@pytest.mark.parametrize("width", [360, 390, 700, 900])
def test_which_columns_a_list_has_is_chosen_within_the_screen(
    on_phone: Journey, width: int
) -> None:
    on_phone.enter("audit")
    page = on_phone.page
    page.set_viewport_size({"width": width, "height": 844})
    for path in ("/activities", "/audit", "/rewards"):
        on_phone.open(path)
        page.locator("details.cols > summary").tap()
        box = page.locator(".cols-list").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (path, box)


def test_few_filters_of_calls_leave_the_first_of_them_on_the_first_screen_of_a_phone(
    on_phone: Journey,
) -> None:
    on_phone.enter()
    on_phone.open("/follow-ups?whose=all")
    page = on_phone.page
    assert _top_of(page, ".listing tbody tr") < 480
    page.locator("#by-sku").select_option("JX-B4")
    page.get_by_role("button", name="查找").tap()
    expect(page.locator("#by-sku")).to_have_value("JX-B4")
    assert "sku=JX-B4" in page.url


def test_the_member_of_a_referral_is_typed_without_any_script_failing(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today/new")
    page = on_phone.page
    page.locator("body[data-wired] summary").filter(has_text="转介绍").tap()
    page.get_by_label("介绍人的会员编号").fill("M1")
    page.get_by_label("姓名").fill("王一行")
    on_phone.assert_nothing_from_elsewhere()


def test_at_a_desk_all_filters_of_a_list_are_in_sight(at_desk: Journey) -> None:
    at_desk.enter("audit")
    at_desk.open("/audit")
    expect(at_desk.page.get_by_label("从哪天")).to_be_visible()
    expect(at_desk.page.locator("details.fold")).to_be_hidden()
