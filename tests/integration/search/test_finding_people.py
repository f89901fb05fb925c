"""People are found as people ask: by name however it is written, by sound, number, year."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import event as listened
from sqlalchemy import select

from campaigns.ids import person_id, short_number
from campaigns.intake import Credential
from crm.components.index_keys import keyed_digest
from crm.journal.events import JOURNAL
from crm.journal.numbers import events_with_id, numbers_of
from crm.outcomes.asking import handled_counts
from crm.outcomes.queries import outcome_counts
from crm.outcomes.tables import EVENT_HANDLED
from crm.people.queries import Wanted, find_people, list_people
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import PARAMETERS_PER_QUERY, reading, writing
from tests.examples import a_card, written
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    running,
    sign_in,
    token_in,
)

CASES = (Path(__file__).parent / "cases" / "search-names.ndjson").read_bytes().splitlines()
_SCAN = re.compile(r"SCAN (journal|link|card)\b")
ID_NUMBER = "11010519491231002X"
INVENTED: dict[str, dict[str, Any]] = {
    "hong1": {"person": {"name": "刘小红"}},
    "hong2": {"person": {"name": "刘晓红"}},
    "ouyang": {"person": {"name": "欧阳淑珍", "birth_date": "1946-02-09"}},
    "old": {"person": {"name": "吳 桂蘭", "id_number": ID_NUMBER}},
    "dots": {"person": {"name": "阿依古丽．买买提"}},
    "pasted": {"person": {"name": "何 芳"}, "contact": {"phones": ["\u202d138 1234-0077\u202c"]}},
    "surname": {"person": {"name": "夏荷"}},
    "given": {"person": {"name": "毕夏"}},
    "tail": {"person": {"name": "许芳"}, "contact": {"phones": ["13999990077"]}},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with running(tmp_path_factory.mktemp("search")) as started:
        cards = [written(a_card(name, **said)) for name, said in INVENTED.items()]
        asked = [orjson.loads(line) | {"time": activity_today()["time"]} for line in CASES]
        started.accept(*asked, *map(orjson.loads, cards), activity_today())
        yield started


def found(site: RunningSite, text: str) -> list[str]:
    """The cards that a text finds, the nearest first."""
    digest = keyed_digest(site.site.keyring.secret("ties"))
    with reading(site.site.engine) as connection:
        people, _ = find_people(HEADQUARTERS_SCOPE, connection, text, digest=digest)
    return [person.card_id for person in people]


@pytest.mark.parametrize(
    ("text", "card_id"),
    [
        ("吴英", "v1"),
        ("吴 英", "v1"),
        ("吳英", "v1"),
        ("郑芳", "v2"),
        ("鄭　芳", "v2"),
        ("古丽·艾山", "v3"),
        ("古丽•艾山", "v3"),
        ("古丽・艾山", "v3"),
        ("古丽‧艾山", "v3"),
        ("古丽 艾山", "v3"),
        ("古丽艾山", "v3"),
        ("古丽…艾山", "v3"),
        ("艾山", "v3"),
        ("钱玉兰", "v4"),
        ("錢玉蘭", "v4"),
        ("孟佳", "v5"),
        ("孟\u200b佳", "v5"),
        ("mengjia", "v5"),
        ("meng jia", "v5"),
        ("MJ", "v5"),
        ("yulan", "v4"),
        ("shuzhen", "ouyang"),
        ("ou yang shu zhen", "ouyang"),
        ("oysz", "ouyang"),
        ("1946", "ouyang"),
        ("1946年", "ouyang"),
        ("1946-2-9", "ouyang"),
        ("１９４６.０２.０９", "ouyang"),
        ("欧阳 1946", "ouyang"),
        (ID_NUMBER, "old"),
        (ID_NUMBER.lower(), "old"),
        ("110105 19491231 002X", "old"),
        ("吴桂兰", "old"),
        ("阿依古丽·买买提", "dots"),
        ("13812340077", "pasted"),
        ("+86 138 1234 0077", "pasted"),
        ("\u202a１３８１２３４００７７\u202c", "pasted"),
    ],
)
def test_a_person_is_found_alone(site: RunningSite, text: str, card_id: str) -> None:
    assert found(site, text) == [card_id]


def test_the_end_of_a_phone_finds_everybody_who_has_it(site: RunningSite) -> None:
    assert sorted(found(site, "0077")) == ["pasted", "tail"]


def test_a_name_that_sounds_alike_is_found_after_the_very_name(site: RunningSite) -> None:
    assert found(site, "刘晓红") == ["hong2", "hong1"]
    assert found(site, "刘小红") == ["hong1", "hong2"]
    assert sorted(found(site, "小红")) == ["hong1", "hong2"]


def test_whose_surname_is_typed_in_letters_stands_before_whose_given_name_it_is(
    site: RunningSite,
) -> None:
    assert found(site, "xia") == found(site, "Xia") == ["surname", "given", "hong1", "hong2"]


def test_people_stand_by_surname_then_given_name(site: RunningSite) -> None:
    everybody = found(site, "")
    assert everybody.index("hong1") < everybody.index("ouyang") < everybody.index("v4")
    assert everybody[-2:] == ["v1", "v2"] or everybody.index("v1") < everybody.index("v2")


@pytest.mark.parametrize("text", ["王", "zzz", "13800001111", "1931", "%", "_"])
def test_who_is_not_there_is_not_found(site: RunningSite, text: str) -> None:
    assert found(site, text) == []


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Iterator[httpx.Client]:
    site.user("office", "headquarters")
    with site.client() as client:
        sign_in(client, "office")
        yield client


@pytest.mark.parametrize(
    ("text", "card_id"),
    [("吴英", "v1"), ("郑芳", "v2"), ("古丽·艾山", "v3"), ("钱玉兰", "v4"), ("孟佳", "v5")],
)
def test_the_phone_form_and_the_list_find_them(
    office: httpx.Client, text: str, card_id: str
) -> None:
    token = token_in(office.get("/people").text)
    for address in ("/people", "/log/A-today/find"):
        page = office.post(address, data={"form_token": token, "text": text}).text
        assert person_id(card_id) in page, address


@pytest.mark.parametrize("as_typed", [str, str.lower])
def test_a_card_whose_id_its_sender_made_is_found_by_its_short_number_and_by_the_id(
    site: RunningSite, as_typed: Callable[[str], str]
) -> None:
    assert found(site, as_typed(short_number("ouyang"))) == ["ouyang"]
    assert found(site, "ouyang") == ["ouyang"]


def test_a_short_number_signs_in_whose_id_its_sender_made(
    site: RunningSite, office: httpx.Client
) -> None:
    token = token_in(office.get("/log/A-today/scan").text)
    form = {"form_token": token, "code": short_number("ouyang"), "form_id": str(uuid4())}
    assert "欧**珍" in office.post("/log/A-today/scan", data=form).text


def searched(client: httpx.Client, text: str) -> str:
    form = {"form_token": token_in(client.get("/search").text), "text": text}
    return client.post("/search", data=form).text


def test_an_event_is_found_by_the_id_that_its_sender_made_by_whoever_sees_it(
    site: RunningSite,
) -> None:
    for dealer in ("D1", "D2"):
        credential = Credential("dealer", "u-erp", dealer, (f"/dealers/{dealer}",))
        identity = {"source": f"/dealers/{dealer}/erp", "id": "ERP-77"}
        mine = a_card(f"{dealer}-own", person={"name": "毛远新"}, attributes=identity)
        [receipt] = site.site.intake.accept([orjson.dumps(mine)], credential)
        assert receipt.status == "accepted", receipt
        site.user(f"desk-{dealer}", "dealer", dealer)
    site.work()
    site.user("chief", "headquarters")
    site.user("hall-D1", "dealer_staff", "D1")
    seen = {"chief": {"D1", "D2"}, "desk-D1": {"D1"}, "desk-D2": {"D2"}, "hall-D1": set()}
    for name, dealers in seen.items():
        with site.client() as client:
            assert sign_in(client, name).status_code == 303
            page = unescape(searched(client, "ERP-77"))
        shown = {each for each in ("D1", "D2") if f"source=/dealers/{each}/erp" in unquote(page)}
        assert shown == dealers, name


def test_finding_listing_and_numbering_read_no_table_from_end_to_end(site: RunningSite) -> None:
    said: list[tuple[str, Any]] = []
    listener = (site.site.engine, "before_cursor_execute", lambda *told: said.append(told[2:4]))
    listened.listen(*listener)
    try:
        with reading(site.site.engine) as connection:
            find_people(HEADQUARTERS_SCOPE, connection, "liuxh")
            find_people(HEADQUARTERS_SCOPE, connection, "刘小红")
            find_people(HEADQUARTERS_SCOPE, connection, "0077")
            find_people(HEADQUARTERS_SCOPE, connection, short_number("hong1"))
            list(events_with_id(HEADQUARTERS_SCOPE, connection, "reg-hong1"))
            list_people(HEADQUARTERS_SCOPE, connection, Wanted())
            numbers_of(
                HEADQUARTERS_SCOPE,
                connection,
                [("/tests/hall", "reg-hong1"), ("/tests/hall", "reg-hong2")],
            )
            handled_counts(HEADQUARTERS_SCOPE, connection)
    finally:
        listened.remove(*listener)
    assert len(said) >= 6
    with reading(site.site.engine) as connection:
        for statement, parameters in said:
            if "count(*) AS count_1" in statement:
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            scans = [row.detail for row in plan if _SCAN.match(row.detail)]
            assert all("INDEX" in scan for scan in scans), (statement, scans)
            assert not any("journal" in scan for scan in scans), (statement, scans)


def test_what_was_seen_to_is_counted_in_one_query_that_reads_nothing_else(
    site: RunningSite,
) -> None:
    said: list[tuple[str, Any]] = []
    listener = (site.site.engine, "before_cursor_execute", lambda *told: said.append(told[2:4]))
    with writing(site.site.engine) as connection:
        there = outcome_counts(HEADQUARTERS_SCOPE, connection)
        cards = outcome_counts(HEADQUARTERS_SCOPE, connection, "card.registered")
        outside = select(JOURNAL.c.position).where(JOURNAL.c.role != "system")
        rows = [{"position": each} for each in connection.execute(outside).scalars()]
        more = [{"position": each} for each in range(10**6, 10**6 + 2 * PARAMETERS_PER_QUERY)]
        seen = {"at_us": 0, "actor": "u-x"}
        connection.execute(EVENT_HANDLED.insert(), [each | seen for each in rows + more])
        listened.listen(*listener)
        try:
            counts = handled_counts(HEADQUARTERS_SCOPE, connection)
            counts_of_cards = handled_counts(HEADQUARTERS_SCOPE, connection, "card.registered")
        finally:
            listened.remove(*listener)
        assert counts == {**there, "accepted": there.get("accepted", 0) + len(more)}
        assert counts_of_cards == cards
        assert len(said) == 2
        for statement, parameters in said:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            scans = [row.detail for row in plan if row.detail.startswith("SCAN")]
            assert all(scan.startswith("SCAN event_handled") for scan in scans), scans
        connection.rollback()
