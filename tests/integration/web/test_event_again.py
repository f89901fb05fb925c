"""What was not recorded is mended on its page, in the form of its type, and said again."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import orjson
import pytest
from msgspec import inspect
from sqlalchemy import insert, select

from campaigns.catalogue import CATALOGUE
from crm.accounts.tables import ACCESS
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.outcomes.voids import NEVER_VOIDED
from crm.storage.database import reading, writing
from crm.web.view.event_form import desk_of
from tests.examples import an_event
from tests.integration.web.acting import form_in
from tests.integration.web.sites import RunningSite, activity_today, card, entered, token_in

NOT_SAID_BY_PEOPLE = {"day.reached", "copy.acknowledged"}
TYPES = sorted(CATALOGUE.keys() - NOT_SAID_BY_PEOPLE)
AGAIN = "/event/again"


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("hand", "staff")
    site.user("looks", "auditor")
    site.user("shop", "dealer", "D1")
    site.accept(activity_today(), card("G-1", "甄原来", "13700005501"))


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


def address(wire: dict[str, Any], page: str = AGAIN) -> str:
    return f"{page}?source={quote(wire['source'], safe='')}&id={wire['id']}"


def outcome(site: RunningSite, source: str, event_id: str) -> str:
    with reading(site.site.engine) as connection:
        query = select(OUTCOME.c.outcome).join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
        query = query.where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
        return str(connection.execute(query).scalar_one())


def said_with(site: RunningSite, form_id: str) -> list[tuple[str, dict[str, Any]]]:
    """(type, what is not personal of it) of the events of a form."""
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.type, JOURNAL.c.plain).where(JOURNAL.c.id.startswith(form_id))
        rows = connection.execute(query.order_by(JOURNAL.c.position)).all()
    return [(row.type, orjson.loads(row.plain)) for row in rows]


def mend(client: httpx.Client, wire: dict[str, Any], **changed: Any) -> tuple[str, httpx.Response]:
    """Open the form of an event, change some fields, send it; doubts are answered."""
    page = client.get(address(wire))
    assert page.status_code == 200, page.status_code
    form = {**form_in(page.text, AGAIN), **changed}
    answer = client.post(AGAIN, data=form)
    if answer.status_code == 200:
        answer = client.post(AGAIN, data=form_in(answer.text, AGAIN))
    return form["form_id"], answer


REFERRING = [
    name
    for name in TYPES
    if CATALOGUE[name].refers and not desk_of(name) and name not in NEVER_VOIDED
]


def everything(described: inspect.Type, name: str = "") -> Any:
    """A value of a type of the catalogue in which every field is said."""
    match described:
        case inspect.UnionType():
            return everything(described.types[0], name)
        case inspect.StructType():
            fields = {each.encode_name: each.type for each in described.fields}
            return {field: everything(of, field) for field, of in fields.items()}
        case inspect.VarTupleType():
            return [everything(described.item_type, name)]
        case inspect.LiteralType():
            return described.values[0]
        case inspect.DateType():
            return "1950-03-04"
        case inspect.DateTimeType():
            return "2026-03-04T09:30:00+08:00"
        case inspect.BoolType():
            return False
        case inspect.IntType():
            return 1950 if name == "birth_year" else 70
        case inspect.FloatType():
            return 70.5
    return {"region": "130102", "evidence_sha256": "a" * 64}.get(name, f"n-{name}")


_IDS = {"card_id", "other_card_id", "activity_id", "member", "purchase_id", "trial_id"}


def said_of(type_name: str) -> dict[str, Any]:
    said: dict[str, Any] = everything(inspect.type_info(CATALOGUE[type_name]))
    # Nothing that another type speaks of, or erases.
    ids = {name: f"{type_name}-{value}" for name, value in said.items() if name in _IDS}
    said |= ids
    if said.get("purpose", "share_with_dealer") != "share_with_dealer":
        del said["dealer"]
    return said


@pytest.mark.parametrize("type_name", REFERRING)
def test_what_waits_is_said_again_as_it_was_and_the_old_one_taken_back(
    site: RunningSite, office: httpx.Client, type_name: str
) -> None:
    said = said_of(type_name)
    wire = an_event(type_name, said, id=f"w-{uuid4()}", source="/tests/hall")
    site.accept(wire)
    assert outcome(site, wire["source"], wire["id"]) == "waiting"
    assert 'href="/event/again?' in office.get(address(wire, "/event")).text
    form_id, answer = mend(office, wire)
    assert answer.status_code == 303, answer.text
    site.work()
    (first, told), (second, _) = said_with(site, form_id)
    assert (first, second) == (type_name, "event.voided")
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.plain).where(JOURNAL.c.id == wire["id"])
        assert told == orjson.loads(connection.execute(query).scalar_one())
    assert outcome(site, wire["source"], wire["id"]) == "voided"
    assert address(wire) not in office.get(address(wire, "/event")).text


def test_every_type_that_people_say_has_a_form_or_a_desk(office: httpx.Client) -> None:
    assert {name for name in TYPES if desk_of(name)} == {
        "matching.published",
        "reward_policy.published",
    }
    for name in TYPES:
        if path := desk_of(name):
            assert office.get(path).status_code == 200


def test_a_card_whose_number_is_taken_gets_a_new_one_and_its_words_are_seen_and_logged(
    site: RunningSite, office: httpx.Client
) -> None:
    second = card("G-1", "卜第二张", "13700005502") | {"id": "second", "source": "/sheets/D2"}
    site.accept(second)
    page = office.get(address(second)).text
    assert 'value="卜第二张"' in page and "换了一个新的" in page
    form_id, answer = mend(office, second, **{"person.name": "卜改好"})
    assert answer.status_code == 303
    site.work()
    ((_, told),) = said_with(site, form_id)
    assert told["card_id"] != "G-1"
    assert outcome(site, "/sheets/D2", "second") == "rejected"
    old = office.get(address(second, "/event")).text
    assert "处理过了" in old
    with reading(site.site.engine) as connection:
        query = select(ACCESS.c.card_id).where(ACCESS.c.field == "event")
        assert "G-1" in connection.execute(query).scalars().all()


def test_what_cannot_be_read_stands_beside_its_field_with_all_that_was_typed(
    site: RunningSite, office: httpx.Client
) -> None:
    said = {"card_id": "none", "item": "毛巾", "value_fen": 3_000}
    wire = an_event("gift.given", said, id="gift", source="/tests/hall")
    site.accept(wire)
    _, answer = mend(office, wire, value_fen="三十块", item="脸盆")
    assert answer.status_code == 422 and "金额看不懂" in answer.text
    assert 'value="三十块"' in answer.text and 'value="脸盆"' in answer.text
    form_id, answer = mend(office, wire, card_id="G-1", value_fen="35.50", when="2026-05-02T08:30")
    assert answer.status_code == 303
    site.work()
    (_, told), _ = said_with(site, form_id)
    assert told == {"card_id": "G-1", "item": "毛巾", "value_fen": 3_550}
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.time, JOURNAL.c.id).where(JOURNAL.c.id == f"{form_id}-1")
        time, event_id = connection.execute(query).one()
    assert time.startswith("2026-05-02T08:30") or time.startswith("2026-05-02T00:30")
    with reading(site.site.engine) as connection:
        source = connection.execute(
            select(JOURNAL.c.source).where(JOURNAL.c.id == event_id)
        ).scalar_one()
    assert outcome(site, source, event_id) == "recorded"


def test_a_dead_letter_is_mended_too_and_asks_for_nobody_any_more(
    site: RunningSite, office: httpx.Client
) -> None:
    said = {"card_id": "G-1", "item": "毛巾", "value_fen": 3_000}
    wire = an_event("gift.given", said, id="dead", source="/tests/hall")
    site.accept(wire)
    with writing(site.site.engine) as connection:
        query = select(JOURNAL.c.position).where(JOURNAL.c.id == "dead")
        position = connection.execute(query).scalar_one()
        row = {"position": position, "home": "card/G-1", "error": "ValueError", "failed_us": 1}
        connection.execute(insert(DEAD_LETTER), [row])
    assert AGAIN in office.get(address(wire, "/event")).text
    form_id, answer = mend(office, wire, item="脸盆")
    assert answer.status_code == 303
    site.work()
    assert [name for name, _ in said_with(site, form_id)] == ["gift.given", "event.voided"]
    assert "处理过了，" in office.get(address(wire, "/event")).text


def test_nobody_else_mends_it(site: RunningSite) -> None:
    said = {"card_id": "none-2", "club": "XYH-11"}
    wire = an_event("club.joined", said, id="club", source="/tests/hall")
    site.accept(wire)
    for name, status in (("hand", 404), ("looks", 403), ("shop", 403)):
        for client in entered(site, name):
            assert client.get(address(wire)).status_code == status, name
            form = {"form_token": token_in(client.get("/me").text), "of_id": "club"}
            form |= {"of_source": "/tests/hall", "form_id": str(uuid4())}
            assert client.post(AGAIN, data=form).status_code == status, name
            if name == "looks":
                assert not re.search(r"/event/again", client.get(address(wire, "/event")).text)
