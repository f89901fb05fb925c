"""A member's own page says in words how each reward stands, and what it waits for."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.integration.web.own_links import given, opened
from tests.integration.web.reward_sites import (
    event,
    member,
    reward_of,
    rewarding,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite

_RETURNED = {
    "return_id": "B6",
    "purchase_id": "P6",
    "card_id": "C6",
    "quantity": 2,
    "reason_code": "changed_mind",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A trained clerk, an untrained one, a consumer; a clerk whose patient returned everything."""
    events = [*member("M1"), *sale(1, "M1"), *member("M4", trained=False), *sale(4, "M4")]
    events += [*member("M5", kind="consumer", trained=False), *sale(5, "M5", days_ago=5)]
    events += [*member("M6"), *sale(6, "M6"), *member("M7"), *sale(7, "M7")]
    events += [event("purchase.returned", "card/C6", _RETURNED, 40)]
    with rewarding(tmp_path_factory.mktemp("meanings"), *events) as site:
        yield site


def test_a_member_is_told_what_each_standing_of_its_rewards_means_and_of_no_other(
    desk: RunningSite,
) -> None:
    meanings = {
        "M1": {"公司还在核对书面协议和购买凭证"},
        "M4": {"这一份没有奖励，为什么写在后面", "购买那天以前没有合格的培训"},
        "M5": {"买的人可能退货"},
        "M6": {"没有奖励。付过的算应退回"},
    }
    with signed_in(desk, "chief") as person:
        pages = {code: opened(desk, given(person, code)).text for code in meanings}
    every = set().union(*meanings.values())
    for code, told in meanings.items():
        assert {each for each in every if each in pages[code]} == told


def test_a_consumer_of_whom_no_training_is_asked_is_not_said_to_lack_it(desk: RunningSite) -> None:
    with signed_in(desk, "chief") as person:
        clerk, consumer = (opened(desk, given(person, code)).text for code in ("M4", "M5"))
    assert "还没培训" in clerk and "培训" not in consumer


def test_of_what_was_all_returned_the_desk_says_so_where_it_explains_that_nothing_is_due(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "chief") as person:
        page = person.get(f"/rewards/{reward_of(6, 'M6')}").text
    assert "已追回（买的都退了）：没有金额" in page


def test_a_member_reads_what_was_given_in_its_name_and_nothing_of_what_others_got(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "chief") as person:
        for code, item in (("M1", "讲课费"), ("M4", "血压计")):
            given_it = {"form_id": str(uuid4()), "item": item, "form": "fee", "value": "812.50"}
            assert person.post(f"/members/{code}/value", **given_it).status_code == 303
        desk.work()
        page = opened(desk, given(person, "M1")).text
        none = opened(desk, given(person, "M5")).text
    assert "讲课费" in page and "¥812.50" in page and "血压计" not in page
    assert "收到的物品和费用 <small>" in page and "收到的物品和费用 <small>" not in none


def test_a_member_is_told_that_a_payment_is_on_its_way_once_it_is_in_a_file_for_the_bank(
    desk: RunningSite,
) -> None:
    reward = reward_of(7, "M7")
    with signed_in(desk, "chief") as person:
        path = given(person, "M7")
        fields = {"form_id": str(uuid4()), "word": "approved", "reward": reward}
        assert person.post("/rewards/decide", **fields).status_code == 303
    desk.work()
    before = opened(desk, path).text
    with signed_in(desk, "payer") as person:
        assert person.post("/rewards/files", reward=[reward]).status_code == 303
    assert "可以付了" in before and "付款在路上" not in before
    assert "付款在路上" in opened(desk, path).text


def test_in_english_each_column_of_a_members_months_has_a_word_of_its_own(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "chief") as person:
        path = given(person, "M1")
    with desk.client() as client:
        client.cookies.set("jinxi_language", "en")
        page = client.get(path).text
    heads = re.findall(r'<th scope="col">([^<]+)</th>', page)
    assert len(heads) == 4 == len(set(heads))
    # What the company's books call receivable, the member pays back.
    assert "Receivable" not in page
