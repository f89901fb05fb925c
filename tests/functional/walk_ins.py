"""Walk-ins that are written down on a phone without a network."""

from playwright.sync_api import Page, expect

_KEPT = ["/log/walk-in", "/log/walk-in/new"]


def hold_walk_ins(page: Page) -> None:
    """Until the phone keeps the form and the empty card of a walk-in."""
    page.evaluate(
        """async (paths) => {
          for (const path of paths) {
            while (!(await caches.match(path))) await new Promise((done) => setTimeout(done, 50));
          }
        }""",
        _KEPT,
    )


def write_activity(page: Page, title: str) -> None:
    page.get_by_role("link", name="现场补建活动").tap()
    page.locator("body[data-wired] [name=title]").fill(title)
    page.get_by_label("种类").select_option("promotion")
    page.get_by_label("地区").fill("北京市朝阳区")
    page.get_by_label("由哪家经销商承办").select_option("D01")
    page.get_by_role("button", name="补建，接着登记").tap()
    expect(page.get_by_role("heading", name="已保存在手机上")).to_be_visible()


def activity_of(page: Page) -> str:
    page.get_by_role("link", name="登记下一位").tap()
    page.wait_for_url("**/log/W-*/new")
    page.locator("body[data-wired] [name=name]").wait_for()
    return page.url.split("/")[-2]
