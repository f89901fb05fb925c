"""What is typed survives: a page killed at any step, a session over, another hand on the phone."""

import contextlib
from collections.abc import Callable
from random import Random

import pytest
from playwright.sync_api import Page, expect

from tests.functional.journeys import Journey
from tests.functional.phones import (
    FORM,
    expect_unsent,
    no_network,
    stand_ready,
    write_card,
    written_cards,
)

pytestmark = pytest.mark.browser

NEW = f"{FORM}/new"
STEPS: tuple[tuple[str, Callable[[Page], None]], ...] = (
    ("name", lambda page: page.locator("#name").fill("王草稿")),
    ("phone", lambda page: page.locator("#phone").fill("13700001111")),
    ("born", lambda page: page.locator("#born").fill("1948")),
    ("sex", lambda page: page.get_by_text("女", exact=True).tap()),
    ("gift_item", lambda page: _fold(page, "赠送礼品", "#gift_item", "雨伞")),
    ("gift_value", lambda page: _fold(page, "赠送礼品", "#gift_value", "30")),
    ("systolic_mmhg", lambda page: _fold(page, "量血压", "#systolic_mmhg", "135")),
)


def _fold(page: Page, summary: str, field: str, text: str) -> None:
    if not page.locator(field).is_visible():
        page.locator("summary", has_text=summary).tap()
    page.locator(field).fill(text)


def ready(page: Page) -> None:
    page.locator("body[data-wired][data-queue-ready] [name=name]").wait_for()


def kept(page: Page) -> None:
    """Returns when what was typed is kept."""
    page.evaluate(
        """async () => {
          const form = document.querySelector("form.log");
          document.dispatchEvent(new Event("visibilitychange"));
          const asked = () => new Promise((done) => {
            const open = indexedDB.open("jinxi", 2);
            open.onsuccess = () => {
              const all = open.result.transaction("drafts").objectStore("drafts").getAll();
              all.onsuccess = () => { open.result.close(); done(all.result); };
            };
          });
          const since = Date.now();
          form.dispatchEvent(new Event("input"));
          for (const until = performance.now() + 5000; performance.now() < until;) {
            const drafts = await asked();
            if (drafts.some((draft) => draft.at >= since)) return;
            await new Promise((done) => setTimeout(done, 30));
          }
          throw new Error("no draft");
        }"""
    )


def test_a_form_killed_and_opened_again_at_every_step_loses_nothing_and_is_sent_once(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    steps = list(STEPS)
    Random(3).shuffle(steps)
    page, before = on_phone.page, written_cards(on_phone.running)
    on_phone.open(NEW)
    for name, act in steps:
        ready(page)
        act(page)
        kept(page)
        context = page.context
        page.close()
        on_phone = Journey(context.new_page(), on_phone.running)
        page = on_phone.page
        on_phone.open(NEW)
        expect(page.locator("[data-draft]")).to_be_visible()
        if name != "sex":
            assert page.locator(f"#{name}").input_value()
    assert page.locator("[name=sex]:checked").input_value() == "female"
    for _ in range(2):
        page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    assert len(written_cards(on_phone.running) - before) == 1
    on_phone.open(NEW)
    ready(page)
    expect(page.locator("[data-draft]")).to_have_count(0)
    expect(page.locator("#name")).to_have_value("")


def test_a_draft_outlives_the_session_and_is_shown_to_nobody_else(on_phone: Journey) -> None:
    on_phone.running.user("other-hand", "staff")
    stand_ready(on_phone)
    on_phone.open(NEW)
    page = on_phone.page
    ready(page)
    page.locator("#name").fill("王半途")
    kept(page)
    page.context.clear_cookies()
    on_phone.sign_in("other-hand")
    on_phone.open(NEW)
    ready(page)
    expect(page.locator("#name")).to_have_value("")
    page.context.clear_cookies()
    on_phone.sign_in()
    on_phone.open(NEW)
    expect(page.locator("#name")).to_have_value("王半途")
    page.get_by_role("button", name="不要了，重新填").tap()
    ready(page)
    expect(page.locator("#name")).to_have_value("")


def test_what_is_unsent_is_opened_and_mended_without_network_and_sent_once(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page, before = on_phone.page, written_cards(on_phone.running)
    with no_network(on_phone):
        on_phone.open(NEW)
        write_card(page, "王写错", "13700002222")
        expect_unsent(page, 1)
        on_phone.open("/unsent")
        page.get_by_role("button", name="打开修改").tap()
        expect(page.locator("#name")).to_have_value("王写错")
        page.locator("#name").fill("王写对")
        page.get_by_role("button", name="提交").tap()
        expect_unsent(page, 1)
    expect_unsent(page, 0)
    assert len(written_cards(on_phone.running) - before) == 1
    on_phone.running.work()
    on_phone.open(FORM)
    page.locator("#text").fill("2222")
    expect(page.get_by_text("王*对").first).to_be_visible()


@pytest.mark.parametrize("is_away", [False, True])
def test_the_next_of_a_household_shares_phone_and_address_without_typing(
    on_phone: Journey, is_away: bool
) -> None:
    stand_ready(on_phone)
    page, before = on_phone.page, written_cards(on_phone.running)
    on_phone.open(NEW)
    ready(page)
    with no_network(on_phone) if is_away else contextlib.nullcontext():
        page.locator("#address").fill("示例路1号")
        write_card(page, "王家一", "13700004444")
        page.get_by_role("link", name="再写一位家人").tap()
        ready(page)
        expect(page.locator("#phone")).to_have_value("13700004444")
        expect(page.locator("#address")).to_have_value("示例路1号")
        expect(page.locator("#name")).to_have_value("")
        write_card(page, "王家二", "13700004444")
        page.locator("[data-focus]").first.wait_for()
    expect_unsent(page, 0)
    assert len(written_cards(on_phone.running) - before) == 2
    assert page.evaluate("sessionStorage.getItem('family')") is None
