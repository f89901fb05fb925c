"""What was not recorded is mended on its page, in the form of its type, and said again."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from msgspec import inspect
from sqlalchemy import insert, select, update

from campaigns.catalogue import CATALOGUE
from campaigns.times import rfc3339
from crm.accounts.tables import ACCESS
from crm.clock import now_us
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.ledger.tables import REWARD
from crm.outcomes.register import GIVEN_UP_AFTER_US, begin_mending, end_mending
from crm.outcomes.tables import EVENT_MENDED, OUTCOME
from crm.outcomes.voids import NEVER_VOIDED
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from crm.web.view.event_form import desk_of
from tests.examples import an_event
from tests.integration.web.acting import form_in
from tests.integration.web.mending import AGAIN, address, mend, outcome, said_with
from tests.integration.web.reward_sites import event, member, reach_every_day, reward_of, sale
from tests.integration.web.sites import RunningSite, activity_today, card, entered, token_in

NOT_SAID_BY_PEOPLE = {"day.reached", "copy.acknowledged"}
TYPES = sorted(CATALOGUE.keys() - NOT_SAID_BY_PEOPLE)


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("office2", "headquarters")
    site.user("hand", "staff")
    site.user("looks", "auditor")
    site.user("shop", "dealer", "D1")
    site.accept(activity_today(), card("G-1", "甄原来", "13700005501"))


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


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
    exact = {"region": "130102", "evidence_sha256": "a" * 64, "mail": "n@mail.example.com"}
    exact |= {"unit": "箱"}
    return exact.get(name, f"n-{name}")


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
    (_, told), _ = said_with(site, form_id)
    assert told["card_id"] != "G-1"
    assert outcome(site, "/sheets/D2", "second") == "voided"
    assert AGAIN not in office.get(address(second, "/event")).text
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
        row = {"position": position, "subject": "card/G-1", "error": "ValueError", "failed_us": 1}
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
    for name, status in (("hand", 404), ("looks", 403), ("shop", 404)):
        for client in entered(site, name):
            assert client.get(address(wire)).status_code == status, name
            form = {"form_token": token_in(client.get("/me").text), "of_id": "club"}
            form |= {"of_source": "/tests/hall", "form_id": str(uuid4())}
            assert client.post(AGAIN, data=form).status_code == status, name
            if name == "looks":
                assert not re.search(r"/event/again", client.get(address(wire, "/event")).text)


def query_of(position: int) -> Any:
    return select(EVENT_MENDED.c.form_id).where(EVENT_MENDED.c.position == position)


def measured(site: RunningSite, card_id: str, event_id: str) -> dict[str, Any]:
    """Readings at a clinic that nobody planned: they wait."""
    health = {"systolic_mmhg": 187, "diastolic_mmhg": 99, "note": "头晕"}
    said = {"card_id": card_id, "activity_id": "A-none", "health": health}
    wire = an_event("clinic.consulted", said, id=event_id, source="/tests/hall")
    site.accept(wire)
    return wire


def refuse(site: RunningSite, card_id: str, purpose: str) -> None:
    said = {"card_id": card_id, "purpose": purpose}
    site.accept(an_event("consent.refused", said, id=f"no-{card_id}", source="/tests/hall"))


def test_a_payment_that_two_mend_is_paid_once(site: RunningSite, office: httpx.Client) -> None:
    reward = reward_of(3, "M1")
    site.accept(*member("M1"))
    said = {"reward_id": reward, "purchase_id": "P3", "member": "M1", "amount_fen": 4_000}
    wire = event("reward.paid", f"reward/{reward}", said | {"reference": "bank-77"}, 0, "pay-w")
    wire |= {"time": rfc3339(now_us())}
    site.accept(wire)
    assert outcome(site, "/hq/console", "pay-w") == "waiting"
    form = form_in(office.get(address(wire)).text, AGAIN)
    assert mend(office, wire)[1].status_code == 303
    for client in entered(site, "office2"):
        _, late = mend(client, wire)
        assert late.status_code == 422 and "已经有人改好" in late.text
    assert "已经有人改好" in office.post(AGAIN, data=form).text
    site.accept(*sale(3, "M1"))
    reach_every_day(site)
    with reading(site.site.engine) as connection:
        paid = select(REWARD.c.paid_fen).where(REWARD.c.reward_id == reward)
        assert connection.execute(paid).scalar_one() == 4_000


def test_who_began_and_was_refused_or_went_away_holds_up_nobody(
    site: RunningSite, office: httpx.Client
) -> None:
    said = {"card_id": "none-3", "item": "毛巾", "value_fen": 3_000}
    wire = an_event("gift.given", said, id="gift-3", source="/tests/hall")
    site.accept(wire)
    assert mend(office, wire, item="")[1].status_code == 422
    with writing(site.site.engine) as connection:
        query = select(JOURNAL.c.position).where(JOURNAL.c.id == "gift-3")
        position = connection.execute(query).scalar_one()
        assert connection.execute(query_of(position)).first() is None
        row = {"position": position, "form_id": "gone", "at_us": now_us(), "said": False}
        connection.execute(insert(EVENT_MENDED), [row])
    assert "已经有人改好" in mend(office, wire)[1].text
    with writing(site.site.engine) as connection:
        own = EVENT_MENDED.c.position == position
        connection.execute(update(EVENT_MENDED).where(own).values(at_us=now_us() - 700_000_000))
    assert mend(office, wire)[1].status_code == 303


def test_what_was_taken_in_stays_mended_though_a_second_tap_of_the_form_was_not(
    site: RunningSite,
) -> None:
    with writing(site.site.engine) as connection:
        assert begin_mending(HEADQUARTERS_SCOPE, connection, 77_777, "tapped", 1)
        end_mending(HEADQUARTERS_SCOPE, connection, 77_777, "tapped", 2, said=False)
        end_mending(HEADQUARTERS_SCOPE, connection, 77_777, "tapped", 3, said=True)
        end_mending(HEADQUARTERS_SCOPE, connection, 77_777, "tapped", 4, said=False)
        later = 5 + GIVEN_UP_AFTER_US
        assert not begin_mending(HEADQUARTERS_SCOPE, connection, 77_777, "another", later)


def test_what_was_mended_never_comes_to_count_beside_the_new_one(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(*member("MX"), *sale(77, "MX"))
    said = {"purchase_id": "P77", "card_id": "C77", "sku": "JX-B4", "quantity": 1}
    said |= {"unit_price_fen": 69_300, "channel": "pharmacy", "region": "110105"}
    second = event("purchase.made", "card/C77", said, 40, "p-second")
    site.accept(second)
    assert outcome(site, "/hq/console", "p-second") == "rejected"
    assert mend(office, second)[1].status_code == 303
    site.work()
    first = {"of_source": "/hq/console", "of_id": "purchase.made-C77", "reason_code": "typed_wrong"}
    void = event("event.voided", "card/C77", first, 0, "v-p1") | {"time": rfc3339(now_us())}
    site.accept(void)
    with reading(site.site.engine) as connection:
        query = select(OUTCOME.c.outcome).join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
        query = query.where(JOURNAL.c.subject == "card/C77", JOURNAL.c.type == "purchase.made")
        assert sorted(connection.execute(query).scalars()) == ["recorded", "voided", "voided"]


def test_health_of_somebody_who_says_no_to_it_is_neither_shown_nor_said_again(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("H-1", "何说不", "13700007701"), card("H-2", "另一位", "13700007702"))
    hers, another = measured(site, "H-1", "hc-1"), measured(site, "H-2", "hc-2")
    refuse(site, "H-1", "health")
    page = office.get(address(hers)).text
    assert not re.search(r"\b187\b", page) and "头晕" not in page
    moved = mend(office, another, card_id="H-1", activity_id="A-today")[1]
    assert moved.status_code == 422 and "本人不同意记录健康情况" in moved.text


def test_words_that_whoever_mends_may_not_see_go_to_no_other_card(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("R-1", "甲限制", "13700007711"), card("R-2", "乙自己", "13700007712"))
    wire = measured(site, "R-1", "rc-1")
    refuse(site, "R-1", "archive")
    assert not re.search(r"\b187\b", office.get(address(wire)).text)
    form_id, _ = mend(office, wire, card_id="R-2", activity_id="A-today")
    site.work()
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.sealed).where(JOURNAL.c.id == f"{form_id}-1")
        assert not any(connection.execute(query).scalars())


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("value_fen", "9" * 5_000),
        ("when", "0001-01-01T00:00"),
        ("when", "9999-12-31T23:59"),
        ("card_id", "\x00"),
    ],
)
def test_whatever_is_typed_is_answered(
    site: RunningSite, office: httpx.Client, field: str, typed: str
) -> None:
    said = {"card_id": "zz", "item": "毛巾", "value_fen": 3_000}
    wire = an_event("gift.given", said, id=f"b-{uuid4()}", source="/tests/hall")
    site.accept(wire)
    assert mend(office, wire, **{field: typed})[1].status_code in (303, 422)


@pytest.mark.parametrize("typed", ["nan", "1e999", "-inf"])
def test_what_is_no_number_takes_no_number_away(
    site: RunningSite, office: httpx.Client, typed: str
) -> None:
    said = {"member": "M-nobody", "course": "甲", "passed": True, "score": 80}
    wire = an_event("member.trained", said, id=f"t-{uuid4()}", source="/tests/hall")
    site.accept(wire)
    answer = mend(office, wire, score=typed)[1]
    assert answer.status_code == 422
