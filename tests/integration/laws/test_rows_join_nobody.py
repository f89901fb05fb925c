"""Who somebody is, the company says and whose card it is: nobody else, by a row or by a guess."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from sqlalchemy import select

from campaigns.times import DAY_US, SECOND_US, rfc3339
from crm.components.index_keys import MOST_COMBINATIONS, keyed_digest
from crm.identity.matching import CARDS_ON_A_PHONE_MAX, NAMES_ON_A_PHONE_MAX
from crm.ledger.tables import REWARD
from crm.people.queries import find_people
from crm.people.tables import CARD, LINK
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.installations import Installation, clock
from tests.integration.laws.published_weights import said as said_on_a_day
from tests.worlds import CLOCK_US, FEW, Sent, weighed_worlds

START_US = CLOCK_US - DAY_US
PHONE, NEW_PHONE = "13912340001", "13912340002"
BORN = {"birth_date": "1949-12-31", "sex": "male"}


def said(type_name: str, subject: str, number: int, **data: object) -> Sent:
    """A second apart: some hundreds are said in the past."""
    sent = said_on_a_day(type_name, subject, number, **data)
    return replace(sent, wire={**sent.wire, "time": rfc3339(START_US + number * SECOND_US)})


def written(card_id: str, name: str, number: int, phone: str = "", **more: object) -> Sent:
    contact = {"phones": [phone]} if phone else {}
    data = {"card_id": card_id, "person": {"name": name, **more}, "source_kind": "walk_in"}
    return said(
        "card.registered", f"card/{card_id}", number, **data, contact=contact, region="110105"
    )


def corrected(card_id: str, number: int, **data: object) -> Sent:
    return said("card.corrected", f"card/{card_id}", number, card_id=card_id, **data)


def by_row(sent: Sent) -> Sent:
    return replace(sent, by="dealer", by_row=True)


def without_right(sent: Sent) -> Sent:
    return replace(sent, by="dealer")


@pytest.fixture
def installation() -> Iterator[Installation]:
    with clock(), Installation() as opened:
        yield opened


def people(installation: Installation, *batches: Iterable[Sent]) -> set[frozenset[str]]:
    """Who is one person with whom, after each batch was recorded."""
    for events in batches:
        assert {each.status for each in installation.accept(events)} <= {"accepted"}
        installation.work()
    with reading(installation.engine) as connection:
        links = connection.execute(select(LINK.c.card_id, LINK.c.person_id)).all()
    of_person: dict[str, set[str]] = {}
    for card_id, person_id in links:
        of_person.setdefault(person_id, set()).add(card_id)
    return set(map(frozenset, of_person.values()))


JOINED, APART = {frozenset({"c1", "c2"})}, {frozenset({"c1"}), frozenset({"c2"})}
TWO = [written("c1", "李建国", 1, PHONE), written("c2", "李建国", 2, PHONE)]
STRANGERS = [written("c1", "李建国", 1, PHONE), written("c2", "王淑兰", 2, NEW_PHONE)]
PARTING = {"person": {"name": "赵玉芬", "sex": "female"}, "contact": {"phones": ["13912340003"]}}
JOINING = {"person": {"name": "王淑兰"}, "contact": {"phones": [NEW_PHONE]}}


def test_what_is_corrected_by_a_row_parts_nobody(installation: Installation) -> None:
    assert people(installation, TWO, [by_row(corrected("c2", 3, **PARTING))]) == JOINED


def test_what_is_corrected_by_a_row_joins_nobody(installation: Installation) -> None:
    assert people(installation, STRANGERS, [by_row(corrected("c1", 3, **JOINING))]) == APART


def test_what_the_company_corrects_parts_and_joins(installation: Installation) -> None:
    assert people(installation, TWO, [corrected("c2", 3, **PARTING)]) == APART
    assert people(installation, [corrected("c2", 4, **_back())]) == JOINED


def _back() -> dict[str, object]:
    return {"person": {"name": "李建国", "sex": None}, "contact": {"phones": [PHONE]}}


def test_what_the_company_says_of_the_rest_of_a_card_leaves_a_rows_words_without_weight(
    installation: Installation,
) -> None:
    address = {"contact": {"address": "和平路12号"}}
    words = [by_row(corrected("c2", 3, **PARTING)), corrected("c2", 4, **address)]
    assert people(installation, TWO, words) == JOINED


def test_whose_card_it_is_joins_it_by_what_is_corrected_through_a_row(
    installation: Installation,
) -> None:
    own = [replace(STRANGERS[0], by="dealer"), STRANGERS[1]]
    assert people(installation, own, [by_row(corrected("c1", 3, **JOINING))]) == JOINED


def test_a_card_is_shown_and_found_by_what_a_row_says_of_it(installation: Installation) -> None:
    people(installation, STRANGERS, [by_row(corrected("c1", 3, contact={"phones": [NEW_PHONE]}))])
    digest = keyed_digest(installation.keyring.secret("ties"))
    with reading(installation.engine) as connection:
        found, _ = find_people(HEADQUARTERS_SCOPE, connection, NEW_PHONE, digest=digest)
        tails = connection.execute(select(CARD.c.phone_tails).where(CARD.c.card_id == "c1"))
        assert NEW_PHONE[-4:] in tails.scalar_one()
    assert {person.card_id for person in found} == {"c1", "c2"}


BY_BIRTH = [written("c1", "李建国", 1, **BORN), written("c2", "李建国", 2, **BORN)]


def rewritings() -> list[Sent]:
    """More names than prove anything together with one birth and one place."""
    names = (f"赵{chr(0x4E00 + number)}" for number in range(MOST_COMBINATIONS + 1))
    return [corrected("c2", 3 + n, person={"name": name}) for n, name in enumerate(names)]


@pytest.mark.parametrize("spoken", [by_row, without_right])
def test_however_often_others_rewrite_a_card_it_proves_as_much(
    installation: Installation, spoken: object
) -> None:
    assert callable(spoken)
    assert people(installation, BY_BIRTH, map(spoken, rewritings())) == JOINED


def test_a_card_that_the_company_rewrites_so_often_proves_less(installation: Installation) -> None:
    back = [corrected("c2", 500, person={"name": "李建国"})]
    assert people(installation, BY_BIRTH, rewritings(), back) == APART


def test_rows_crowd_no_phone_beyond_what_proves(installation: Installation) -> None:
    """Neither the crowd of one component, nor that of very many cards."""
    others = [
        written(f"o{number}", f"赵{chr(0x4E00 + number)}", 3 + number)
        for number in range(CARDS_ON_A_PHONE_MAX + 1)
    ]
    crowd = [by_row(corrected(f"o{n}", 300 + n, contact={"phones": [PHONE]})) for n in range(201)]
    assert frozenset({"c1", "c2"}) in people(installation, [*TWO, *others], crowd)
    few = [
        corrected(f"o{n}", 600 + n, contact={"phones": [PHONE]})
        for n in range(NAMES_ON_A_PHONE_MAX)
    ]
    assert frozenset({"c1", "c2"}) not in people(installation, few)


@FEW
@given(weighed_worlds())
def test_without_the_rows_corrections_everybody_is_the_same_person_with_the_same_cards(
    events: list[Sent],
) -> None:
    whose = {
        sent.wire["subject"]: sent.by for sent in events if sent.type_name == "card.registered"
    }
    without = [
        sent
        for sent in events
        if sent.type_name != "card.corrected"
        or not sent.by.startswith("dealer")
        or whose.get(sent.wire["subject"]) == sent.by
    ]
    found = []
    for kept in (events, without):
        with clock(), Installation() as installation:
            found.append(people(installation, kept))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("written_down", "says_later", "reason"),
    [(PHONE, NEW_PHONE, "self_referral"), (NEW_PHONE, PHONE, None)],
)
def test_whether_somebody_refers_oneself_is_told_by_no_row(
    installation: Installation, written_down: str, says_later: str, reason: str | None
) -> None:
    enrolled = {"member": "m1", "kind": "consumer", "dealer": "D1", "person": {"name": "赵药师"}}
    referred = {"referral_id": "f1", "card_id": "c1", "member": "m1", "patient_agreed": True}
    bought = {"purchase_id": "p1", "card_id": "c1", "sku": "four-box", "quantity": 1}
    bought |= {"unit_price_fen": 69_300, "channel": "dealer"}
    events = [
        said("member.enrolled", "member/m1", 1, **enrolled, contact={"phones": [PHONE]}),
        written("c1", "李建国", 2, written_down),
        said("referral.made", "card/c1", 3, **referred),
        said("purchase.made", "card/c1", 4, **bought),
    ]
    people(installation, events, [by_row(corrected("c1", 5, contact={"phones": [says_later]}))])
    with reading(installation.engine) as connection:
        (blocked,) = connection.execute(select(REWARD.c.reason)).scalars()
    assert blocked == reason
