"""Activities that nobody planned: written down where they are held, looked at by planners later."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import select

from crm.activities.happened import attendees
from crm.journal.events import JOURNAL
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.walk_ins.queries import unconfirmed
from tests.integration.web.sites import RunningSite, entered, today
from tests.integration.web.walk_ins import written_down


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")
    site.user("hall", "dealer_staff", "D1")
    site.user("plans", "planning")


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


@pytest.fixture
def plans(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "plans")


def test_who_stands_there_writes_it_down_and_logs_before_it_is_recorded(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id, answer = written_down(field)
    assert f'data-receipt="{form_id}"' in answer.text
    activity_id = f"W-{form_id}"
    page = field.get(f"/log/{activity_id}/new").text
    assert "小区门口量血压" in page
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    said = {"name": "临时来", "attended": "1"}
    card = field.post(f"/log/{activity_id}/submit", data=form | said)
    assert "data-receipt" in card.text
    site.work()
    with reading(site.site.engine) as connection:
        assert len(attendees(HEADQUARTERS_SCOPE, connection, activity_id)) == 1


def test_the_same_form_sent_twice_plans_one_activity(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id, _ = written_down(field)
    _, again = written_down(field, form_id=form_id)
    assert "之前已记过" in again.text
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.id).where(JOURNAL.c.subject == f"activity/W-{form_id}")
        assert len(list(connection.execute(query))) == 1


def test_a_clock_that_is_ahead_is_no_fault_and_a_second_sending_is_the_same(
    field: httpx.Client,
) -> None:
    ahead = f"{today() + timedelta(days=2)}T09:00:00+08:00"
    form_id, first = written_down(field, written_at=ahead)
    assert f'data-receipt="{form_id}"' in first.text
    _, again = written_down(field, form_id=form_id, written_at=ahead)
    assert "之前已记过" in again.text


@pytest.mark.parametrize(
    ("name", "typed"),
    [("title", ""), ("kind", ""), ("dealer", ""), ("region", "没有这里"), ("kind", "free_clinic")],
)
def test_what_is_missing_is_named_and_nothing_is_planned(
    site: RunningSite, field: httpx.Client, name: str, typed: str
) -> None:
    form_id, answer = written_down(field, **{name: typed})
    assert answer.status_code == 422 and f'id="{name}-fault"' in answer.text
    assert f'value="{form_id}"' in answer.text
    assert field.get(f"/log/W-{form_id}").status_code == 503


def test_it_waits_on_the_first_page_until_a_planner_says_that_it_is_right(
    site: RunningSite, field: httpx.Client, plans: httpx.Client
) -> None:
    form_id, _ = written_down(field, title="广场量血压")
    site.work()
    address = f"/activities/W-{form_id}"
    assert "现场补建的活动待核对" in plans.get("/").text
    assert address in plans.get("/activities?state=walk_in&days=3660").text
    assert "还没有核对" in plans.get(address).text
    assert f"{address}/change" not in field.get(address).text
    page = plans.get(f"{address}/change").text
    assert "核对过了，确认" in page
    form = {name: value for name, value in fields_of(page).items()}
    answer = plans.post(f"{address}/change", data=form)
    if answer.status_code == 200:
        form |= {"asked": fields_of(answer.text)["asked"]}
        answer = plans.post(f"{address}/change", data=form)
    assert answer.status_code == 303
    site.work()
    with reading(site.site.engine) as connection:
        assert f"W-{form_id}" not in unconfirmed(HEADQUARTERS_SCOPE, connection)
    assert "还没有核对" not in plans.get(address).text
    assert address not in plans.get("/activities?state=walk_in&days=3660").text


def fields_of(page: str) -> dict[str, str]:
    form = page[page.index('<form class="log"') :]
    found = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', form))
    found |= dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_who_only_plans_does_it_ahead_and_writes_nothing_down_on_the_spot(
    plans: httpx.Client,
) -> None:
    assert plans.get("/log/walk-in").status_code == 403
    assert plans.get("/plan").status_code == 200


def test_a_dealers_staff_writes_no_activity_down_and_sees_no_way_to_it(site: RunningSite) -> None:
    for client in entered(site, "hall"):
        assert client.get("/log/walk-in").status_code == 403
        assert "/log/walk-in" not in client.get("/log").text


def test_what_the_dealer_itself_changes_of_it_confirms_nothing(
    site: RunningSite, field: httpx.Client, plans: httpx.Client
) -> None:
    form_id, _ = written_down(field, title="门口义诊")
    name = f"W-{form_id}"
    said = {
        "specversion": "1.0",
        "id": f"change-{form_id}",
        "source": "/dealers/D1",
        "type": "jinxi.activity.changed.v1",
        "subject": f"activity/{name}",
        "time": f"{today()}T00:00:02+08:00",
        "data": {"activity_id": name, "filing_no": "京备1"},
    }
    kind = {"content-type": "application/cloudevents+json"}
    with site.client(Authorization=f"Bearer {site.token('dealer', 'D1')}") as client:
        answer = client.post("/v1/events", content=orjson.dumps(said), headers=kind)
    assert answer.json()["receipts"][0]["status"] == "accepted"
    site.work()
    with reading(site.site.engine) as connection:
        assert name in unconfirmed(HEADQUARTERS_SCOPE, connection)
    page = plans.get(f"/activities/{name}").text
    assert "京备1" in page and "还没有核对" in page


def test_one_of_another_dealer_is_to_a_dealer_as_if_nobody_had_written_it_down(
    site: RunningSite, field: httpx.Client
) -> None:
    theirs, _ = written_down(field, dealer="D2")
    ours, _ = written_down(field, dealer="D1")
    for recorded in (False, True):
        if recorded:
            site.work()
        for client in entered(site, "hall"):
            foreign, nobodys = (client.get(f"/log/W-{each}") for each in (theirs, str(uuid4())))
            assert foreign.status_code == nobodys.status_code == 404
            assert client.get(f"/log/W-{ours}").status_code == 200
