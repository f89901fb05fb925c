"""Who may say that a member referred somebody: the phone's form says what the recording will."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from crm.accounts.people import find_user
from crm.members.queries import closed_members, member_of
from crm.outcomes.queries import event_status
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.storage.database import reading
from streams.embedded.worker import Worker
from tests.examples import an_event
from tests.integration.web.acting import form_in
from tests.integration.web.mending import mend, outcome
from tests.integration.web.sites import RunningSite, activity_today, card, entered

SPEAKERS = ("hall", "desk", "field")
MEMBERS = ("M-own", "M-imported", "M-came", "M-other", "M-nobody")
"""Enrolled by the dealer itself; by the company for it; by another dealer, and came over later;
another dealer's; nobody's."""
as_account = contextmanager(entered)
NEW = "/log/A-today/new"


def speak(site: RunningSite, name: str, wire: dict[str, Any]) -> dict[str, Any]:
    """An account says an event itself, past every form."""
    with reading(site.site.engine) as connection:
        account = find_user(connection, name)
    assert account is not None and account.credential is not None
    wire |= {"source": account.source, "id": str(uuid4())}
    (receipt,) = site.site.intake.accept([orjson.dumps(wire)], account.credential)
    assert receipt.status == "accepted", receipt
    site.work()
    return wire


def member(code: str, dealer: str) -> dict[str, Any]:
    enrolled: dict[str, Any] = {"member": code, "kind": "clerk", "dealer": dealer}
    enrolled |= {"person": {"name": "编会员"}, "contact": {"phones": ["13700009900"]}}
    source = f"/dealers/{dealer}/erp"
    return an_event("member.enrolled", enrolled, id=f"enrolled-{code}", source=source)


@pytest.fixture(scope="module", autouse=True)
def members(site: RunningSite) -> None:
    site.user("hall", "dealer_staff", "D1")
    site.user("desk", "dealer", "D1")
    site.user("other", "dealer", "D2")
    site.user("field", "staff")
    site.accept(activity_today(), member("M-imported", "D1"))
    speak(site, "desk", member("M-own", "D1"))
    speak(site, "other", member("M-came", "D2"))
    speak(site, "other", member("M-other", "D2"))
    moved = {"member": "M-came", "dealer": "D1"}
    site.accept(an_event("member.changed", moved, id="came-over"))
    Worker(site.site.engine, site.site.keyring).until_idle()


@pytest.fixture
def hall(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "hall")


def refer(client: httpx.Client, code: str) -> httpx.Response:
    """A new card with a referral, as the phone's form sends it the first time."""
    form = form_in(client.get(NEW).text, "/log/A-today/submit")
    form |= {"name": "薛新人", "phone": "13700007788", "referral": "1", "member": code}
    return client.post("/log/A-today/submit", data=form)


def outcome_past_the_form(site: RunningSite, speaker: str, code: str) -> str:
    name = f"C-{uuid4()}"
    speak(site, speaker, card(name, "薛新人", "13700007788"))
    said = {"referral_id": f"R-{name}", "card_id": name, "member": code, "patient_agreed": True}
    wire = speak(site, speaker, an_event("referral.made", said))
    return outcome(site, wire["source"], wire["id"])


@pytest.mark.parametrize("code", MEMBERS)
@pytest.mark.parametrize("speaker", SPEAKERS)
def test_what_the_recording_would_refuse_of_a_referral_the_form_says_before(
    site: RunningSite, speaker: str, code: str
) -> None:
    becomes = outcome_past_the_form(site, speaker, code)
    with as_account(site, speaker) as client:
        answer = refer(client, code)
    is_asked = answer.status_code == 200 and "查不到编号" in answer.text
    is_asked = is_asked or "你们登记的会员里没有这个编号" in answer.text
    if answer.status_code == 422:
        assert "这位会员不是你们的账号登记的" in answer.text
        assert becomes == "rejected"
    elif is_asked:
        assert becomes in ("waiting", "rejected")
    else:
        assert "已收下" in answer.text and becomes == "recorded"


@pytest.mark.parametrize("code", ["M-imported", "M-came"])
def test_a_member_of_the_own_list_that_somebody_else_enrolled_is_refused_at_its_field(
    hall: httpx.Client, code: str
) -> None:
    answer = refer(hall, code)
    assert answer.status_code == 422
    assert "请公司来记这次转介绍" in answer.text and 'aria-describedby="member-' in answer.text


def test_of_another_dealers_member_the_form_says_no_more_than_of_nobodys(
    hall: httpx.Client,
) -> None:
    """No form tells a dealer whom another one has."""
    said = [refer(hall, code) for code in ("M-other", "M-nobody")]
    assert [answer.status_code for answer in said] == [200, 200]
    assert all("你们登记的会员里没有这个编号" in answer.text for answer in said)


def test_the_phone_alone_knows_those_of_the_own_list_and_no_others(
    site: RunningSite, hall: httpx.Client
) -> None:
    with reading(site.site.engine) as connection:
        known = closed_members(dealer_scope("D1"), connection, 10)
        assert closed_members(dealer_scope("D1"), connection, 1) == known[:1]
    assert known == ["M-came", "M-imported"]
    page = hall.get(NEW).text
    assert all(code in page for code in known) and "M-other" not in page and "M-own" not in page
    with as_account(site, "field") as field:
        assert "M-imported" not in field.get(NEW).text


@pytest.mark.parametrize("code", ["M-imported", "M-came", "M-other"])
def test_what_waits_is_not_taken_back_for_a_word_that_would_be_refused(
    site: RunningSite, hall: httpx.Client, code: str
) -> None:
    name = f"C-{uuid4()}"
    speak(site, "hall", card(name, "薛新人", "13700007788"))
    said = {"referral_id": f"R-{name}", "card_id": name, "patient_agreed": True}
    wire = speak(site, "hall", an_event("referral.made", {**said, "member": "M-999"}))
    form_id, answer = mend(hall, wire, member=code)
    assert answer.status_code == 422 and "什么都没有动" in answer.text
    site.work()
    assert outcome(site, wire["source"], wire["id"]) == "waiting"
    form_id, answer = mend(hall, wire, member="M-own")
    assert answer.status_code == 303
    site.work()
    assert outcome(site, wire["source"], wire["id"]) == "voided"
    assert outcome(site, wire["source"], f"{form_id}-1") == "recorded"


def test_what_the_company_mends_into_a_word_that_would_be_refused_is_not_taken_back_either(
    site: RunningSite,
) -> None:
    name = f"C-{uuid4()}"
    site.accept(card(name, "薛新人", "13700007788"))
    said = {"referral_id": f"R-{name}", "card_id": name, "patient_agreed": True}
    wire = speak(site, "field", an_event("referral.made", {**said, "member": "M-998"}))
    with as_account(site, "field") as field:
        _, answer = mend(field, wire, member="M-own", patient_agreed="no")
    assert answer.status_code == 422 and "什么都没有动" in answer.text
    site.work()
    assert outcome(site, wire["source"], wire["id"]) == "waiting"


def test_a_dealer_and_the_company_read_the_same_of_who_enrolled_a_member(
    site: RunningSite,
) -> None:
    site.user("office", "staff")
    for name in ("desk", "office"):
        with as_account(site, name) as client:
            page = client.get("/members/M-imported").text
        assert "D1 的系统 · 公司导入" in page and "公司或其他经销商" not in page
    with as_account(site, "desk") as client:
        assert "不是你们的账号登记的" in client.get("/members/M-imported").text
        assert "不是你们的账号登记的" not in client.get("/members/M-own").text
        assert "公司或其他经销商" in client.get("/members/M-came").text


def test_who_enrolled_a_member_does_not_take_it_back_from_whom_headquarters_gave_it_to(
    site: RunningSite,
) -> None:
    later = {"time": "2026-05-04T09:00:00+08:00"}
    back = {"member": "M-came", "dealer": "D2", "institution": "二店"}
    said = speak(site, "other", an_event("member.changed", back, **later))
    with reading(site.site.engine) as connection:
        status = event_status(HEADQUARTERS_SCOPE, connection, said["source"], said["id"])
        found = member_of(HEADQUARTERS_SCOPE, connection, "M-came")
        lost = member_of(dealer_scope("D2"), connection, "M-came")
    assert status is not None and status.outcome == "recorded"
    assert found is not None and (found.dealer, found.institution) == ("D1", "二店")
    assert lost is None
