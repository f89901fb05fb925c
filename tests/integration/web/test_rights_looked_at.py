"""Requests as whoever only looks sees them: everything that was done, in time or not, no act."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from campaigns.times import DAY_US
from crm.clock import now_us
from crm.rights.register import Asked, Clerk, close_request, open_request
from crm.rights.request import Closing, due_on
from crm.scope import HEADQUARTERS_SCOPE
from tests.integration.web.sites import RunningSite, card, sign_in, today


@pytest.fixture(scope="module")
def late(site: RunningSite) -> str:
    """A request of two months ago that was answered a day ago."""
    site.user("looker", "auditor")
    site.accept(card("C1"))
    then = Clerk(HEADQUARTERS_SCOPE, "law", now_us() - 60 * DAY_US)
    received = today() - timedelta(days=60)
    asked = Asked("C1", "copy", "self", "phone", received, None)
    of = (site.site.engine, site.site.keyring)
    request_id = open_request(*of, then, asked)
    yesterday = Clerk(HEADQUARTERS_SCOPE, "law", now_us() - DAY_US)
    close_request(*of, yesterday, request_id, Closing("refused", "others_rights"))
    return request_id


@pytest.fixture
def looker(site: RunningSite, late: str) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "looker")
        yield client


def test_every_request_in_an_auditors_list_opens_and_offers_no_act(
    looker: httpx.Client, late: str
) -> None:
    assert f'href="/rights/{late}"' in looker.get("/rights?closed=true").text
    page = looker.get(f"/rights/{late}")
    assert page.status_code == 200 and "涉及他人权利" in page.text
    main = page.text.partition("<main")[2]
    assert 'method="post"' not in main and "下面可以照办" not in main


def test_the_list_of_requests_says_on_which_day_each_was_answered_and_how_late(
    looker: httpx.Client,
) -> None:
    taken = looker.get("/rights?closed=true&col=answered&file=csv").text
    answered = today() - timedelta(days=1)
    assert answered.isoformat() in taken
    days = (answered - due_on(today() - timedelta(days=60))).days
    assert f"晚了 {days} 天" in looker.get("/rights?closed=true").text


def test_who_cannot_enter_a_request_is_not_sent_to_a_form_below(looker: httpx.Client) -> None:
    page = looker.get("/rights").text
    assert "没有等着答复的请求" in page and "在下面登记" not in page
