"""Headquarters is asked whether two cards are one person's, and says by which weights."""

import re
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from campaigns.ids import person_id, short_number
from campaigns.intake import HEADQUARTERS
from crm.accounts.access import accesses_of_cards
from crm.journal.events import JOURNAL
from crm.people.tables import LINK
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.examples import an_event, written
from tests.integration.web.sites import RunningSite, sign_in, token_in


def twin(card_id: str, name: str, **more: str) -> bytes:
    person = {"name": name, "birth_date": "1949-12-31", "sex": "male"}
    contact = {"phones": ["13912340009"], "address": "和平路9号"}
    data = {"card_id": card_id, "person": person, "contact": contact, "source_kind": "walk_in"}
    data |= more
    return written(an_event("card.registered", data, id=f"e-{card_id}", source="/hq"))


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("law", "compliance")
    lines = [twin("T1", "李建国"), twin("T2", "李建军"), twin("T3", "李建□", region="110106")]
    site.site.intake.accept(lines, HEADQUARTERS)
    site.work()


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "office")
        yield client


def hidden(page: str, action: str) -> dict[str, str]:
    """What the first form to an address carries."""
    (form, *_) = re.findall(rf'<form method="post" action="{action}"[^>]*>(.*?)</form>', page, re.S)
    return dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', form))


def decided(site: RunningSite) -> dict[str, str]:
    site.work()
    with reading(site.site.engine) as connection:
        rows = connection.execute(select(LINK.c.card_id, LINK.c.decided_by))
        return {card_id: by for card_id, by in rows if card_id.startswith("T")}


def test_pairs_are_asked_opened_decided_and_pinned(site: RunningSite, office: httpx.Client) -> None:
    page = office.get("/matching").text
    assert "只用确定规则" in page
    publish = {**hidden(page, "/matching/publish"), "which": "weights"}
    asked = office.post("/matching/publish", data=publish)
    assert asked.status_code == 200, "it is asked about once"
    assert "全部 3 张档案卡会重新识别" in asked.text and "经销商的副本" in asked.text
    assert "会有 2 张卡自动归到别的卡，1 对请人来看" in asked.text, "as it comes below"
    assert set(decided(site).values()) == {"alone"}, "one tap moves nobody"
    publish = {**hidden(asked.text, "/matching/publish"), "which": "weights"}
    assert office.post("/matching/publish", data=publish).status_code == 303
    assert set(decided(site).values()) == {"alone", "weights"}
    alike = office.get(f"/people/{person_id('T1')}").text
    assert "很像是同一个人" in alike and "读音相同" not in alike and "电话相同" in alike
    page = office.get("/matching").text
    assert "李建" not in page and "/matching/linked" in page
    linked = office.get("/matching/linked").text
    assert "<small>1</small>" in page and "<small>2</small>" in linked
    assert "北京市丰台区" in page + linked and "110106" not in page + linked
    assert "第 1 对" in linked and "电话相同" in linked and "李建" not in linked
    with reading(site.site.engine) as connection:
        published = select(JOURNAL.c.source, JOURNAL.c.id)
        source, event_id = connection.execute(
            published.where(JOURNAL.c.type == "matching.published")
        ).one()
    told = office.get("/event", params={"source": source, "id": event_id}).text
    assert "centibits" not in told and "姓名" in told and "读音相同" in told
    opening = hidden(page, "/matching/open")
    opened = office.post("/matching/open", data=opening).text
    assert "李建军" in opened
    assert "会变的" in opened, "what would change is told"
    with reading(site.site.engine) as connection:
        looks = accesses_of_cards(HEADQUARTERS_SCOPE, connection, [opening["card_id"]])
    assert [look.field for look in looks] == ["pair"]
    nothing = office.post("/matching/decide", data=hidden(opened, "/matching/decide"))
    assert "还没有选" in nothing.text
    said = {**hidden(opened, "/matching/decide"), "word-0": "different"}
    assert office.post("/matching/decide", data=said).status_code == 303
    site.work()
    assert "/matching/open" not in office.get("/matching").text
    back = {**hidden(office.get("/matching").text, "/matching/publish"), "which": "rule"}
    asked = office.post("/matching/publish", data=back)
    assert "张卡会再分开" in asked.text
    back = {**hidden(asked.text, "/matching/publish"), "which": "rule"}
    assert office.post("/matching/publish", data=back).status_code == 303
    assert set(decided(site).values()) == {"alone"}


def test_compliance_looks_and_decides_nothing(site: RunningSite) -> None:
    with site.client() as client:
        sign_in(client, "law")
        page = client.get("/matching")
    assert page.status_code == 200
    assert "/matching/decide" not in page.text or "word-0" not in page.text
    assert "/matching/publish" not in page.text


def test_twins_whose_masked_names_are_one_are_told_apart_in_lists_and_letters(
    site: RunningSite, office: httpx.Client
) -> None:
    site.site.intake.accept([twin("T4", "王兰"), twin("T5", "王芳")], HEADQUARTERS)
    site.work()
    numbers = {card_id: short_number(card_id) for card_id in ("T1", "T2", "T4", "T5")}
    listed = office.get("/people").text
    assert f"王* {numbers['T4']}" in listed and f"王* {numbers['T5']}" in listed
    assert "李*国" in listed and numbers["T1"] not in listed, "these differ as they are shown"
    found = office.post("/people", data={"form_token": token_in(listed), "text": "王兰"}).text
    assert "王*" in found and numbers["T4"] not in found, "one alone needs no number"
    letter = office.get(f"/people/{person_id('T4')}/letter").text
    assert f"档案卡 {numbers['T4']}" in letter and "1949 年生" in letter
