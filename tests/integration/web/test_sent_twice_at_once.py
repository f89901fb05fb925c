"""A form that is sent twice at once is taken once, and both are told the same.

The second is judged while the first is not received yet, and so takes another instant for its own.
"""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from campaigns.ids import person_id
from campaigns.times import DAY_US, rfc3339
from crm.clock import now_us
from crm.entries import own_events
from crm.web.desk import acts
from crm.web.pages import log_form
from tests.integration.web.acting import form_in
from tests.integration.web.sites import RunningSite, activity_today, card, entered, token_in
from tests.integration.web.walk_ins import SAID


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")
    site.user("office", "headquarters")
    site.accept(activity_today(), card("C9", "卜两次", "13700009999"))
    site.work()


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


@pytest.fixture
def not_yet_received(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks first what a form said finds nothing: the other is on its way."""
    asked: list[str] = []

    def late(connection: object, source: str, form_id: str) -> dict[str, str]:
        asked.append(form_id)
        return {} if len(asked) == 1 else own_events.times_said(connection, source, form_id)  # type: ignore[arg-type]

    for module in (acts, log_form):
        monkeypatch.setattr(module, "times_said", late)


def ahead() -> str:
    return rfc3339(now_us() + 2 * DAY_US)


def test_a_card_of_a_phone_whose_clock_is_ahead(
    field: httpx.Client, request: pytest.FixtureRequest
) -> None:
    form = {"form_token": token_in(field.get("/me").text), "form_id": str(uuid4())}
    form |= {"written_at": ahead(), "name": "卜早到", "attended": "1"}
    assert "已收下" in field.post("/log/A-today/submit", data=form).text
    request.getfixturevalue("not_yet_received")
    again = field.post("/log/A-today/submit", data=form)
    assert again.status_code == 200 and "之前已记过" in again.text


def test_a_walk_in_of_a_phone_whose_clock_is_ahead(
    field: httpx.Client, request: pytest.FixtureRequest
) -> None:
    form = {"form_id": str(uuid4()), "written_at": ahead(), **SAID}
    form["form_token"] = token_in(field.get("/log/walk-in").text)
    assert "data-receipt" in field.post("/log/walk-in/submit", data=form).text
    request.getfixturevalue("not_yet_received")
    again = field.post("/log/walk-in/submit", data=form)
    assert again.status_code == 200 and "之前已记过" in again.text


def test_two_taps_on_a_form_of_a_desk(office: httpx.Client, request: pytest.FixtureRequest) -> None:
    address = f"/people/{person_id('C9')}/deceased"
    form = form_in(office.get(address).text, address)
    form |= {"on": f"{rfc3339(now_us() - DAY_US)[:10]}"}
    first = office.post(address, data=form)
    assert first.status_code == 303, first.text
    request.getfixturevalue("not_yet_received")
    again = office.post(address, data=form)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
