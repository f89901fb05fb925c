"""Field staff in a hall with a bad network: nothing typed is lost, and nothing is sent unasked."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Dialog, expect

from campaigns.ids import person_id
from crm.clock import now_us
from crm.invitations.register import invite
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import writing
from tests.examples import an_event
from tests.functional.journeys import Journey
from tests.functional.phones import (
    FORM,
    events_of,
    expect_unsent,
    forget_pages,
    no_network,
    silent_network,
    stand_ready,
    write_card,
    written_cards,
)
from tests.integration.web.sites import activity_today, card

pytestmark = pytest.mark.browser

UNUSUAL_PHONE = "12345"


def new_card_without_network(journey: Journey, name: str) -> None:
    """The form comes from the phone, and what is written stays there."""
    journey.page.get_by_role("link", name="写新卡").tap()
    write_card(journey.page, name)


def test_without_network_cards_are_kept_on_the_phone_and_sent_once_when_it_is_back(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    before = written_cards(on_phone.running)
    with no_network(on_phone):
        new_card_without_network(on_phone, "查无网")
        expect(page.get_by_role("heading", name="已保存在手机上")).to_be_visible()
        expect_unsent(page, 1)
        page.get_by_role("link", name="登记下一位").tap()
        expect_unsent(page, 1)
        write_card(page, "区无网")
        expect_unsent(page, 2)
        assert written_cards(on_phone.running) == before
    expect_unsent(page, 0)
    assert len(written_cards(on_phone.running) - before) == 2
    on_phone.open("/unsent")
    expect(page.locator("[data-sent-list] > li")).to_have_count(2)
    # No clock without its word: here it is when the phone sent it.
    expect(page.locator("[data-sent-list] > li .facts").first).to_contain_text("发出")


def test_what_was_kept_says_that_it_has_gone_once_the_network_is_back(on_phone: Journey) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    kept, gone = page.locator("[data-unsent-kept]"), page.locator("[data-unsent-gone]")
    with no_network(on_phone):
        new_card_without_network(on_phone, "常又通")
        expect(kept).to_be_visible()
        expect(gone).to_be_hidden()
    expect(gone).to_be_visible()
    expect(kept).to_be_hidden()


def test_what_is_kept_on_the_phone_is_not_readable_there(on_phone: Journey) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    name = f"Secret{uuid4().hex}"
    with no_network(on_phone):
        new_card_without_network(on_phone, name)
        expect_unsent(page, 1)
        kept: Any = page.evaluate(
            """() => new Promise((done) => {
              const open = indexedDB.open("jinxi", 2);
              open.onsuccess = () => {
                const all = open.result.transaction("forms").objectStore("forms").getAll();
                all.onsuccess = () => done(all.result.map((form) =>
                  new TextDecoder().decode(form.sealed) + JSON.stringify(form)));
              };
            })"""
        )
    assert len(kept) == 1
    assert name not in kept[0]


READ_ALL = """async () => {
  const database = await new Promise((done) => {
    const open = indexedDB.open("jinxi", 2);
    open.onsuccess = () => done(open.result);
  });
  const all = (name) => new Promise((done) => {
    const found = database.transaction(name).objectStore(name).getAll();
    found.onsuccess = () => done(found.result);
  });
  const keys = (await all("keys")).map((record) => record.key ?? record);
  let opened = 0;
  for (const form of await all("forms")) {
    const open = await crypto.subtle.importKey(
      "raw", form.open, { name: "ECDH", namedCurve: "P-256" }, false, []);
    for (const key of keys) {
      try {
        const shared = await crypto.subtle.deriveKey(
          { name: "ECDH", public: open }, key,
          { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
        await crypto.subtle.decrypt({ name: "AES-GCM", iv: form.nonce }, shared, form.sealed);
        opened += 1;
      } catch { continue; }
    }
  }
  const pages = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      pages.push(await (await caches.match(request)).text());
  const withKey = pages.filter((page) => page.includes("queue-private")).length;
  return { opened, keys: keys.length, withKey };
}"""


def test_whoever_has_the_phone_next_reads_nothing_and_the_owner_sends_it(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page, running = on_phone.page, on_phone.running
    before = written_cards(running)
    with no_network(on_phone):
        new_card_without_network(on_phone, "查交接")
        expect_unsent(page, 1)
        assert page.evaluate(READ_ALL) == {"opened": 1, "keys": 1, "withKey": 0}
        page.context.clear_cookies()
    on_phone.open("/sign-in")
    page.locator("body[data-queue-ready]").wait_for()
    expect_unsent(page, 1)
    assert page.evaluate(READ_ALL) == {"opened": 0, "keys": 0, "withKey": 0}
    running.user("next-person", "staff")
    on_phone.sign_in("next-person")
    page.locator("body[data-queue-ready]").wait_for()
    assert page.evaluate(READ_ALL)["opened"] == 0
    assert written_cards(running) == before
    page.context.clear_cookies()
    on_phone.sign_in()
    expect_unsent(page, 0)
    assert len(written_cards(running) - before) == 1


def test_what_was_typed_stays_on_the_phone_when_the_answer_is_no_receipt_and_no_form(
    on_phone: Journey,
) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    # Meanwhile the same person signs in anew elsewhere in the browser: the open page is stale.
    page.context.clear_cookies()
    elsewhere = Journey(page.context.new_page(), on_phone.running)
    elsewhere.sign_in()
    write_card(page, "曾未收")
    expect(page.get_by_role("heading", name="这一页放得太久了")).to_be_visible()
    expect_unsent(page, 1)
    elsewhere.open("/unsent")
    expect_unsent(elsewhere.page, 0)


def test_signing_out_asks_first_when_something_is_unsent(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    write_card(page, "")
    expect_unsent(page, 1)
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    on_phone.open("/me")
    page.locator("body[data-wired]").wait_for()
    with page.expect_event("dialog"):
        page.get_by_role("button", name="退出登录").tap()
    expect(page.get_by_role("heading", name="我的")).to_be_visible()
    assert len(asked) == 1
    assert "1 条未发送" in asked[0]
    assert page.url.endswith("/me")


def test_the_form_opens_from_the_phone_when_there_is_no_network(on_phone: Journey) -> None:
    stand_ready(on_phone)
    with no_network(on_phone):
        on_phone.open("/log")
        expect(on_phone.page.get_by_role("heading", name="社区健康日")).to_be_visible()
        on_phone.open("/log?choose=true")
        expect(on_phone.page.get_by_text("换活动要有网络")).to_be_visible()
        on_phone.open("/people")
        expect(on_phone.page.get_by_role("heading", name="现在没有网络")).to_be_visible()


def test_an_activity_says_that_it_is_on_the_phone_as_long_as_the_phone_holds_it(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    said = page.get_by_text("这一场已带在手机上")
    expect(said).to_be_visible()
    forget_pages(page)
    page.evaluate("navigator.serviceWorker.dispatchEvent(new MessageEvent('message'))")
    expect(said).to_be_hidden()
    on_phone.open(FORM)
    expect(said).to_be_visible()


def test_the_form_opens_and_keeps_what_is_typed_when_the_network_never_answers(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    with silent_network(on_phone):
        new_card_without_network(on_phone, "郝安静")
        expect(page.get_by_role("heading", name="已保存在手机上")).to_be_visible()
        page.get_by_role("link", name="登记下一位").tap()
        write_card(page, "郝耐心")
        expect_unsent(page, 2)


def test_a_page_that_says_there_is_no_network_is_the_page_asked_for_once_there_is(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    with no_network(on_phone):
        on_phone.open("/people")
        expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    expect(page.get_by_role("heading", name="名单")).to_be_visible()
    assert page.url.endswith("/people")


def test_a_network_that_is_said_to_be_there_and_carries_nothing_yet_is_tried_again(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    page.clock.install()
    with on_phone.running.listener.away():
        page.context.set_offline(True)
        on_phone.open("/people")
        expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
        with page.expect_event("requestfailed", lambda asked: asked.url.endswith("/health")):
            page.context.set_offline(False)
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    page.clock.run_for(21_000)
    expect(page.get_by_role("heading", name="名单")).to_be_visible()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbad",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<h1>",
    ],
    ids=["an error", "broken off"],
)
def test_the_form_opens_from_the_phone_when_the_answer_is(on_phone: Journey, answer: bytes) -> None:
    stand_ready(on_phone)
    with on_phone.running.listener.away(answer):
        on_phone.open(f"{FORM}/new")
        expect(on_phone.page.get_by_label("姓名")).to_be_visible()


def test_a_phone_that_has_lost_every_page_still_says_that_there_is_no_network(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    with no_network(on_phone):
        forget_pages(on_phone.page)
        on_phone.open("/log")
        expect(on_phone.page.get_by_role("heading")).to_contain_text("现在没有网络")
        on_phone.page.get_by_role("link").tap()
        expect(on_phone.page.get_by_role("heading")).to_contain_text("No network")


def test_searching_without_network_says_so_and_points_to_the_new_card(on_phone: Journey) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    page.locator("#text").fill("王桂英")
    expect(page.get_by_text("王*英").first).to_be_visible()
    with no_network(on_phone):
        page.locator("#text").fill("没见过的人")
        expect(page.get_by_role("status")).to_contain_text("就写新卡")
        expect(page.get_by_text("王*英")).to_have_count(0)


def test_who_is_likely_to_come_is_found_and_signed_in_without_network_by_whoever_is_signed_in(
    on_phone: Journey,
) -> None:
    running, card_id = on_phone.running, "C-expected"
    running.accept(
        card(card_id, "仉素琴", "13711119876"),
        activity_today("A-before"),
        an_event("activity.attended", {"card_id": card_id, "activity_id": "A-before"}, id="came"),
    )
    stand_ready(on_phone)
    page = on_phone.page
    page.locator("body[data-expected-ready]").wait_for()
    assert "仉素琴" not in page.content()
    with no_network(on_phone):
        for text in ("素琴", "zhangsu", "zsq", "9876"):
            page.locator("#text").fill("")
            page.locator("#text").fill(text)
            expect(page.locator("#found").get_by_text("仉*琴")).to_be_visible()
        page.locator("#found").get_by_role("button", name="签到").tap()
        expect_unsent(page, 1)
    expect_unsent(page, 0)
    assert events_of(running, card_id).count("activity.attended") == 2
    page.context.clear_cookies()
    running.user("next-hand", "staff")
    on_phone.sign_in("next-hand")
    on_phone.open("/me")
    stored = page.evaluate(
        """() => new Promise((done) => {
          const open = indexedDB.open("jinxi", 2);
          open.onsuccess = () => {
            const all = open.result.transaction("drafts").objectStore("drafts").getAll();
            all.onsuccess = () => done(all.result.map((kept) => Object.keys(kept).sort().join()));
          };
        })"""
    )
    assert set(stored) == {"at,nonce,open,sealed"}


def test_without_network_people_are_told_apart_as_with_it_and_that_there_are_more_is_said(
    on_phone: Journey,
) -> None:
    running = on_phone.running
    names = {f"C-many-{n}": f"呼延{chr(0x4E00 + n)}" for n in range(11)}
    cards = [card(each, name, f"1371111{n:04}") for n, (each, name) in enumerate(names.items())]
    came = [
        an_event("activity.attended", {"card_id": each, "activity_id": "A-many"}, id=f"came-{each}")
        for each in names
    ]
    running.accept(*cards, activity_today("A-many"), *came)
    running.work()
    stand_ready(on_phone)
    page = on_phone.page
    page.locator("body[data-expected-ready]").wait_for()
    rows = page.locator("#found li")
    page.locator("#text").fill("呼延")
    expect(rows.first).to_contain_text("女 1950 年生 尾号")
    with no_network(on_phone):
        page.locator("#text").fill("")
        page.locator("#text").fill("呼延")
        expect(page.locator("[data-search-failed]")).to_be_visible()
        expect(rows).to_have_count(8)
        expect(rows.first).to_contain_text("女 1950 年生 尾号")
        expect(page.locator("#found")).to_contain_text("还有 3 人也像")
        rows.first.get_by_role("button").tap()
        expect_unsent(page, 1)
        # Whoever was signed in is known by name in the list of what waits.
        page.goto(f"{running.address}/unsent")
        row = page.locator("[data-unsent-list] li")
        expect(row).to_contain_text(re.compile(r"呼\*. · \d+月\d+日 周. \d\d:\d\d 写的"))
    expect_unsent(page, 0)
    on_phone.open("/unsent")
    page.locator("[data-sent-list] a").first.tap()
    expect(page.get_by_role("heading", name="撤销")).to_be_visible()


def test_who_is_invited_is_offered_before_anything_is_typed_without_network_too(
    on_phone: Journey,
) -> None:
    running, card_id = on_phone.running, "C-invited"
    running.accept(card(card_id, "阚来坐", "13711119877"))
    with writing(running.site.engine) as connection:
        people = [person_id(card_id)]
        invite(HEADQUARTERS_SCOPE, connection, "A-today", people, actor="u-1", now_us=now_us())
    stand_ready(on_phone)
    found = on_phone.page.locator("#found")
    expect(found.get_by_text("阚*坐")).to_be_visible()
    with no_network(on_phone):
        on_phone.page.reload()
        row = found.locator("li").filter(has_text="阚*坐")
        expect(row.get_by_text("请过")).to_be_visible()
        row.get_by_role("button", name="签到").tap()
        expect_unsent(on_phone.page, 1)
    expect_unsent(on_phone.page, 0)
    assert events_of(running, card_id).count("activity.attended") == 1


def test_who_comes_for_the_next_person_without_network_finds_an_empty_search(
    on_phone: Journey,
) -> None:
    running, card_id = on_phone.running, "C-before-it-went"
    running.accept(card(card_id, "阚先来", "13711119866"))
    with writing(running.site.engine) as connection:
        people = [person_id(card_id)]
        invite(HEADQUARTERS_SCOPE, connection, "A-today", people, actor="u-1", now_us=now_us())
    stand_ready(on_phone)
    page = on_phone.page
    page.locator("body[data-expected-ready]").wait_for()
    with no_network(on_phone):
        page.locator("#text").fill("9866")
        # Who is found below it is not denied above.
        expect(page.locator("[data-search-failed]")).to_contain_text("手机上备下的人")
        row = page.locator("#found li").filter(has_text="阚*来")
        row.get_by_role("button", name="签到").tap()
        expect(page.get_by_role("heading", name="已保存在手机上")).to_be_visible()
        # Where the search stands in this visit of the page.
        page.reload()
        expect(page.locator("body[data-wired] #text")).to_have_value("")
    expect_unsent(page, 0)


def test_what_is_refused_later_stays_on_the_phone_with_its_reason_until_it_is_mended(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    with no_network(on_phone):
        new_card_without_network(on_phone, "")
        expect_unsent(page, 1)
    on_phone.open("/unsent")
    expect(page.locator("[data-unsent-list]")).to_contain_text("缺少“姓名”")
    page.get_by_role("button", name="打开修改").tap()
    write_card(page, "后来补")
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    expect_unsent(page, 0)


def test_what_is_opened_to_be_mended_stays_on_the_phone_until_it_is_mended_or_discarded(
    on_phone: Journey,
) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    write_card(page, "", "13700007777")
    expect(page.get_by_role("alert")).to_contain_text("姓名")
    expect_unsent(page, 1)
    on_phone.open("/unsent")
    page.get_by_role("button", name="打开修改").tap()
    expect(page.get_by_label("手机")).to_have_value("13700007777")
    on_phone.open("/unsent")
    expect(page.locator("[data-unsent-list]")).to_contain_text("缺少“姓名”")
    page.get_by_role("button", name="打开修改").tap()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="不要了").tap()
    expect(page.get_by_role("heading", name="社区健康日")).to_be_visible()
    expect_unsent(page, 0)


def test_a_mended_form_with_a_new_number_takes_the_place_of_the_one_it_mends(
    on_phone: Journey,
) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    page.locator("body[data-wired] [name=name]").wait_for()
    page.locator("[name=form_id]").evaluate("field => { field.value = 'no-number'; }")
    write_card(page, "乐新号")
    expect(page.get_by_role("alert")).to_be_visible()
    expect_unsent(page, 1)
    with no_network(on_phone):
        page.get_by_role("button", name="提交").tap()
        expect_unsent(page, 1)
        expect(page.get_by_role("button", name="提交")).to_have_count(0)
    expect_unsent(page, 0)


def test_what_the_person_is_being_asked_about_is_not_sent_until_the_person_has_decided(
    on_phone: Journey,
) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    page.clock.install()
    page.reload()
    before = written_cards(on_phone.running)
    with silent_network(on_phone):
        with page.expect_request("**/submit"):
            write_card(page, "盖慎重", UNUSUAL_PHONE, is_looked_at=False)
        # The answer is still on its way: who sends by itself has to leave this one alone.
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("alert")).to_contain_text("不像大陆的手机号")
    # So does the timer, while the person reads the question and after the page was left.
    page.clock.run_for(60_000)
    page.reload()
    expect_unsent(page, 1)
    page.clock.run_for(60_000)
    page.evaluate("dispatchEvent(new Event('online'))")
    on_phone.open("/unsent")
    expect(page.locator("[data-unsent-list]")).to_contain_text("不像大陆的手机号")
    assert written_cards(on_phone.running) == before
    page.get_by_role("button", name="打开修改").tap()
    expect(page.get_by_role("alert")).to_contain_text("不像大陆的手机号")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    expect_unsent(page, 0)
    (subject,) = written_cards(on_phone.running) - before
    assert "card.registered" in events_of(on_phone.running, subject.removeprefix("card/"))


def test_what_is_unsent_is_in_sight_before_anybody_signs_in(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    write_card(page, "")
    expect_unsent(page, 1)
    page.context.clear_cookies()
    on_phone.open("/sign-in")
    expect_unsent(page, 1)
