"""A no to readings: nothing is measured against it, and what was measured before is not shown."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy.event import listen, remove

from campaigns.ids import person_id
from crm.archives.queries import person_shown
from crm.fhir.archive import archive_resources
from crm.people.queries import find_people
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.person_events import event
from tests.integration.web.sheets import again, cell, pick, sheet_of
from tests.integration.web.sites import RunningSite, activity_today, card, entered, token_in

HEADINGS = ("姓名", "手机", "高压", "低压", "病症", "同意记录健康情况")
REFUSED = "本人不同意“记录健康情况”"
BEFORE = "本人以前说过不同意"


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")
    site.user("law", "compliance")
    site.accept(activity_today(), activity_today("A-sheet"))
    site.accept(card("R-1", "钱不量", "13700006601"), card("R-2", "孙不看", "13700006602"))


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


@pytest.fixture
def law(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "law")


def submit(client: httpx.Client, path: str, **typed: str) -> httpx.Response:
    page = client.get(f"/log/A-today/{path}").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return client.post("/log/A-today/submit", data=form | {"method": "paper", **typed})


@pytest.mark.parametrize("name", ["systolic_mmhg", "diastolic_mmhg", "pulse_bpm"])
def test_a_reading_with_a_refusal_is_a_fault_beside_its_field_and_nothing_is_said(
    site: RunningSite, field: httpx.Client, name: str
) -> None:
    said = {"name": "吴新卡", name: "99", "refused_health": "1"}
    answer = submit(field, "new", **said)
    assert answer.status_code == 422
    beside = re.search(rf'<p class="fault" id="{name}-fault">([^<]*)', answer.text)
    assert beside and REFUSED in beside[1]
    assert "data-receipt" in submit(field, "new", **{**said, name: ""}).text


def test_who_refused_before_is_measured_only_after_a_consent(
    site: RunningSite, field: httpx.Client
) -> None:
    site.accept(event("consent.refused", "R-1", purpose="health"))
    path, said = f"person/{person_id('R-1')}", {"attended": "1", "systolic_mmhg": "150"}
    assert 'data-health="no"' in field.get(f"/log/A-today/{path}").text
    answer = submit(field, path, **said)
    assert answer.status_code == 422 and BEFORE in answer.text
    assert "data-receipt" in submit(field, path, **said, consent_health="1").text


def reading_of(card_id: str) -> dict[str, Any]:
    return event("clinic.consulted", card_id, health={"systolic_mmhg": 157, "diastolic_mmhg": 91})


def exported(site: RunningSite, name: str, at_us: int | None = None) -> set[str]:
    """The kinds of things that an export of the archive holds."""
    now_us, keyring = site.site.now_us(), site.site.keyring
    with reading(site.site.engine) as connection:
        known = person_shown(HEADQUARTERS_SCOPE, connection, keyring, name, now_us, at_us)
    assert known
    made = archive_resources(known.person, known.past, known.closed)
    return {each["resourceType"] for each in made}


@pytest.mark.parametrize("word", ["consent.refused", "consent.withdrawn"])
def test_the_archive_shows_no_reading_while_health_is_refused_or_withdrawn(
    site: RunningSite, law: httpx.Client, word: str
) -> None:
    name = f"R-{word}"
    registered = card(name, "李不看", f"1370000{len(word)}603")
    registered["data"]["health"] = {"conditions": ["高血压"], "medicines": ["阿司匹林"]}
    measured = reading_of(name)
    site.accept(registered, measured)
    address = f"/people/{person_id(name)}"
    assert "Observation" in exported(site, name)
    assert "测量记录" in law.get(address).text and "高血压" not in law.get(address).text
    site.accept(event(word, name, purpose="health"))
    for page in (law.get(address).text, law.get(f"{address}?large=true").text):
        assert "病症、用药和测量都不给看" in page
        assert "测量记录" not in page and "病症</dt>" not in page
        assert 'value="health"' not in page and 'value="conditions"' not in page
    token = {"form_token": token_in(law.get(address).text)}
    assert law.post(f"{address}/readings", data=token).status_code == 404
    tap = {"card_id": name, "field": "conditions"}
    assert law.post(f"{address}/reveal", data=token | tap).status_code == 404
    assert "Observation" not in exported(site, name)
    of_event = {"source": measured["source"], "event_id": measured["id"], "field": "health"}
    assert law.post(f"{address}/reveal", data=token | tap | of_event).status_code == 404


def test_a_later_consent_opens_what_was_measured_again(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(reading_of("R-2"), event("consent.refused", "R-2", purpose="health"))
    assert "测量记录" not in law.get(f"/people/{person_id('R-2')}").text
    given = {"purpose": "health", "notice_version": "2026-01", "method": "paper", "by": "self"}
    later = event("consent.given", "R-2", **given)
    later["time"] = later["time"].replace("11:00", "12:00")
    site.accept(later)
    assert "测量记录" in law.get(f"/people/{person_id('R-2')}").text


def test_in_a_sheet_health_with_a_refusal_is_a_question_of_the_row(field: httpx.Client) -> None:
    rows = (
        ("王血压", "13811110001", "150", "90", "", "否"),
        ("李病症", "13811110002", "", "", "头晕", "不同意"),
        ("赵同意", "13811110003", "150", "90", "头晕", "是"),
        ("周没问", "13811110004", "140", "90", "", ""),
        ("吴没问", "13811110005", "140", "90", "", "未问"),
    )
    page = pick(field, "A-sheet", sheet_of(*rows, headings=HEADINGS)).text
    assert "要改好才收 2 行" in page and "新写 3 行" in page
    assert page.count("写着“否”，这一格就不能收") == 3
    assert "第 5、6 行：写了血压，但没有“同意记录健康情况”的答复" in page
    mended = {cell(page, 2, "systolic"): "", cell(page, 2, "diastolic"): ""}
    mended |= {cell(page, 3, "consent_health"): "是"}
    page = again(field, page, "look", **mended).text
    assert "要改好才收" not in page and "新写 5 行" in page


def test_a_row_of_somebody_who_refused_elsewhere_is_a_question_before_it_is_sent(
    site: RunningSite, field: httpx.Client
) -> None:
    dated = card("R-6", "冯拒绝", "13700006606")
    dated["data"]["person"] |= {"birth_date": "1950-03-02"}
    del dated["data"]["person"]["birth_year"]
    site.accept(card("R-5", "郑拒绝", "13700006605"), dated)
    site.accept(*(event("consent.refused", name, purpose="health") for name in ("R-5", "R-6")))
    headings = ("姓名", "手机", "出生日期", "高压", "低压", "病症", "同意记录健康情况")
    rows = (
        ("郑拒绝", "13700006605", "", "150", "90", "", ""),
        ("馮拒絕", "", "1950-03-02", "", "", "头晕", "未问"),
        ("郑拒绝", "13700006605", "1950", "151", "91", "", "是"),
        ("郑拒绝", "13700009999", "", "152", "92", "", ""),
        ("冯拒绝", "13700006606", "1961-01-01", "153", "93", "", ""),
        ("郑拒绝", "13700006605", "1950-01-01", "", "", "", ""),
    )
    page = pick(field, "A-sheet", sheet_of(*rows, headings=headings)).text
    assert page.count('id="why') == 3 and page.count(BEFORE) == 3
    assert "要改好才收 2 行" in page and "新写 4 行" in page
    agreed = {cell(page, 3, "consent_health"): "是"}
    mended = {cell(page, 2, "systolic"): "", cell(page, 2, "diastolic"): ""}
    page = again(field, page, "send", **agreed, **mended).text
    assert "要改好才收" not in page and "已收下 6 行" in page
    site.work()
    page = pick(field, "A-sheet", sheet_of(*rows[2:], headings=headings)).text
    assert BEFORE not in page and "没有变化 4 行" in page


def test_a_no_in_one_row_asks_about_the_others_of_that_person_whichever_comes_first(
    site: RunningSite,
) -> None:
    site.user("desk", "staff")
    site.user("own", "dealer_staff", "D1")
    headings = ("姓名", "手机", "出生日期", "高压", "病症", "同意记录健康情况")
    rows = (
        ("郝先写", "13700007701", "", "150", "", ""),
        ("郝先写", "13700007701", "1951", "", "", "否"),
        ("郝後寫", "13700007702", "1950-03-02", "", "", "否"),
        ("郝后写", "", "1950-3-2", "", "头晕", "未问"),
        ("郝同意", "13700007703", "", "", "", "否"),
        ("郝同意", "13700007703", "1952", "151", "", "是"),
        ("郝同名", "13700007704", "", "", "", "否"),
        ("郝同名", "13700007705", "", "152", "", ""),
    )
    for name in ("desk", "own"):
        for client in entered(site, name):
            page = pick(client, "A-sheet", sheet_of(*rows, headings=headings)).text
            assert "要改好才收 2 行" in page and page.count(BEFORE) == 2
            assert cell(page, 2, "systolic") and cell(page, 5, "conditions")


def test_a_no_five_hundred_rows_away_is_seen(site: RunningSite) -> None:
    site.user("heap", "staff")
    filler = [("高第" + chr(0x4E00 + n), "", "", "") for n in range(520)]
    rows = [("高先写", "13700007711", "", "否"), *filler, ("高先写", "13700007711", "头晕", "")]
    headings = ("姓名", "手机", "病症", "同意记录健康情况")
    for client in entered(site, "heap"):
        page = pick(client, "A-sheet", sheet_of(*rows, headings=headings)).text
        assert "要改好才收 1 行" in page and page.count(BEFORE) == 1


def test_a_row_that_was_taken_is_no_question_because_the_person_refused_since(
    site: RunningSite, field: httpx.Client
) -> None:
    headings = ("姓名", "手机", "高压", "低压")
    sent = sheet_of(("卫早量", "13700006607", "150", "90"), headings=headings)
    again(field, pick(field, "A-sheet", sent).text, "send")
    site.work()
    refused = event("consent.refused", card_named(site, "卫早量"), purpose="health")
    site.accept(refused)
    assert "没有变化 1 行" in pick(field, "A-sheet", sent).text
    other = sheet_of(("卫早量", "13700006607", "160", "90"), headings=headings)
    page = pick(field, "A-sheet", other).text
    assert "要改好才收 1 行" in page and BEFORE in page


def test_a_dealers_sheet_is_asked_about_by_the_dealers_own_words_and_by_no_others(
    site: RunningSite,
) -> None:
    site.user("hall", "dealer_staff", "D1")
    headings = ("姓名", "手机", "高压", "低压")
    for hall in entered(site, "hall"):
        for name, phone, refused in (
            ("吕自拒", "13700006611", "1"),
            ("严没拒", "13700006612", ""),
            ("华改号", "13700006613", "1"),
        ):
            typed = {"name": name, "phone": phone, "refused_health": refused}
            assert "data-receipt" in submit(hall, "new", **typed).text
        site.work()
        cards = {name: card_named(site, name) for name in ("严没拒", "华改号")}
        site.accept(
            *(
                card("R-8", "施公司", "13700006614"),
                event("consent.refused", "R-8", purpose="health"),
            ),
            event("consent.refused", cards["严没拒"], purpose="health"),
            event("card.corrected", cards["华改号"], contact={"phones": ["13700006615"]}),
        )
        rows = (
            ("吕自拒", "13700006611", "150", "90"),
            ("吕自拒", "13700009911", "150", "90"),
            ("严没拒", "13700006612", "150", "90"),
            ("施公司", "13700006614", "150", "90"),
            ("华改号", "13700006615", "150", "90"),
        )
        page = pick(hall, "A-sheet", sheet_of(*rows, headings=headings)).text
        assert "要改好才收 1 行" in page and "新写 4 行" in page
        assert page.count(BEFORE) == 2 and cell(page, 2, "systolic")
    for field in entered(site, "field"):
        page = pick(field, "A-sheet", sheet_of(*rows, headings=headings)).text
        assert "要改好才收 4 行" in page


def test_more_rows_of_a_dealers_sheet_ask_the_database_no_oftener(site: RunningSite) -> None:
    site.user("gate", "dealer_staff", "D1")
    asked: list[str] = []

    def look(*said: Any) -> None:
        asked.append(said[2])

    rows = [
        (f"韩第{sign}", f"137000066{n}", "150", "90") for n, sign in enumerate("甲乙丙丁戊", 21)
    ]
    counts = []
    for gate in entered(site, "gate"):
        for some in (rows[:1], rows):
            sheet = sheet_of(*some, headings=("姓名", "手机", "高压", "低压"))
            listen(site.site.engine, "before_cursor_execute", look)
            assert f"新写 {len(some)} 行" in pick(gate, "A-sheet", sheet).text
            remove(site.site.engine, "before_cursor_execute", look)
            counts.append(len(asked))
            asked.clear()
    assert counts[0] == counts[1]


def card_named(site: RunningSite, name: str) -> str:
    with reading(site.site.engine) as connection:
        found, _ = find_people(HEADQUARTERS_SCOPE, connection, name)
    return str(found[0].card_id)
