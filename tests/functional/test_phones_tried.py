"""What befalls a phone in the middle of a shift: nothing is lost, and nobody writes as another."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from crm.clock import now_us
from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.functional.journeys import Journey
from tests.functional.phones import (
    FORM,
    expect_sent_by_and_by,
    expect_unsent,
    forget_pages,
    no_network,
    stand_ready,
    write_card,
    written_cards,
)

pytestmark = pytest.mark.browser

NEW = f"{FORM}/new"


def hold_own_pages(page: Page) -> None:
    """Until what the phone keeps is this account's."""
    page.evaluate(
        """async (paths) => {
          const own = `data-actor="${document.body.dataset.actor}"`;
          for (const path of paths) {
            for (;;) {
              const kept = await caches.match(path);
              if (kept && (await kept.text()).includes(own)) break;
              await new Promise((done) => setTimeout(done, 50));
            }
          }
        }""",
        ["/kept", FORM, NEW],
    )


def written_without_network(journey: Journey, name: str) -> str:
    """The subject of a card that is written without network and sent when it is back."""
    before = written_cards(journey.running)
    with no_network(journey):
        journey.open(NEW)
        write_card(journey.page, name)
        expect_unsent(journey.page, 1)
    expect_unsent(journey.page, 0)
    (subject,) = written_cards(journey.running) - before
    return subject


def test_a_dealers_own_staff_writes_without_network_on_a_phone_that_somebody_else_had(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    page.context.clear_cookies()
    on_phone.sign_in("hall")
    on_phone.open(FORM)
    hold_own_pages(page)
    actor = page.evaluate("document.body.dataset.actor")
    assert page.evaluate("async () => !(await caches.match('/log/walk-in'))")
    subject = written_without_network(on_phone, "柴经销")
    with reading(on_phone.running.site.engine) as connection:
        query = select(JOURNAL.c.source, JOURNAL.c.role).where(JOURNAL.c.subject == subject)
        said = {(row.source, row.role) for row in connection.execute(query)}
    assert said == {(f"/phones/{actor}", "dealer/D1")}


def test_a_new_version_of_the_worker_in_the_middle_of_a_shift_loses_nothing(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    on_phone.open(NEW)
    page = on_phone.page
    page.locator("body[data-wired] [name=name]").wait_for()
    page.get_by_label("姓名").fill("柴更新")
    page.evaluate(
        """async () => {
          await navigator.serviceWorker.register("/service-worker.js?new");
          while (!navigator.serviceWorker.controller?.scriptURL.endsWith("?new")) {
            await new Promise((done) => setTimeout(done, 50));
          }
        }"""
    )
    before = written_cards(on_phone.running)
    with no_network(on_phone):
        expect(page.get_by_label("姓名")).to_have_value("柴更新")
        page.get_by_role("button", name="提交").tap()
        expect_unsent(page, 1)
        on_phone.open(NEW)
        expect(page.get_by_label("姓名")).to_have_value("")
    expect_unsent(page, 0)
    assert len(written_cards(on_phone.running) - before) == 1


def test_a_phone_that_has_no_room_sends_the_form_as_a_page_and_asks_to_keep_what_it_has(
    on_phone: Journey,
) -> None:
    page = on_phone.page
    page.add_init_script(
        """
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...given) {
          if (this.name === "forms") throw new DOMException("full", "QuotaExceededError");
          return put.apply(this, given);
        };
        navigator.storage.persist = async () => { window.askedToPersist = true; return true; };
        """
    )
    on_phone.enter()
    on_phone.open(NEW)
    assert page.evaluate("window.askedToPersist")
    before = written_cards(on_phone.running)
    write_card(page, "柴没地")
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    assert len(written_cards(on_phone.running) - before) == 1


def test_an_entry_of_a_clock_that_was_ahead_and_is_set_right_has_no_time_to_come(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page, before = on_phone.page, written_cards(on_phone.running)
    present = datetime.now(UTC)
    page.clock.install(time=present + timedelta(hours=30))
    with no_network(on_phone):
        on_phone.open(NEW)
        write_card(page, "柴快钟")
        expect_unsent(page, 1)
        page.clock.set_system_time(present)
    expect_sent_by_and_by(page)
    (subject,) = written_cards(on_phone.running) - before
    with reading(on_phone.running.site.engine) as connection:
        query = select(JOURNAL.c.starts_us).where(JOURNAL.c.subject == subject)
        times = list(connection.execute(query).scalars())
    assert times and max(times) <= now_us()


def test_what_is_unsent_outlives_the_clearing_of_all_pages(on_phone: Journey) -> None:
    stand_ready(on_phone)
    page, before = on_phone.page, written_cards(on_phone.running)
    with no_network(on_phone):
        on_phone.open(NEW)
        write_card(page, "柴清空")
        expect_unsent(page, 1)
        forget_pages(page)
        on_phone.open("/log")
        expect(page.get_by_role("heading")).to_contain_text("现在没有网络")
    on_phone.open("/unsent")
    expect_unsent(page, 0)
    assert len(written_cards(on_phone.running) - before) == 1
