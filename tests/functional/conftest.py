"""The browser of the journeys: the machine's own Chromium, driven by Playwright."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from streams.embedded.worker import Worker
from tests.functional.journeys import Journey, begin_letters, begin_payment
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    invent_season,
    running,
)
from tests.services import browser_path, require

# A bound, not a wait: on a busy machine a page takes longer than Playwright's five seconds.
expect.set_options(timeout=30_000)

# Root has no sandbox, and a browser under test calls nobody but the page.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Not for the whole session: Playwright's loop runs in this thread, where asyncio tests want theirs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium, started once for the journeys; skipped where there is none."""
    require("browser", "chinese font")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path(), args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page of a field worker's phone: 360 × 800, touch, zh-CN, Shanghai time."""
    yield from _page(browser, request, {"width": 360, "height": 800}, touch=True)


@pytest.fixture
def desktop(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page of an office computer: 1280 × 800, zh-CN, Shanghai time."""
    yield from _page(browser, request, {"width": 1280, "height": 800}, touch=False)


def _page(
    browser: Browser, request: pytest.FixtureRequest, viewport: ViewportSize, touch: bool
) -> Iterator[Page]:
    context = browser.new_context(
        viewport=viewport,
        has_touch=touch,
        is_mobile=touch,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        # What only fades in is looked at when it is there.
        reduced_motion="reduce",
        service_workers="block" if request.node.get_closest_marker("looks") else "allow",
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="package")
def season_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with a small season, a worker of its own, and an account for each role."""
    folder = tmp_path_factory.mktemp("season")
    invent_season(folder, people=150)
    with running(folder) as started:
        started.user("field", "staff")
        started.user("office", "headquarters")
        started.user("law", "compliance")
        started.user("shop", "dealer", "D01")
        started.user("hall", "dealer_staff", "D1")
        started.user("market", "marketing")
        started.user("plans", "planning")
        started.user("money", "finance")
        started.user("audit", "auditor")
        started.accept(activity_today(), activity_today("A-clinic", "free_clinic"))
        started.accept(card(), card("C2", "欧阳淑珍", "13800001234"))
        # Days too: what is not settled is shown to no dealer.
        Worker(started.site.engine, started.site.keyring).until_idle()
        begin_payment(started)
        begin_letters(started)
        yield started


@pytest.fixture
def on_phone(phone: Page, season_site: RunningSite) -> Journey:
    """Somebody with a phone."""
    return _journey(phone, season_site)


@pytest.fixture
def at_desk(desktop: Page, season_site: RunningSite) -> Journey:
    """Somebody at an office computer."""
    return _journey(desktop, season_site)


def _journey(page: Page, site: RunningSite) -> Journey:
    # What others of the site took back, and nobody recorded yet, would hold every copy back.
    Worker(site.site.engine, site.site.keyring).until_idle()
    return Journey(page, site)
