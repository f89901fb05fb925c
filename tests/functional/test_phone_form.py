"""Field staff at an activity: people are signed in and cards written while the network holds."""

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.ids import person_id
from tests.examples import an_event
from tests.functional.journeys import Journey
from tests.functional.looking import assert_fits
from tests.functional.phones import events_of, written_cards
from tests.integration.web.sites import card, today

pytestmark = pytest.mark.browser


def count_taps(page: Page) -> None:
    page.add_init_script(
        "addEventListener('click', () => sessionStorage.taps = Number(sessionStorage.taps ?? 0)"
        " + 1, true)"
    )


def test_a_known_person_is_signed_in_with_three_taps(on_phone: Journey) -> None:
    name = "C-taps"
    on_phone.running.accept(card(name, "解淑珍", "13911112222"))
    on_phone.enter()
    on_phone.open("/log/A-today")
    count_taps(on_phone.page)
    on_phone.page.reload()
    on_phone.page.evaluate("sessionStorage.taps = 0")
    on_phone.page.locator("#text").press_sequentially("xsz")
    on_phone.page.get_by_role("link", name=re.compile("解\\*珍")).tap()
    on_phone.page.get_by_role("button", name="提交").tap()
    expect(on_phone.page.get_by_role("heading", name="已收下")).to_be_visible()
    assert int(on_phone.page.evaluate("sessionStorage.taps")) <= 3
    assert events_of(on_phone.running, name) == ["card.registered", "activity.attended"]


@pytest.mark.parametrize("text", ["王桂英", "桂英", "wangguiying", "wgy", "5678"])
def test_a_person_is_found_by_name_pinyin_initials_or_the_end_of_the_phone(
    on_phone: Journey, text: str
) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today")
    on_phone.page.locator("#text").fill(text)
    expect(on_phone.page.get_by_text("王*英").first).to_be_visible()
    assert text not in on_phone.page.url


@pytest.mark.parametrize(("text", "field"), [("赵没有", "姓名"), ("13700009876", "手机")])
def test_what_was_searched_in_vain_is_not_typed_again_on_the_new_card(
    on_phone: Journey, text: str, field: str
) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today")
    page = on_phone.page
    page.locator("body[data-wired] #text").fill(text)
    expect(page.get_by_text("没有找到")).to_be_visible()
    page.get_by_role("link", name="写新卡").tap()
    expect(page.get_by_label(field)).to_have_value(text)
    page.reload()
    expect(page.get_by_label(field)).to_have_value("")
    assert text not in page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def test_a_new_card_takes_six_fields_at_most_and_all_that_was_ticked(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today/new")
    page = on_phone.page
    typed = page.locator("fieldset.new input:not([type=radio])")
    assert typed.count() + 1 <= 6
    before = written_cards(on_phone.running)
    page.get_by_label("姓名").fill("曾秀英")
    page.get_by_label("手机").fill("13700003333")
    page.get_by_text("女", exact=True).tap()
    page.get_by_label("出生年份或日期").fill("1948-3-2")
    page.get_by_text("量血压", exact=True).tap()
    page.get_by_label("高压").fill("138")
    page.get_by_label("低压").fill("85")
    page.get_by_text("同意", exact=True).first.tap()
    page.get_by_text("建立档案", exact=True).tap()
    page.get_by_text("记录健康情况", exact=True).tap()
    page.get_by_label("怎样同意").select_option("paper")
    page.locator("summary", has_text="试用").tap()
    page.get_by_text("开始试用", exact=True).tap()
    page.locator("summary", has_text="购买").tap()
    page.get_by_text("买了产品", exact=True).tap()
    page.get_by_label("数量").fill("1")
    page.get_by_label("单价（元）").fill("693.50")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    (subject,) = written_cards(on_phone.running) - before
    assert events_of(on_phone.running, subject.removeprefix("card/")) == [
        "card.registered",
        "activity.attended",
        "clinic.consulted",
        "consent.given",
        "consent.given",
        "trial.started",
        "purchase.made",
    ]
    on_phone.running.work()
    on_phone.assert_nothing_from_elsewhere()


def test_the_same_form_sent_twice_is_recorded_once_and_calmly_said(on_phone: Journey) -> None:
    on_phone.running.accept(card("C-twice", "仇大爷", "13911113333"))
    on_phone.enter()
    on_phone.open("/log/A-today")
    page = on_phone.page
    page.locator("#text").fill("3333")
    page.get_by_role("link", name=re.compile("仇\\*爷")).tap()
    form = page.locator("form.log")
    sent = form.evaluate("form => Object.fromEntries(new FormData(form))")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    again = page.request.post(
        f"{on_phone.running.address}/log/A-today/submit", form={**sent, "x": ""}
    )
    assert "之前已记过" in again.text()
    assert "field" in again.text()
    assert events_of(on_phone.running, "C-twice") == ["card.registered", "activity.attended"]


def test_who_has_signed_in_is_shown_as_signed_in(on_phone: Journey) -> None:
    on_phone.running.accept(card("C-came", "朴顺姬", "13911117391"))
    on_phone.enter()
    on_phone.open("/log/A-today")
    page = on_phone.page
    page.locator("#text").fill("7391")
    page.get_by_role("button", name="签到 朴*姬").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    page.get_by_role("link", name="登记下一位").tap()
    page.locator("#text").fill("7391")
    expect(page.get_by_text(re.compile("已签到 [0-9]"))).to_have_count(1)
    expect(page.get_by_role("button", name=re.compile("签到"))).to_have_count(0)


def test_what_is_wrong_is_said_with_its_place_and_what_was_typed_stays(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today/new")
    page = on_phone.page
    page.get_by_label("手机").fill("13700004444")
    page.get_by_label("出生年份或日期").fill("1950-2-31")
    page.get_by_role("button", name="提交").tap()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("姓名")
    expect(alert).to_contain_text("日期")
    expect(page.get_by_label("手机")).to_have_value("13700004444")
    page.get_by_label("姓名").fill("单田芳")
    page.get_by_label("出生年份或日期").fill("1950")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()


def test_what_looks_odd_is_asked_once_and_then_taken(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today/new")
    page = on_phone.page
    page.get_by_label("姓名").fill("盖老师")
    page.get_by_label("手机").fill("12345")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("alert")).to_contain_text("不像大陆的手机号")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()


def test_at_a_free_clinic_nothing_can_be_tried_or_sold(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-clinic/new")
    expect(on_phone.page.get_by_text("义诊上不能试用和销售")).to_be_visible()
    assert on_phone.page.locator("[name=purchase], [name=trial]").count() == 0


def test_the_form_works_without_any_script(on_phone: Journey) -> None:
    browser = on_phone.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    plain = Journey(context.new_page(), on_phone.running)
    plain.enter()
    plain.open("/log/A-today")
    plain.page.locator("#text").fill("欧阳")
    plain.page.get_by_role("button", name="查找").click()
    plain.page.get_by_role("link", name=re.compile("欧")).first.click()
    plain.page.get_by_role("button", name="提交").click()
    expect(plain.page.get_by_role("heading", name=re.compile("已收下|已记过"))).to_be_visible()
    context.close()


_CUT = """() => [...document.querySelectorAll("main select")]
  .filter((each) => each.checkVisibility()).flatMap((each) => {
    const style = getComputedStyle(each), pen = document.createElement("canvas").getContext("2d");
    pen.font = `${style.fontSize} ${style.fontFamily}`;
    const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight), arrow = 20;
    const room = each.clientWidth - padding - arrow;
    return [...each.options].filter((option) => pen.measureText(option.text).width > room)
      .map((option) => `${each.name}: ${option.text}`);
  })"""


def test_what_is_chosen_is_read_whole_on_a_small_phone(on_phone: Journey) -> None:
    """The last letter of a model tells it from the other one."""
    name = "C-whole"
    bought = {"purchase_id": f"P-{name}", "card_id": name, "sku": "JX-B4", "quantity": 12}
    sold = {"unit_price_fen": 69_300, "channel": "activity", "dealer": "D1"}
    tried = {"trial_id": f"T-{name}", "card_id": name, "sku": "JX-B2"}
    when = {"time": f"{today()}T00:00:00+08:00", "timeprecision": "day"}
    on_phone.running.accept(
        card(name, "解读全", "13911118899"),
        an_event("purchase.made", bought | sold, id=f"p-{name}", **when),
        an_event("trial.started", tried, id=f"t-{name}", **when),
    )
    on_phone.running.work()
    on_phone.enter()
    on_phone.open(f"/log/A-today/person/{person_id(name)}")
    page = on_phone.page
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert page.locator("#return_of").count() and page.locator("#trial_of").count()
    assert page.evaluate(_CUT) == []
    assert_fits(page)
