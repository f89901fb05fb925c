"""A field worker's phone: how it is made ready, loses the network, and what is accepted from it."""

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Page, expect
from sqlalchemy import select

from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.functional.journeys import Journey
from tests.integration.web.sites import RunningSite

FORM = "/log/A-today"
_KEPT = ["/offline", "/kept", "/unsent", FORM, f"{FORM}/new"]
_READY_MS = 60_000
_TRIES, _BETWEEN_TRIES_MS = 10, 20_000


def events_of(running: RunningSite, card_id: str) -> list[str]:
    """The types of what was accepted about a card, in order."""
    with reading(running.site.engine) as connection:
        query = select(JOURNAL.c.type).where(JOURNAL.c.subject == f"card/{card_id}")
        return list(connection.execute(query.order_by(JOURNAL.c.position)).scalars())


def written_cards(running: RunningSite, actor_source: str = "/phones/") -> set[str]:
    with reading(running.site.engine) as connection:
        query = select(JOURNAL.c.subject).where(
            JOURNAL.c.type == "card.registered", JOURNAL.c.source.startswith(actor_source)
        )
        return set(connection.execute(query).scalars())


def stand_ready(journey: Journey) -> None:
    """Sign in and choose the activity; returns when the phone holds all that it needs alone."""
    journey.enter()
    journey.open(FORM)
    # Asked inside the page: Playwright's own polling evaluates text, which the pages forbid.
    missing = journey.page.evaluate(
        """async ([paths, limit]) => {
          await navigator.serviceWorker.ready;
          const until = performance.now() + limit;
          for (;;) {
            const missing = [];
            for (const path of paths) if (!(await caches.match(path))) missing.push(path);
            if (!missing.length || performance.now() > until) return missing;
            await new Promise((done) => setTimeout(done, 50));
          }
        }""",
        [_KEPT, _READY_MS],
    )
    assert missing == []


@contextlib.contextmanager
def no_network(journey: Journey) -> Iterator[None]:
    """Nothing is reached.

    The browser's offline switch does not reach each worker of its at once, so the server itself is
    away; the switch says so to the page.
    """
    context = journey.page.context
    with journey.running.listener.away():
        context.set_offline(True)
        yield
    context.set_offline(False)


@contextlib.contextmanager
def silent_network(journey: Journey) -> Iterator[None]:
    """The phone believes in a network that takes everything and answers nothing."""
    with journey.running.listener.away(answer=b""):
        yield


def forget_pages(page: Page) -> None:
    """Take every page from the phone, and those that were just on their way to be kept."""
    page.evaluate(
        """async () => {
          for (let quiet = 0; quiet < 10; quiet++) {
            if (await caches.delete("pages-1")) quiet = 0;
            await new Promise((done) => setTimeout(done, 50));
          }
        }"""
    )


def write_card(page: Page, name: str, phone: str = "", *, is_looked_at: bool = True) -> None:
    """Fill in the open form and send it.

    Without a name, or not looked at, it is left to the server to find what is wrong: as with a
    form that was kept on the phone before it could look itself.
    """
    page.locator("body[data-wired] [name=name]").wait_for()
    if not name or not is_looked_at:
        page.locator("form.log").evaluate("form => { delete form.dataset.checks; }")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("手机").fill(phone)
    page.get_by_role("button", name="提交").tap()


def expect_unsent(page: Page, count: int) -> None:
    """The sign at the top of the page counts what is still on the phone."""
    sign = page.locator(".unsent")
    # Hidden it is also before anybody has counted: what was counted stands in it all the same.
    expect(sign).to_have_text(f"还有 {count} 条未发送")
    expect(sign).to_be_visible(visible=count > 0)


def expect_sent_by_and_by(page: Page) -> None:
    """A try of the page's own timer sends everything, if not the first: one may be on its way."""
    sign = page.locator(".unsent")
    for _ in range(_TRIES):
        page.clock.run_for(_BETWEEN_TRIES_MS)
        with contextlib.suppress(AssertionError):
            expect(sign).to_have_text("还有 0 条未发送", timeout=_BETWEEN_TRIES_MS / _TRIES)
            break
    expect_unsent(page, 0)
