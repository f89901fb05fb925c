"""What every page must be: for whoever sees little, taps with a thumb, or has a small phone."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PATHS = (
    *("/", "/people", "/season/2", "/activities", "/activities/A-today"),
    # A clinic without its filing number: a button within a note.
    "/activities/A-clinic",
    *(
        "/calendar",
        "/plan",
        "/plan/copy",
        "/plan/list",
        "/plan?like=A-today",
        "/activities/A-today/poster",
    ),
    *(f"/activities/A-today/{act}" for act in ("change", "cancel", "held")),
    *("/activities/A-today/attended", "/activities/A-today/expected", "/invite?to=A-today"),
    *("/follow-ups", "/events?outcome=rejected", "/me", "/unsent"),
    *("/more", "/search", "/components"),
    "/funnels",
    "/funnels?step=activity.attended&step=purchase.made&days=182&by=city&by=age&compare=before",
    "/funnels/season?by=dealer",
    "/segments",
    "/funnels/differs?step=activity.attended&step=purchase.made&days=182&compare=before",
    "/funnels/people?step=activity.attended&days=182&at=1",
    "/funnels/people?step=activity.attended&step=consent.given:purpose=archive&days=60&at=1&left=1",
    *("/me/password", "/me/second-factor"),
    *("/status", "/backups", "/accounts", "/audit", "/tokens", "/webhooks", "/notices"),
    "/event?source=/hq/console&id=plan-A-today",
    *("/rewards", "/rewards?state=held", "/rewards/files", "/disputes", "/watch"),
    *("/policies", "/policies/new", "/policies/default"),
    *("/members", "/members/new", "/statements", "/statements?since=2026-01", "/transfers"),
    *("/rights", "/rights?closed=true", "/matching", "/conflicts", "/letters", "/letters/batch"),
    *("/letters/batch/letters-1", "/letters/batch/letters-1/people/waiting", "/said/unsettled"),
    *(
        "/log?choose=true",
        "/log/A-today",
        "/log/A-today/new",
        "/sheets/A-today",
        "/said",
        "/log/A-today/list",
        "/log/walk-in",
        "/log/A-today/scan",
        "/docs",
        "/offline",
        "/kept",
        "/no",
    ),
    *("/dealers", "/recalls", "/recalls?overdue=true", "/hand-over", "/hand-over?old=D01&new=D02"),
)

_SERIOUS = {"serious", "critical"}

_WRONG_ALONE = {"resultTypes": ["violations"]}
"""What is right is not told one by one: that is many times as much."""

_AXE: str = Axe().axe_script

_TEXT_OUTSIDE_ITS_BOX = """() => {
  const found = [], walk = document.createTreeWalker(
    document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const inside = node.parentElement;
    // What scrolls may be wider; a picture is laid out by itself.
    const apart = ".sr, svg, .scroll, thead, script, style, template, option, textarea";
    if (!node.textContent.trim() || !inside.checkVisibility() || inside.closest(apart)) continue;
    let box = inside;
    while (getComputedStyle(box).display === "inline") box = box.parentElement;
    const { left, right } = box.getBoundingClientRect();
    const edge = right - parseFloat(getComputedStyle(box).paddingRight) + 2;
    const range = document.createRange();
    range.selectNodeContents(node);
    if ([...range.getClientRects()].some((line) => line.right > edge || line.left < left - 2))
      found.push(`${box.tagName} ${box.className}: ${node.textContent.trim().slice(0, 60)}`);
  }
  return found;
}"""


def assert_accessible(page: Page, options: dict[str, Any] | None = None) -> None:
    # Half a megabyte: to a page that is looked at twice it is sent once.
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found = page.evaluate(
        "async (options) => (await axe.run(options)).violations", _WRONG_ALONE | (options or {})
    )
    serious = [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in _SERIOUS
        for node in violation["nodes"]
    ]
    assert not serious, "\n".join([page.url, *serious])


def assert_fits(page: Page) -> None:
    width, widest = page.evaluate(
        """() => {
          // On a phone innerWidth grows with what is too wide.
          const root = document.documentElement, width = root.scrollWidth - root.clientWidth;
          const out = [...document.querySelectorAll("main *")].filter(
            (each) => width > 0 && each.checkVisibility()
              && each.getBoundingClientRect().right > root.clientWidth + 1);
          return [width, out.slice(-3).map((each) => each.outerHTML.slice(0, 120))];
        }"""
    )
    assert width <= 0, "\n".join((f"{page.url} is {width} px too wide", *widest))
    outside = page.evaluate(_TEXT_OUTSIDE_ITS_BOX)
    assert not outside, "\n".join((f"{page.url}: text stands outside its box", *outside))


_LYING_OVER_OTHERS = """() => {
  const stays = (each) => { for (let at = each; at; at = at.parentElement)
    if (/fixed|sticky/.test(getComputedStyle(at).position)) return true; return false; };
  const all = [...new Set([...document.querySelectorAll(
      "main button, main .button, main li > a, main summary, main input:not([type=hidden])")]
    .map((target) => target.closest(".tick") ?? target))]
    .filter((target) => target.checkVisibility() && !stays(target))
    .map((target) => [target, target.getBoundingClientRect()]).filter(([, box]) => box.height);
  const found = [];
  all.forEach(([one, a], place) => { for (const [other, b] of all.slice(place + 1)) {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 2 && high > 2 && !one.contains(other) && !other.contains(one))
      found.push(`${one.outerHTML.slice(0, 90)} | ${other.outerHTML.slice(0, 90)}`);
  } });
  return found.slice(0, 5);
}"""


def assert_what_opens_fits(page: Page) -> None:
    """Whatever is folded away stands within the screen once it is opened, each by itself."""
    out = page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth, found = [];
          for (const fold of document.querySelectorAll("main details:not([open])")) {
            if (!fold.checkVisibility()) continue;
            fold.open = true;
            for (const each of fold.querySelectorAll("*")) {
              if (!each.checkVisibility() || each.closest("svg, .sr, .scroll *")) continue;
              const { left, right, width } = each.getBoundingClientRect();
              if (width && (left < -1 || right > wide + 1))
                found.push(`${Math.round(left)} to ${Math.round(right)}: `
                  + each.outerHTML.slice(0, 100));
            }
            fold.open = false;
          }
          return found;
        }"""
    )
    assert not out, "\n".join((f"{page.url}: stands outside the screen", *out[:5]))


def assert_large_targets(page: Page) -> None:
    """Buttons, fields and links outside running text are at least 44 px high, and lie apart.

    In a table on a desktop, where 25 rows are to be seen, they are as high as WCAG 2.2 asks.
    """
    small = page.evaluate(
        """() => [...document.querySelectorAll(
             "button, .button, nav a, main li > a, input:not([type=hidden]), select, summary")]
           .map((target) => target.closest(".tick") ?? target)
           .filter((target) => target.checkVisibility())
           .filter((target) => innerWidth < 960 || !target.closest(".listing"))
           .filter((target) => target.getBoundingClientRect().height < 44)
           .map((target) => target.outerHTML.slice(0, 120))"""
    )
    assert not small, "\n".join([page.url, *small])
    over = page.evaluate(_LYING_OVER_OTHERS)
    assert not over, "\n".join([f"{page.url}: a tap on one may hit another", *over])
