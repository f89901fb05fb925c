"""The phone's form tells what somebody said before, and calls the dealer by its name."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from campaigns.events.consents import CATEGORIES, ConsentGiven
from campaigns.ids import person_id
from crm.journal.events import decode, rows_after
from crm.storage.database import reading
from tests.examples import an_event
from tests.integration.web.acting import form_in
from tests.integration.web.person_events import consent, event
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    entered,
    today,
    token_in,
)

PERSON = f"/log/A-today/person/{person_id('N-1')}"


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")
    contract = {"contract_id": "K1", "dealer": "D1", "name": "晨光器械", "regions": ["110000"]}
    contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
    site.accept(an_event("dealer.contracted", contract), activity_today())
    site.accept(card("N-1", "冯说过", "13700008801"), card("N-2", "卫没说", "13700008802"))
    site.accept(
        consent("N-1"),
        consent("N-1", purpose="share_with_dealer", dealer="D1"),
        consent("N-1", purpose="club", expires_on="2026-01-31"),
        event("consent.refused", "N-1", purpose="health"),
    )


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


def label_of(page: str, name: str) -> str:
    """What stands beside a tick."""
    found = re.search(rf'name="{name}" value="1"[^>]*>(.*?)</label>', page, re.S)
    assert found
    return re.sub(r"<[^>]*>|\s+", " ", found[1])


def test_each_purpose_says_what_the_person_said_of_it_before(field: httpx.Client) -> None:
    page = field.get(PERSON).text
    assert "✓ 以前同意过" in label_of(page, "consent_archive")
    assert "✓ 以前同意过" in label_of(page, "consent_share_with_dealer")
    assert "✕ 以前说过不同意" in label_of(page, "consent_health")
    # A consent that is over is no consent any more.
    assert "✕" in label_of(page, "consent_club")
    assert "以前" not in label_of(page, "consent_marketing")
    nobody = field.get(f"/log/A-today/person/{person_id('N-2')}").text
    assert "以前同意过" not in nobody and "以前同意过" not in field.get("/log/A-today/new").text


def test_the_dealer_is_called_by_its_name_on_the_form_and_on_the_receipt(
    field: httpx.Client,
) -> None:
    page = field.get("/log/A-today/new").text
    for name in ("consent_share_with_dealer", "refused_share_with_dealer"):
        assert "晨光器械" in label_of(page, name) and "D1" not in label_of(page, name)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form |= {"name": "陈交给", "consent_share_with_dealer": "1", "method": "paper"}
    receipt = field.post("/log/A-today/submit", data=form).text
    assert "data-receipt" in receipt and "交给经销商一份 晨光器械" in receipt


@pytest.mark.parametrize(
    ("said", "is_shared"),
    [
        (("consent_health",), True),
        (("agreed_health",), True),
        (("agreed_health", "refused_health"), False),
        ((), False),
    ],
)
def test_the_dealer_is_given_more_than_name_and_phone_by_a_yes_to_health_alone(
    site: RunningSite, field: httpx.Client, said: tuple[str, ...], *, is_shared: bool
) -> None:
    page = field.get("/log/A-today/new").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form |= {"name": "陈给全", "consent_share_with_dealer": "1", "method": "paper"}
    assert (
        "data-receipt"
        in field.post("/log/A-today/submit", data=form | dict.fromkeys(said, "1")).text
    )
    with reading(site.site.engine) as connection:
        events = decode(rows_after(connection, 0, 100_000), site.site.keyring)
    (shared,) = (
        event.data.categories
        for event in events
        if event.id == f"{form['form_id']}-consent-share_with_dealer"
        and isinstance(event.data, ConsentGiven)
    )
    assert shared == (CATEGORIES if is_shared else None)


def test_who_is_found_comes_with_what_was_said_for_the_typing_grid(field: httpx.Client) -> None:
    form = {"form_token": token_in(field.get("/me").text), "text": "冯说过"}
    page = field.post("/log/A-today/find", data=form).text
    said = re.search(r'data-agreed="([^"]*)" data-refused="([^"]*)"', page)
    assert said and set(said[1].split()) == {"archive", "share_with_dealer"}
    assert set(said[2].split()) == {"health", "club"}


def test_the_code_of_a_member_that_nobody_has_is_asked_about_once(
    site: RunningSite, field: httpx.Client
) -> None:
    enrolled: dict[str, Any] = {
        "member": "M-77",
        "kind": "clerk",
        "dealer": "D1",
        "person": {"name": "店员"},
    }
    enrolled["contact"] = {"phones": ["13700008899"]}
    site.accept(an_event("member.enrolled", enrolled, id="enrolled-77"))
    page = field.get(PERSON).text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form |= {"member": "M-78", "referral": "1"}
    asked = field.post("/log/A-today/submit", data=form).text
    assert "查不到编号是这个的会员" in asked and "data-receipt" not in asked
    known = field.post("/log/A-today/submit", data=form | {"member": "M-77"}).text
    assert "data-receipt" in known
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked))
    again |= {"member": "M-78", "referral": "1", "form_id": str(uuid4())}
    assert "data-receipt" in field.post("/log/A-today/submit", data=again).text


def test_a_member_who_has_left_is_asked_about_once_unless_the_referral_is_of_before(
    site: RunningSite, field: httpx.Client
) -> None:
    enrolled: dict[str, Any] = {
        **{"member": "M-66", "kind": "clerk", "dealer": "D1", "person": {"name": "店员"}},
        "contact": {"phones": ["13700008866"]},
    }
    before = activity_today("A-before")
    before["data"]["starts_at"] = f"{today() - timedelta(days=2)}T09:00:00+08:00"
    site.accept(
        an_event("member.enrolled", enrolled, id="enrolled-66"),
        before,
        an_event("member.left", {"member": "M-66"}, id="left-66")
        | {"time": f"{today() - timedelta(days=1)}T09:00:00+08:00"},
    )

    def referred(activity_id: str, **more: str) -> str:
        page = field.get(f"/log/{activity_id}/new").text
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        form |= {"name": "钱新来", "phone": "13700008867", "referral": "1", "member": "M-66"}
        return field.post(f"/log/{activity_id}/submit", data=form | more).text

    asked = referred("A-today")
    assert "已经退出，退出以后的转介绍没有奖励" in asked and "data-receipt" not in asked
    assert "data-receipt" in referred("A-today", asked="member_left")
    assert "data-receipt" in referred("A-before")


def test_the_numbers_of_the_day_stand_where_people_are_signed_in(
    site: RunningSite, field: httpx.Client
) -> None:
    site.accept(activity_today("A-day"))
    for path, typed in (
        ("person/" + person_id("N-2"), {"attended": "1"}),
        ("new", {"name": "褚新来", "attended": "1"}),
    ):
        page = field.get(f"/log/A-day/{path}").text
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        assert "data-receipt" in field.post("/log/A-day/submit", data=form | typed).text
    site.work()
    page = field.get("/log/A-day").text
    assert 'href="/activities/A-day/held"' in page and "到场 2 人，写卡 1 人" in page


def test_the_form_says_by_whom_somebody_was_referred_before_another_is_typed(
    site: RunningSite, field: httpx.Client
) -> None:
    site.accept(card("N-3", "蒋两介", "13700008803"))
    form = f"/log/A-today/person/{person_id('N-3')}"
    assert "已记过" not in field.get(form).text
    for n, member in enumerate(("M-7", "M-8")):
        data = {"referral_id": f"R-{n}", "member": member, "patient_agreed": True}
        site.accept(event("referral.made", "N-3", **data) | {"id": f"referred-{n}"})
    page = field.get(form).text
    assert re.search("已记过 M-7，.* · 已记过 M-8，", page) and "只会算在一位介绍人上" in page
    assert "已记过" not in field.get(f"/log/A-today/person/{person_id('N-2')}").text


def test_what_has_not_begun_is_refused_once_with_what_to_do(
    site: RunningSite, field: httpx.Client
) -> None:
    soon = activity_today("A-soon")
    soon["data"] |= {"starts_at": f"{today() + timedelta(days=2)}T09:00:00+08:00"}
    site.accept(soon)
    page = field.get("/log/A-soon/new").text
    typed = {"name": "华先到", "phone": "13700008809", "gift_item": "毛巾", "gift_value": "20"}
    form = form_in(page, "/log/A-soon/submit") | typed | {"attended": "1"}
    answer = field.post("/log/A-soon/submit", data=form)
    assert answer.status_code == 422
    assert answer.text.count("还没有到这场活动的时候") == 1 and "换一场活动" in answer.text
    assert 'value="华先到"' in answer.text
