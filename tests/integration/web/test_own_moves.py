"""What was written under the wrong activity is moved by its writer, shown before it is done."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from campaigns.ids import person_id
from campaigns.times import DAY_US
from crm.activities.happened import attendees, written_at
from crm.intake.accept import EventIntake
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from streams.running.outbox_store import OutboxStore
from tests.integration.web.acting import form_in
from tests.integration.web.own_today import write
from tests.integration.web.sites import RunningSite, activity_today, entered, today


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    for name in ("field", "colleague"):
        site.user(name, "staff")
    site.user("hall", "dealer_staff", "D1")
    site.accept(
        activity_today(), activity_today("A-right"), activity_today("A-clinic", "free_clinic")
    )
    other = activity_today("A-other")
    other["data"] |= {"dealer": "D2", "title": "别家的活动"}
    site.accept(other)


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


def move(client: httpx.Client, form_id: str, to: str, times: int = 2) -> httpx.Response:
    """Choose the activity and press so many times: first it is told, then done."""
    address = f"/said/{form_id}/move"
    answer = client.get(address)
    for _ in range(times):
        answer = client.post(address, data={**form_in(answer.text, address), "activity": to})
    return answer


def press(client: httpx.Client, form_id: str, to: str) -> list[httpx.Response]:
    """Tap twice where it was told already."""
    address = f"/said/{form_id}/move"
    form = form_in(move(client, form_id, to, times=1).text, address) | {"activity": to}
    return [client.post(address, data=form) for _ in range(2)]


def outcomes_of(site: RunningSite, card_id: str) -> Counter[tuple[str, str, str]]:
    """How often: (type, activity, outcome) of what was said of a card, but for voids."""
    site.work()
    columns = (JOURNAL.c.type, JOURNAL.c.plain, OUTCOME.c.outcome)
    query = select(*columns).join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
    query = query.where(JOURNAL.c.subject == f"card/{card_id}", JOURNAL.c.type != "event.voided")
    with reading(site.site.engine) as connection:
        rows = connection.execute(query).all()
    named = re.compile(rb'"activity_id":"([^"]*)"')
    return Counter(
        (row.type, at[1].decode() if (at := named.search(row.plain)) else "", row.outcome)
        for row in rows
    )


def test_a_card_and_what_was_done_there_move_together_and_the_card_keeps_its_number(
    site: RunningSite, field: httpx.Client
) -> None:
    sold = {"purchase": "1", "purchase_sku": "JX-B4", "quantity": "1", "price": "693"}
    form_id = write(field, name="王换场", phone="13700008811", attended="1", **sold)
    site.work()
    assert f'href="/said/{form_id}/move"' in field.get(f"/said/{form_id}").text
    told = move(field, form_id, "A-right", times=1).text
    for what in ("写档案卡", "到场", "购买"):
        assert f"{what}：从“社区健康日”撤销，记到“社区健康日”。" in told
    assert all(at == "A-today" for _, at, _ in outcomes_of(site, form_id))
    done = move(field, form_id, "A-right")
    assert "已收下" in field.get(done.headers["location"]).text
    assert outcomes_of(site, form_id) == {
        (kind, at, outcome): 1
        for kind in ("card.registered", "activity.attended", "purchase.made")
        for at, outcome in (("A-today", "voided"), ("A-right", "recorded"))
    }
    who = person_id(form_id)
    with reading(site.site.engine) as connection:
        for read in (attendees, written_at):
            assert who not in read(HEADQUARTERS_SCOPE, connection, "A-today")
            assert who in read(HEADQUARTERS_SCOPE, connection, "A-right")
    assert field.get(f"/said/{form_id}/move").status_code == 404
    assert "/move" not in field.get(f"/said/{form_id}").text


def test_a_second_tap_moves_nothing_again_and_is_answered_as_the_first(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id = write(field, name="郑换场", phone="13700008816", attended="1")
    site.work()
    first, second = press(field, form_id, "A-right")
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert set(outcomes_of(site, form_id).values()) == {1}


def test_what_is_on_its_way_to_another_activity_is_not_moved_from_a_second_tab(
    site: RunningSite, field: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form_id = write(field, name="褚换场", phone="13700008817", attended="1")
    site.work()
    door = EventIntake(site.site.engine, site.site.keyring, OutboxStore())
    monkeypatch.setitem(site.site.__dict__, "intake", door)
    assert move(field, form_id, "A-right").status_code == 303
    assert field.get(f"/said/{form_id}/move").status_code == 404
    assert "正在撤销" in field.get(f"/said/{form_id}").text


def test_what_is_said_of_an_activity_itself_is_of_no_other(site: RunningSite) -> None:
    site.user("office", "headquarters")
    for client in entered(site, "office"):
        address = "/activities/A-today/held"
        form = form_in(client.get(address).text, address)
        counts = {"reached": "400", "cards_handed_out": "400"}
        doubted = client.post(address, data=form | counts)
        client.post(address, data=form_in(doubted.text, address) | counts)
        site.work()
        found = re.search(r"/said/([0-9a-f-]{36})", client.get("/said").text)
        assert found
        assert "/move" not in client.get(found[0]).text
        assert client.get(f"{found[0]}/move").status_code == 404


def test_what_was_written_before_is_not_moved_to_a_later_day(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a consent would come after a withdrawal that took it back."""
    later = activity_today("A-later")
    later["data"]["starts_at"] = f"{today() + timedelta(days=2)}T09:00:00+08:00"
    site.accept(later)
    for client in entered(site, "field"):
        form_id = write(client, name="冯换场", consent_archive="1", method="paper")
    site.work()
    later_us = site.site.now_us() + 2 * DAY_US
    monkeypatch.setitem(site.site.__dict__, "now_us", lambda: later_us)
    for client in entered(site, "field"):
        page = client.get(f"/said/{form_id}/move").text
        assert "A-right" in page and "A-later" not in page


def test_what_a_colleague_wrote_on_the_card_stays(site: RunningSite, field: httpx.Client) -> None:
    form_id = write(field, name="李换场", phone="13700008812", attended="1")
    site.work()
    for colleague in entered(site, "colleague"):
        write(colleague, person_id=person_id(form_id), gift_item="雨伞", gift_value="30")
        assert colleague.get(f"/said/{form_id}/move").status_code == 404
    move(field, form_id, "A-right")
    assert outcomes_of(site, form_id)["gift.given", "A-today", "recorded"] == 1


def test_a_consent_that_one_dealer_was_given_is_not_given_to_another(
    site: RunningSite, field: httpx.Client
) -> None:
    ticks = dict.fromkeys(("consent_archive", "consent_share_with_dealer"), "1")
    form_id = write(field, name="赵换场", phone="13700008813", method="paper", **ticks)
    site.work()
    assert "只撤销，不再记" in move(field, form_id, "A-other", times=1).text
    assert "只撤销，不再记" not in move(field, form_id, "A-right", times=1).text
    move(field, form_id, "A-other")
    found = outcomes_of(site, form_id)
    assert found["consent.given", "A-today", "voided"] == 2
    assert found["consent.given", "A-other", "recorded"] == 1


def test_what_was_sold_is_not_moved_to_a_free_clinic(
    site: RunningSite, field: httpx.Client
) -> None:
    trial = {"trial": "1", "trial_sku": "JX-B4"}
    form_id = write(field, name="钱换场", phone="13700008814", attended="1", **trial)
    site.work()
    answer = move(field, form_id, "A-clinic")
    assert answer.status_code == 422 and "义诊不能试用和销售" in answer.text
    assert all(outcome == "recorded" for _, _, outcome in outcomes_of(site, form_id))


def test_what_hangs_on_no_activity_has_nowhere_to_be_moved_from(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id = write(field, name="孙换场", phone="13700008815", attended="1")
    site.work()
    said = {"complaint_kind": "service", "complaint_text": "不响"}
    only = write(field, person_id=person_id(form_id), **said)
    site.work()
    assert "/move" not in field.get(f"/said/{only}").text
    assert field.get(f"/said/{only}/move").status_code == 404


def test_a_dealers_staff_moves_among_its_own_activities(site: RunningSite) -> None:
    for client in entered(site, "hall"):
        form_id = write(client, name="周换场", attended="1")
        site.work()
        page = client.get(f"/said/{form_id}/move").text
        assert "A-right" in page and "A-other" not in page and "别家的活动" not in page
        assert move(client, form_id, "A-other").status_code == 422
        move(client, form_id, "A-right")
    assert outcomes_of(site, form_id)["activity.attended", "A-right", "recorded"] == 1
