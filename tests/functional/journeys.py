"""What the journeys through the browser share: a site with a season, and the first steps in it."""

from dataclasses import dataclass

from playwright.sync_api import Error, Page, Request

from campaigns.ids import person_id
from crm.accounts.people import find_user
from crm.clock import now_us
from crm.letters.batch import Batch
from crm.letters.register import start_batch
from crm.reward_desk.orders import Payer
from crm.reward_desk.queries import queue_page
from crm.reward_desk.register import new_order, order_payment
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.integration.web.sites import PASSWORD, RunningSite, sign_in, today

LARGEST_PAGE_BYTES = 100_000


def begin_payment(site: RunningSite) -> None:
    """Finance begins to pay a reward of the season, and comes to no end."""
    with reading(site.site.engine) as connection:
        row = next(iter(queue_page(HEADQUARTERS_SCOPE, connection, "paid", today(), limit=1)))
        money = find_user(connection, "money")
    assert money is not None
    payer = Payer(money.actor, money.source, now_us())
    order_payment(site.site.engine, payer, row, new_order(row, 1_000))


def begin_letters(site: RunningSite) -> None:
    """A letter to many that somebody stopped: it stays as it is."""
    of = ("invitation", 0, "zh-CN", "mail", "calls:all", now_us(), "u-1")
    batch = Batch("letters-1", *of, "stopped", "unreachable")  # type: ignore[arg-type]
    with writing(site.site.engine) as connection:
        start_batch(HEADQUARTERS_SCOPE, connection, batch, {person_id("C1"): "call:T-1/1"})


@dataclass
class Journey:
    """One person at one browser; keeps what the browser asked for and what went wrong in it."""

    page: Page
    running: RunningSite

    def __post_init__(self) -> None:
        self.requests: list[Request] = []
        self.errors: list[str] = []

        # Playwright cannot take a builtin method as a listener.
        def keep_request(request: Request) -> None:
            self.requests.append(request)

        def keep_error(error: Error) -> None:
            self.errors.append(str(error))

        self.page.on("request", keep_request)
        self.page.on("pageerror", keep_error)

    def open(self, path: str) -> None:
        """Go to a page of the site."""
        self.page.goto(self.running.address + path)

    def sign_in(self, name: str = "field") -> None:
        """Sign in with the password of every test account."""
        self.open("/sign-in")
        self.page.get_by_label("名字").fill(name)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def enter(self, name: str = "field") -> None:
        """Come signed in: two pages less, for whoever is about to open another.

        What only a browser does with the form is held by those that `sign_in`.
        """
        with self.running.client() as client:
            assert sign_in(client, name).status_code == 303
            kept = ((each.name, each.value) for each in client.cookies.jar if each.value)
            self.page.context.add_cookies(
                [
                    {"name": cookie, "value": value, "url": self.running.address}
                    for cookie, value in kept
                ]
            )

    def assert_nothing_from_elsewhere(self) -> None:
        """Every request went to the site itself, and no script failed."""
        elsewhere = [r.url for r in self.requests if not r.url.startswith(self.running.address)]
        assert not elsewhere
        assert not self.errors
