"""Field staff of a dealer: its activities, the people of its copy by row, and nobody else."""

import re
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from campaigns.ids import person_id
from crm.copies.tables import COPY_ROW
from crm.feed.finding import find_own
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope, dealer_scope
from crm.storage.database import reading
from streams.embedded.worker import Worker
from tests.examples import an_event
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    sign_in,
    token_in,
    yes_to_d1,
)


@pytest.fixture(scope="module", autouse=True)
def company(site: RunningSite) -> None:
    site.user("hall", "dealer_staff", "D1")
    contract = {"dealer": "D1", "contract_id": "K1", "name": "一号", "regions": ["110000"]}
    contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
    other = activity_today("A-other")
    other |= {"data": {**other["data"], "dealer": "D2"}}
    site.accept(an_event("dealer.contracted", contract), activity_today(), other)
    for card_id, name, phone in (
        ("C-ours", "王桂英", "13912345678"),
        ("C-not", "王桂芳", "13700005678"),
    ):
        wire = card(card_id, name, phone)
        wire["data"] |= {"region": "110105", "activity_id": "A-today"}
        site.accept(wire)
    site.accept(*yes_to_d1())
    Worker(site.site.engine, site.site.keyring).until_idle()


@pytest.fixture
def hall(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        assert sign_in(client, "hall").headers["location"] == "/log"
        yield client


def key_of(site: RunningSite) -> str:
    with reading(site.site.engine) as connection:
        return str(connection.execute(select(COPY_ROW.c.key)).scalar_one())


def found(client: httpx.Client, text: str) -> str:
    form = {"form_token": token_in(client.get("/log/A-today").text), "text": text}
    return client.post("/log/A-today/find", data=form).text


@pytest.mark.parametrize("text", ["桂", "wanggui", "wgy", "5678"])
def test_who_is_in_the_copy_is_found_and_nobody_else_exists(
    site: RunningSite, hall: httpx.Client, text: str
) -> None:
    page = found(hall, text)
    assert f"/log/A-today/person/{key_of(site)}" in page
    assert page.count("/log/A-today/person/") == 1
    assert "王*英" in page and "王桂英" not in page
    assert person_id("C-not") not in page


def test_a_person_of_the_company_and_an_activity_of_another_dealer_are_not_there(
    site: RunningSite, hall: httpx.Client
) -> None:
    for name in (person_id("C-not"), person_id("C-ours"), "C-ours"):
        assert hall.get(f"/log/A-today/person/{name}").status_code == 404
    assert hall.get("/log/A-other").status_code == 404
    for path in ("/people", f"/people/{person_id('C-ours')}", "/copy", "/season.csv"):
        assert hall.get(path).status_code == 403
    with reading(site.site.engine) as connection:
        for scope in (dealer_scope("D2"), HEADQUARTERS_SCOPE):
            with pytest.raises(OutOfScope):
                find_own(scope, connection, "D1", "桂", 8)


def test_a_tap_signs_the_person_in_by_row_as_the_dealer(
    site: RunningSite, hall: httpx.Client
) -> None:
    page = found(hall, "wgy")
    forms = re.findall(r'action="/log/A-today/submit"(.*?)</form>', page, re.DOTALL)
    (form,) = [each for each in forms if 'name="person_id" value="' in each]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {"attended": "1"}
    answer = hall.post("/log/A-today/submit", data=fields)
    assert "已收下" in answer.text and "看档案" not in answer.text
    site.work()
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.role, JOURNAL.c.subject, OUTCOME.c.outcome)
        query = query.join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        said = connection.execute(query.where(JOURNAL.c.type == "activity.attended")).all()
    assert said == [("dealer/D1", "card/C-ours", "recorded")]


def test_by_way_of_a_row_no_purpose_is_asked_that_would_be_refused(
    site: RunningSite, hall: httpx.Client
) -> None:
    known = hall.get(f"/log/A-today/person/{key_of(site)}").text
    fresh = hall.get("/log/A-today/new").text
    assert 'name="consent_archive"' in known and 'name="consent_marketing"' not in known
    assert 'name="consent_marketing"' in fresh


def test_a_new_card_is_the_dealers_word(site: RunningSite, hall: httpx.Client) -> None:
    page = hall.get("/log/A-today/new").text
    fields = dict(re.findall(r'name="(form_id|written_at)" value="([^"]*)"', page))
    fields |= {"form_token": token_in(page), "name": "李新来", "attended": "1"}
    assert "已收下" in hall.post("/log/A-today/submit", data=fields).text
    with reading(site.site.engine) as connection:
        subject = f"card/{fields['form_id']}"
        said = connection.execute(select(JOURNAL.c.role).where(JOURNAL.c.subject == subject)).all()
    assert {role for (role,) in said} == {"dealer/D1"}


def test_a_dealers_people_see_whom_their_forms_of_today_are_about_as_far_as_they_may(
    site: RunningSite, hall: httpx.Client
) -> None:
    """The name on a card that the account wrote, and of a row of the copy; of nobody else."""
    Worker(site.site.engine, site.site.keyring).until_idle()
    row = {"person_id": key_of(site), "gift_item": "雨伞", "gift_value": "30"}
    fresh = {"name": "东方新来", "consent_archive": "1", "refused_marketing": "1"}
    fresh |= {"method": "paper"}
    sent = []
    for typed in (row, fresh):
        page = hall.get("/log/A-today/new").text
        fields = dict(re.findall(r'name="(form_id|written_at)" value="([^"]*)"', page))
        fields |= {"form_token": token_in(page), **typed}
        assert "已收下" in hall.post("/log/A-today/submit", data=fields).text
        sent.append(fields["form_id"])
    Worker(site.site.engine, site.site.keyring).until_idle()
    listed = hall.get("/said").text
    lines = {form: re.findall(rf'/said/{form}">(.*?)</a>', listed, re.S)[0] for form in sent}
    assert "王*英" in lines[sent[0]] and "东**来" in lines[sent[1]]
    assert "王桂英" not in listed and "东方新来" not in listed
    assert "同意 · 建立档案" in lines[sent[1]] and "接收活动通知" in lines[sent[1]]
    assert "点开可以撤销" in lines[sent[1]] and f"回执号 {sent[1][:8].upper()}" in lines[sent[1]]
    assert "东**来" in hall.get(f"/said/{sent[1]}").text
    no = {"card_id": "C-ours", "purpose": "share_with_dealer", "dealer": "D1"}
    site.accept(an_event("consent.withdrawn", no, id="no-more", time="2026-05-04T09:00:00+08:00"))
    Worker(site.site.engine, site.site.keyring).until_idle()
    listed = hall.get("/said").text
    assert "王*英" not in listed and "东**来" in listed
