"""What a hand meets: going back, buttons of one line, a chooser whose names stand still."""

import pytest
from playwright.sync_api import Route, expect

from campaigns.wording.languages import LANGUAGES, Language
from crm.web.guards.visit import LANGUAGE_COOKIE
from tests.functional.journeys import Journey
from tests.functional.looking import assert_fits
from tests.integration.web.sites import card

pytestmark = pytest.mark.browser

DESKS = ("/follow-ups", "/rewards", "/rewards?state=held")
"""Lists that are worked off."""


def test_who_goes_back_to_the_search_finds_what_was_searched_for(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today")
    page = on_phone.page
    page.locator("body[data-wired] #text").fill("王桂英")
    link = page.get_by_role("link", name="王*英").first
    link.tap()
    page.get_by_role("button", name="提交").wait_for()
    page.go_back()
    expect(page.locator("#text")).to_have_value("王桂英")
    expect(page.get_by_role("link", name="王*英").first).to_be_visible()
    assert "王" not in page.url
    on_phone.open("/me")
    on_phone.open("/log/A-today")
    page.locator("body[data-wired]").wait_for()
    assert page.locator("#text").input_value() == ""


def test_what_comes_next_stands_on_one_line_at_360_pixels(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today/new")
    page = on_phone.page
    page.locator("body[data-wired] [name=name]").fill("王一行")
    page.get_by_label("手机").fill("13700000777")
    page.get_by_role("button", name="提交").tap()
    following = page.get_by_role("link", name="登记下一位")
    lines = following.evaluate("""link => {
      const range = document.createRange();
      range.selectNodeContents(link);
      return range.getClientRects().length;
    }""")
    assert lines == 1


def test_the_chooser_of_columns_has_small_ticks_and_its_names_stand_still(
    at_desk: Journey,
) -> None:
    at_desk.enter("office")
    at_desk.open("/people")
    page = at_desk.page
    page.locator("details.cols summary").click()
    row = page.locator(".cols-list .tick").nth(2)
    tick, name = row.locator("input"), row.locator("span")
    before, size = name.bounding_box(), tick.bounding_box()
    assert size and max(size["width"], size["height"]) <= 30
    tick.click()
    assert name.bounding_box() == before


def test_an_answer_to_a_search_that_comes_after_the_page_changed_changes_nothing(
    on_phone: Journey,
) -> None:
    on_phone.running.accept(card("C-late", "仲晚到", "13711118899"))
    on_phone.enter()
    on_phone.open("/log/A-today")
    page, held = on_phone.page, list[Route]()

    # Playwright cannot take a builtin method as a listener.
    def hold(route: Route) -> None:
        held.append(route)

    page.locator("#text").fill("仲晚到")
    button = page.locator("#found").get_by_role("button", name="签到")
    expect(button).to_be_visible()
    page.route("**/log/A-today/find", hold)
    with page.expect_request("**/log/A-today/find"):
        page.locator("#text").press_sequentially(" ")
    button.tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    with page.expect_response("**/log/A-today/find"):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    on_phone.assert_nothing_from_elsewhere()


def test_who_comes_for_the_next_person_finds_an_empty_search(on_phone: Journey) -> None:
    on_phone.running.accept(card("C-before", "皇甫先", "13711117755"))
    on_phone.enter()
    on_phone.open("/log/A-today")
    page = on_phone.page
    page.locator("body[data-wired] #text").press_sequentially("7755")
    page.locator("#found").get_by_role("button", name="签到").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    page.get_by_role("link", name="登记下一位").tap()
    page.locator("body[data-wired] #text").press_sequentially("1334")
    expect(page.locator("#text")).to_have_value("1334")


def test_a_page_that_looks_again_by_itself_never_eats_what_was_typed(at_desk: Journey) -> None:
    at_desk.enter("office")
    page = at_desk.page
    # As a page that was answered before its events were recorded.
    page.add_init_script("""document.addEventListener("readystatechange", () => {
      const waits = document.createElement("p");
      waits.className = "said";
      waits.dataset.pending = "";
      if (document.readyState === "interactive") document.body.append(waits);
    });""")
    page.clock.install()
    at_desk.open("/rights")
    page.locator("body[data-wired] main #text").fill("请删掉我的电话")
    page.locator("h1").click()
    page.evaluate("() => { window.isTheSame = true; }")
    page.clock.run_for(10_000)
    assert page.evaluate("() => window.isTheSame")
    expect(page.locator("main #text")).to_have_value("请删掉我的电话")
    at_desk.open("/rights")
    page.locator("body[data-wired]").wait_for()
    with page.expect_request("**/rights"):
        page.clock.run_for(10_000)


def test_what_takes_back_stands_in_sight_above_the_bar_however_much_was_said(
    on_phone: Journey,
) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today/new")
    page = on_phone.page
    page.locator("body[data-wired] [name=name]").fill("王多项")
    page.locator("summary", has_text="同意").first.tap()
    for name in ("archive", "health", "marketing", "club"):
        page.locator(f"[name=consent_{name}]").check()
    page.get_by_label("怎样同意").select_option("voice")
    page.get_by_role("button", name="提交").tap()
    page.get_by_role("link", name="撤销").tap()
    button = page.get_by_role("button", name="撤销选中的")
    button.wait_for()
    box, bar = button.bounding_box(), page.locator("nav.places").bounding_box()
    assert box and bar
    assert page.evaluate("scrollY") == 0
    assert box["y"] > 0 and box["y"] + box["height"] <= bar["y"]


def test_a_whole_form_is_taken_back_by_one_tick(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today/new")
    page = on_phone.page
    page.locator("body[data-wired] [name=name]").fill("王全撤")
    page.locator("summary", has_text="同意").first.tap()
    page.locator("[name=consent_archive]").check()
    page.get_by_label("怎样同意").select_option("voice")
    page.get_by_role("button", name="提交").tap()
    page.get_by_role("link", name="撤销").tap()
    lines = page.locator("[name=line]")
    lines.first.wait_for()
    assert lines.count() == 3
    page.get_by_label("全选：整张都撤销").check()
    assert page.locator("[name=line]:checked").count() == 3
    page.get_by_label("写错了").check()
    page.get_by_role("button", name="撤销选中的").tap()
    page.wait_for_url("**said=**")
    assert page.locator("[name=line]").count() == 0


def test_of_two_taps_at_once_one_is_sent_though_the_answer_is_a_file_and_the_page_stays(
    at_desk: Journey,
) -> None:
    at_desk.enter("office")
    at_desk.open("/letters/batch")
    page = at_desk.page
    page.locator("body[data-wired]").wait_for()
    tap = """() => {
      const tapped = new SubmitEvent("submit", { bubbles: true, cancelable: true });
      return document.querySelector("main form[method=post]").dispatchEvent(tapped);
    }"""
    assert [page.evaluate(tap) for _ in range(2)] == [True, False]
    page.wait_for_timeout(1_600)
    assert page.evaluate(tap), "who wants it once more gets it"


def test_a_link_that_is_shown_once_is_chosen_whole_and_copied_with_one_tap(
    at_desk: Journey,
) -> None:
    at_desk.enter("office")
    page = at_desk.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    at_desk.open("/accounts")
    page.locator("input[name=role_staff]").check()
    page.get_by_role("button", name="做一个邀请链接").click()
    link = page.locator("body[data-wired] input[readonly]")
    address = link.input_value()
    assert "/join/" in address
    chosen = link.evaluate("place => place.value.slice(place.selectionStart, place.selectionEnd)")
    assert chosen == address
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="✓ 已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address


def test_a_breakdown_by_activities_shows_its_numbers_on_a_phone(on_phone: Journey) -> None:
    on_phone.enter("office")
    on_phone.open("/funnels?step=activity.attended&step=trial.started&days=182&by=activity_id")
    number = on_phone.page.locator("table.figures").last.locator("tbody td").first
    box = number.bounding_box()
    assert box and box["x"] + box["width"] < 300


@pytest.mark.parametrize("device", ["on_phone", "at_desk"])
def test_a_line_that_leads_on_has_its_sign_at_its_end_and_its_words_together(
    request: pytest.FixtureRequest, device: str
) -> None:
    journey: Journey = request.getfixturevalue(device)
    journey.enter("office")
    for path in ("/me", "/more"):
        journey.open(path)
        laid_out = journey.page.locator(".rows.lead > li > a").evaluate_all(
            "links => links.map((link) => [getComputedStyle(link).display, link.children.length])"
        )
        assert laid_out and {display for display, _ in laid_out} == {"flex"}, path
        assert max(parts for _, parts in laid_out) <= 1, path


def test_a_button_in_a_list_is_as_wide_as_its_word(at_desk: Journey) -> None:
    at_desk.enter("office")
    at_desk.open("/dealers/D01")
    button = at_desk.page.locator(".rows a.button").first
    shape = button.evaluate("each => [getComputedStyle(each).display, each.offsetWidth]")
    assert shape[0] == "inline-flex" and shape[1] < 200


def test_a_button_beside_a_choice_is_as_high_as_the_choice(at_desk: Journey) -> None:
    at_desk.enter("office")
    at_desk.open("/follow-ups")
    choice = at_desk.page.locator("#owner").bounding_box()
    button = at_desk.page.get_by_role("button", name="交给").bounding_box()
    assert choice and button
    assert abs(choice["y"] - button["y"]) < 3 and abs(choice["height"] - button["height"]) < 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_of_desks_fit_an_office_screen_in_every_language(
    at_desk: Journey, language: Language
) -> None:
    at_desk.enter("office")
    cookie = {"name": LANGUAGE_COOKIE, "value": language, "url": at_desk.running.address}
    at_desk.page.context.add_cookies([cookie])  # type: ignore[list-item]
    for path in (*DESKS, "/rewards?state=alarms", "/rights", "/accounts"):
        at_desk.open(path)
        assert_fits(at_desk.page)


def test_what_sorts_a_list_on_a_phone_says_that_it_sorts(on_phone: Journey) -> None:
    on_phone.enter("office")
    on_phone.open("/people")
    said = "each => getComputedStyle(each, '::before').content"
    assert on_phone.page.locator(".listing thead").evaluate(said) == '"排序"'


def test_names_in_cards_of_a_phone_begin_at_one_edge(on_phone: Journey) -> None:
    on_phone.enter("office")
    for path in ("/people", "/members", "/events"):
        on_phone.open(path)
        edges = on_phone.page.locator(".listing tbody tr").evaluate_all(
            """rows => rows.map((row) => {
              const range = document.createRange();
              range.selectNodeContents(row.querySelector("td a"));
              return Math.round(range.getBoundingClientRect().left);
            })"""
        )
        assert len(set(edges)) == 1, (path, sorted(set(edges)))


def test_a_word_that_is_empty_where_it_stands_in_a_list_keeps_its_distance(
    at_desk: Journey,
) -> None:
    at_desk.enter("office")
    at_desk.open("/disputes")
    padding = at_desk.page.locator(".empty").evaluate("each => getComputedStyle(each).padding")
    assert padding == "18px"


def test_lists_of_desks_are_tables_with_rows_as_low_as_all_others(at_desk: Journey) -> None:
    at_desk.enter("office")
    for path in DESKS:
        at_desk.open(path)
        heights = at_desk.page.locator("table.listing tbody tr").evaluate_all(
            "rows => rows.map((row) => row.getBoundingClientRect().height)"
        )
        assert heights and max(heights) <= 36, (path, heights)
