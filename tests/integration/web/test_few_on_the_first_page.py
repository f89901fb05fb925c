"""On the first page nothing tells how many a few are, to who may see no names."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.integration.feed.dealers import event
from tests.integration.web.sites import RunningSite, activity_today, card, entered


@pytest.fixture
def market(site: RunningSite) -> Iterator[httpx.Client]:
    site.user("market", "marketing")
    yield from entered(site, "market")


def test_no_length_of_a_bar_is_measured_by_a_number_that_is_not_told(
    site: RunningSite, market: httpx.Client
) -> None:
    site.accept(activity_today())
    for n in range(1, 5):
        site.accept(card(f"C-{n}", f"安第{'甲乙丙丁'[n - 1]}", f"1370000770{n}"))
        came = {"card_id": f"C-{n}", "activity_id": "A-today"}
        site.accept(event("activity.attended", f"card/C-{n}", came))
    held = {"activity_id": "A-today", "reached": 2, "cards_handed_out": 4}
    site.accept(event("activity.held", "activity/A-today", held))
    picture = market.get("/season.svg").text
    lengths = re.findall(r'<rect class="bar" [^>]*width="([\d.]+)%"', picture)
    assert "&lt;5" in picture and lengths[0] == "100.0"
    assert set(lengths[1:]) == {"0.0"}
