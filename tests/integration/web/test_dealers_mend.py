"""A dealer's people find what of their own words is not recorded, and mend that alone."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import insert, select

from crm.accounts.people import find_user
from crm.copies.tables import COPY_ROW
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.outcomes.register import begin_mending
from crm.scope import OutOfScope, dealer_scope
from crm.storage.database import reading, writing
from streams.embedded.worker import Worker
from tests.examples import an_event
from tests.integration.web.mending import AGAIN, address, mend, outcome, said_with
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    entered,
    token_in,
    yes_to_d1,
)

LIST = "/said/unsettled"
SOURCES: dict[str, str] = {}
"""Account → the source of what it says."""


@pytest.fixture(scope="module", autouse=True)
def company(site: RunningSite) -> None:
    accounts = (("hall", "dealer_staff", "D1"), ("desk", "dealer", "D1"), ("other", "dealer", "D2"))
    for name, role, dealer in accounts:
        SOURCES[name] = f"/phones/{site.user(name, role, dealer)}"  # type: ignore[arg-type]
    site.user("hand", "staff")
    for code, regions in (("D1", ["110000"]), ("D2", ["310000"])):
        contract = {"dealer": code, "contract_id": f"K-{code}", "name": code, "regions": regions}
        contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
        site.accept(an_event("dealer.contracted", contract, id=f"k-{code}"))
    shared = card("C-ours", "王桂英", "13912345678")
    shared["data"] |= {"region": "110105", "activity_id": "A-today"}
    site.accept(activity_today(), shared)
    site.accept(*yes_to_d1())
    Worker(site.site.engine, site.site.keyring).until_idle()


@pytest.fixture
def hall(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "hall")


@pytest.fixture
def desk(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "desk")


@pytest.fixture
def other(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "other")


def key_of(site: RunningSite) -> str:
    with reading(site.site.engine) as connection:
        return str(connection.execute(select(COPY_ROW.c.key)).scalar_one())


def said(site: RunningSite, name: str, type_name: str, **data: Any) -> dict[str, Any]:
    """What an account says as its pages say it: of the row where no card is named."""
    wire = an_event(type_name, {"card_id": "C-none", **data}, id=str(uuid4()), source=SOURCES[name])
    if "card_id" not in data:
        del wire["data"]["card_id"]
        wire["data"]["row_key"] = key_of(site)
        wire["subject"] = f"row/{key_of(site)}"
    with reading(site.site.engine) as connection:
        account = find_user(connection, name)
    assert account is not None and account.credential is not None
    (receipt,) = site.site.intake.accept([orjson.dumps(wire)], account.credential)
    assert receipt.status == "accepted", receipt
    site.work()
    return wire


def expect_nothing_of(client: httpx.Client, wire: dict[str, Any]) -> None:
    """Nothing of it is there for this visitor, on whatever way it is asked for."""
    assert wire["id"] not in client.get(f"{LIST}?file=csv&col=id").text
    assert client.get(address(wire, "/event")).status_code == 404
    assert client.get(address(wire)).status_code == 404
    form = {"of_source": wire["source"], "of_id": wire["id"], "form_id": str(uuid4())}
    form["form_token"] = token_in(client.get("/me").text)
    assert client.post(AGAIN, data=form).status_code == 404
    void = {**form, "reason_code": "typed_wrong"}
    assert client.post("/event/void", data=void).status_code == 404


def test_what_was_said_by_a_row_is_mended_by_the_row_and_names_no_card(
    site: RunningSite, hall: httpx.Client
) -> None:
    wire = said(site, "hall", "activity.attended", activity_id="A-nowhere")
    assert outcome(site, wire["source"], wire["id"]) == "waiting"
    found = hall.get(LIST).text
    assert f"id={wire['id']}" in found
    event = hall.get(address(wire, "/event")).text
    assert 'href="/event/again?' in event and "C-ours" not in event
    page = hall.get(address(wire)).text
    assert "C-ours" not in page and 'name="card_id"' not in page and "A-nowhere" in page
    form_id, answer = mend(hall, wire, activity_id="A-today")
    assert answer.status_code == 303, answer.text
    site.work()
    assert [name for name, _ in said_with(site, form_id)] == ["activity.attended", "event.voided"]
    assert outcome(site, wire["source"], f"{form_id}-1") == "recorded"
    assert outcome(site, wire["source"], wire["id"]) == "voided"
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.by_row, JOURNAL.c.subject, JOURNAL.c.role)
        row = connection.execute(query.where(JOURNAL.c.id == f"{form_id}-1")).one()
    assert tuple(row) == (True, "card/C-ours", "dealer/D1")
    assert f"id={wire['id']}" not in hall.get(LIST).text


def test_a_card_of_their_own_is_named_and_may_be_another(
    site: RunningSite, hall: httpx.Client
) -> None:
    own = card("C-hall", "李自家", "13700001111")["data"]
    said(site, "hall", "card.registered", **own)
    wire = said(site, "hall", "club.joined", card_id="C-hal", club="XYH-11")
    assert outcome(site, wire["source"], wire["id"]) == "waiting"
    form_id, answer = mend(hall, wire, card_id="C-hall")
    assert answer.status_code == 303, answer.text
    site.work()
    assert outcome(site, wire["source"], f"{form_id}-1") == "recorded"


def test_what_they_wrote_themselves_is_shown_to_be_mended_and_goes_with_the_card(
    site: RunningSite, hall: httpx.Client
) -> None:
    said(site, "hall", "card.registered", **card("C-read", "孙读数", "13700003333")["data"])
    health = {"systolic_mmhg": 187, "diastolic_mmhg": 99}
    wire = said(
        *(site, "hall", "clinic.consulted"), card_id="C-rea", activity_id="A-today", health=health
    )
    assert 'value="187"' in hall.get(address(wire)).text
    form_id, answer = mend(hall, wire, card_id="C-read", **{"health.systolic_mmhg": "147"})
    assert answer.status_code == 303, answer.text
    site.work()
    assert outcome(site, wire["source"], f"{form_id}-1") == "recorded"
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.sealed).where(JOURNAL.c.id == f"{form_id}-1")
        assert connection.execute(query).scalar_one() is not None


def test_a_card_that_is_not_theirs_stays_out_of_reach_however_it_is_typed(
    site: RunningSite, hall: httpx.Client
) -> None:
    site.accept(card("C-theirs", "赵别家", "13700002222"))
    wire = said(site, "hall", "club.joined", card_id="C-wrong", club="XYH-11")
    form_id, answer = mend(hall, wire, card_id="C-theirs")
    if answer.status_code == 303:
        site.work()
        assert outcome(site, wire["source"], f"{form_id}-1") == "rejected"
    else:
        assert answer.status_code == 422


def test_the_desk_sees_what_was_said_for_its_dealer_and_mends_its_own_words(
    site: RunningSite, desk: httpx.Client
) -> None:
    wire = said(site, "hall", "activity.attended", activity_id="A-no-desk")
    mine = said(site, "desk", "activity.attended", activity_id="A-no-desk-2")
    found = desk.get(LIST).text
    assert f"id={wire['id']}" in found and f"id={mine['id']}" in found
    event = desk.get(address(wire, "/event")).text
    assert "C-ours" not in event and AGAIN not in event and 'id="void"' not in event
    assert desk.get(address(wire)).status_code == 404
    assert mend(desk, mine, activity_id="A-today")[1].status_code == 303


def test_a_dead_letter_of_their_own_is_found_and_mended_too(
    site: RunningSite, hall: httpx.Client
) -> None:
    wire = said(site, "hall", "activity.attended", activity_id="A-today")
    with writing(site.site.engine) as connection:
        query = select(JOURNAL.c.position).where(JOURNAL.c.id == wire["id"])
        position = connection.execute(query).scalar_one()
        row = {
            "position": position,
            "subject": "card/C-ours",
            "error": "ValueError",
            "failed_us": 1,
        }
        connection.execute(insert(DEAD_LETTER), [row])
    listed = hall.get(f"{LIST}?outcome=failed").text
    assert f"id={wire['id']}" in listed and "再入档一次" not in listed
    form_id, answer = mend(hall, wire, when="2026-05-03T10:00")
    assert answer.status_code == 303, answer.text
    site.work()
    assert outcome(site, wire["source"], f"{form_id}-1") == "recorded"


def test_another_dealer_finds_nothing_of_it(site: RunningSite, other: httpx.Client) -> None:
    wire = said(site, "hall", "activity.attended", activity_id="A-foreign")
    company_s = an_event("club.joined", {"card_id": "C-void", "club": "X"}, id=str(uuid4()))
    site.accept(company_s)
    for each in (wire, company_s):
        expect_nothing_of(other, each)
    assert "一条也没有" in other.get(LIST).text
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.position).where(JOURNAL.c.id == wire["id"])
        position = connection.execute(query).scalar_one()
    with writing(site.site.engine) as connection, pytest.raises(OutOfScope):
        begin_mending(dealer_scope("D2"), connection, position, str(uuid4()), 1)


def test_field_staff_see_no_colleagues_words_and_the_companys_people_their_own(
    site: RunningSite, hall: httpx.Client
) -> None:
    wire = said(site, "desk", "activity.attended", activity_id="A-colleague")
    expect_nothing_of(hall, wire)
    for hand in entered(site, "hand"):
        expect_nothing_of(hand, wire)


def test_who_is_in_the_copy_no_more_is_not_spoken_of_again(
    site: RunningSite, hall: httpx.Client
) -> None:
    wire = said(site, "hall", "activity.attended", activity_id="A-late")
    no = {"card_id": "C-ours", "purpose": "share_with_dealer", "dealer": "D1"}
    site.accept(an_event("consent.withdrawn", no, id="no-more", time="2026-05-04T09:00:00+08:00"))
    Worker(site.site.engine, site.site.keyring).until_idle()
    event = hall.get(address(wire, "/event"))
    assert event.status_code == 200 and AGAIN not in event.text
    assert hall.get(address(wire)).status_code == 404


def test_the_list_is_told_by_outcome_and_taken_away(site: RunningSite, desk: httpx.Client) -> None:
    listed = desk.get(f"{LIST}?outcome=waiting").text
    assert "等待补齐" in listed and desk.get(f"{LIST}?outcome=recorded").status_code == 404
    assert desk.get(f"{LIST}?file=csv").headers["content-type"].startswith("text/csv")
    assert quote(SOURCES["hall"], safe="") in listed


def test_an_id_that_machines_make_is_not_offered_to_be_typed_over(
    site: RunningSite, hall: httpx.Client
) -> None:
    said(site, "hall", "card.registered", **card("C-ids", "周编号", "13700004444")["data"])
    referral = {"referral_id": "R-ids", "member": "M-404", "patient_agreed": True}
    wire = said(site, "hall", "referral.made", card_id="C-ids", **referral)
    page = hall.get(address(wire)).text
    assert 'name="member"' in page
    assert 'name="referral_id"' not in page and 'name="card_id"' not in page
    assert 'name="card_id"' in hall.get(address(waiting_for_a_card(site))).text


def waiting_for_a_card(site: RunningSite) -> dict[str, Any]:
    return said(site, "hall", "club.joined", card_id=f"C-{uuid4()}", club="XYH-11")


def test_an_id_that_was_taken_is_another_where_the_form_does_not_show_it(
    site: RunningSite, hall: httpx.Client
) -> None:
    for name in ("C-twin-1", "C-twin-2"):
        said(site, "hall", "card.registered", **card(name, "周双份", "13700005555")["data"])
    gone = {"complaint_id": "P-twin", "kind": "product"}
    both = [
        said(site, "hall", "complaint.raised", card_id="C-twin-1", **gone),
        said(site, "hall", "complaint.raised", card_id="C-twin-2", **gone | {"kind": "service"}),
    ]
    # They are of one instant: which of them is the later is told by their ids.
    (wire,) = [w for w in both if outcome(site, w["source"], w["id"]) == "rejected"]
    assert 'name="complaint_id"' not in hall.get(address(wire)).text
    form_id, answer = mend(hall, wire)
    assert answer.status_code == 303, answer.text
    site.work()
    assert outcome(site, wire["source"], f"{form_id}-1") == "recorded"


def test_a_code_that_is_no_members_leads_nowhere(site: RunningSite, hall: httpx.Client) -> None:
    said(site, "hall", "card.registered", **card("C-code", "周无码", "13700006666")["data"])
    referral = {"referral_id": "R-code", "member": "M-404", "patient_agreed": True}
    wire = said(site, "hall", "referral.made", card_id="C-code", **referral)
    page = hall.get(address(wire, "/event")).text
    assert "M-404" in page and "/members/M-404" not in page
    assert "周*码" in page and "周*码" in hall.get(LIST).text and "周无码" not in page


def test_what_was_just_mended_is_not_offered_to_be_mended_again(
    site: RunningSite, hall: httpx.Client
) -> None:
    said(site, "hall", "card.registered", **card("C-once", "周一次", "13700007777")["data"])
    wire = said(site, "hall", "club.joined", card_id="C-onc", club="XYH-11")
    assert AGAIN in hall.get(address(wire, "/event")).text
    assert mend(hall, wire, card_id="C-once")[1].status_code == 303
    page = hall.get(address(wire, "/event")).text
    assert AGAIN not in page and "/event/void" not in page and "正在撤销" in page
    site.work()
    assert AGAIN not in hall.get(address(wire, "/event")).text
