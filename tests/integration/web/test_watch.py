"""What looks made up is listed with its evidence, and is paid only after somebody has looked."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import event as listened

from campaigns.ids import short_number
from campaigns.intake import HEADQUARTERS
from campaigns.times import rfc3339
from crm.clock import now_us
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.watch.finding import (
    BURST,
    LATE_BY_US,
    MOST_IN_RING,
    ONE_COUNTER,
    ROUND_TRIPS,
    Finding,
)
from crm.watch.queries import findings, watched
from tests.integration.web.reward_sites import (
    event,
    member,
    reach_every_day,
    reward_of,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A burst, a member with round trips, two who refer each other, and one like everybody."""
    folder: Path = tmp_path_factory.mktemp("watch")
    with running(folder) as site:
        site.user("chief", "headquarters")
        site.user("checker", "compliance")
        site.user("payer", "finance")
        events = [each for code in ("M1", "M2", "M3") for each in member(code)]
        for n in range(BURST):
            events += sale(n, "M1")
        for n in range(BURST - 1):
            events += sale(20 + n, "M3")
        for n in range(ROUND_TRIPS):
            events += [*sale(10 + n, "M2", days_ago=50 + n), returned(10 + n)]
        for code, own_card, n in (("M4", "C30", 31), ("M5", "C31", 30)):
            events += [*own_member(code, own_card), *sale(n, code)]
        events += others_who_are_watched()
        site.accept(*events)
        reach_every_day(site)
        yield site


def returned(n: int) -> dict[str, object]:
    data = {
        "return_id": f"B{n}",
        "purchase_id": f"P{n}",
        "card_id": f"C{n}",
        "quantity": 2,
        "reason_code": "changed_mind",
    }
    return event("purchase.returned", f"card/C{n}", data, 40, f"back-{n}")


def own_member(code: str, card_id: str, phone: str = "") -> list[dict[str, Any]]:
    """A member who is a patient too."""
    enrolled, trained = member(code)
    phones = [phone or f"1360000222{code[1]}"]
    data = {**enrolled["data"], "card_id": card_id, "contact": {"phones": phones}}
    return [{**enrolled, "data": data}, trained]


def at(events: list[dict[str, Any]], address: str) -> list[dict[str, Any]]:
    """The first card of them at an address."""
    card, *rest = events
    contact = {**card["data"]["contact"], "address": address}
    return [{**card, "data": {**card["data"], "contact": contact}}, *rest]


def reached(code: str, phone: str, kind: str = "clerk") -> list[dict[str, Any]]:
    """A member with a phone of its own."""
    enrolled, trained = member(code, kind)
    data = {**enrolled["data"], "contact": {"phones": [phone]}}
    return [{**enrolled, "data": data}, trained]


def counted(n: int, code: str, outlet: str, days_ago: int) -> list[dict[str, Any]]:
    """A sale at a counter."""
    *before, bought = sale(n, code, days_ago=days_ago)
    return [*before, {**bought, "data": {**bought["data"], "outlet": outlet}}]


def others_who_are_watched() -> list[dict[str, Any]]:
    """Three in a ring, two at one address, two at one phone, a doctor with one counter."""
    events: list[dict[str, Any]] = []
    ring = (("N1", 60, 61), ("N2", 61, 62), ("N3", 62, 60))
    for place, (code, own, referred) in enumerate(ring):
        events += [*own_member(code, f"C{own}", f"1370000{place:04d}"), *sale(referred, code)]
    home = at(sale(70, "N9")[:1], "北京市朝阳区幸福路12号院3单元 401")
    events += [*home, *own_member("N4", "C70", "13700000010")]
    events += at(sale(71, "N4"), "朝阳区 幸福路１２号院3单元401室")
    events += at(sale(72, "N4", days_ago=46), "朝阳区幸福路12号院3单元402室")
    for code, phone in (("N5", "13700000011"), ("N6", "13700000011"), ("N7", "13700000012")):
        events += reached(code, phone)
    for code, phone in (("K1", "13700000013"), ("K2", "13700000013")):
        events += reached(code, phone, "consumer")
    for n, code in ((73, "N5"), (74, "N7"), (75, "K1")):
        events += sale(n, code)
    for code, kind, outlets in (
        ("E1", "doctor", ["O1"] * ONE_COUNTER),
        ("E2", "doctor", [*["O1"] * (ONE_COUNTER - 1), "O2"]),
        ("E3", "clerk", ["O1"] * ONE_COUNTER),
    ):
        events += reached(code, f"1370000{len(events):04d}", kind)
        for outlet in outlets:
            n = 100 + len(events)
            events += counted(n, code, outlet, 40 + n % 30)
    return events


def found(site: RunningSite) -> dict[tuple[str, str], Finding]:
    with reading(site.site.engine) as connection:
        told = findings(HEADQUARTERS_SCOPE, connection)
    return {(each.kind, each.member): each for each in told}


def test_each_finding_names_just_its_evidence_and_what_is_usual_is_none(desk: RunningSite) -> None:
    told = found(desk)
    assert told.keys() == {
        ("burst", "M1"),
        ("round_trips", "M2"),
        ("ring", "M4"),
        ("ring", "M5"),
        ("ring", "N1"),
        ("ring", "N2"),
        ("ring", "N3"),
        ("address", "N4"),
        ("one_phone", "N5"),
        ("one_counter", "E1"),
    }
    assert set(told["burst", "M1"].reward_ids) == {reward_of(n, "M1") for n in range(BURST)}
    back = {reward_of(10 + n, "M2") for n in range(ROUND_TRIPS)}
    assert set(told["round_trips", "M2"].reward_ids) == back
    assert told["ring", "M4"].reward_ids == (reward_of(31, "M4"),)
    assert told["ring", "M4"].ring == ("M4", "M5", "M4")
    assert told["ring", "N2"].ring == ("N2", "N3", "N1", "N2")
    assert told["ring", "N2"].reward_ids == (reward_of(62, "N2"),)
    assert told["address", "N4"].reward_ids == (reward_of(71, "N4"),)
    assert (told["one_phone", "N5"].other, told["one_counter", "E1"].outlet) == ("N6", "O1")
    assert len(told["one_counter", "E1"].reward_ids) == ONE_COUNTER


def test_the_page_says_each_evidence_in_words(desk: RunningSite) -> None:
    with signed_in(desk, "checker") as person:
        page = person.get("/watch").text
    for sentence in (
        "介绍连成一圈：N1 → N2 → N3 → N1",
        "N4 本人的档案卡和患者的档案卡，写着同一个门牌",
        "N5 和 N6 留的是同一个电话",
        f"E1 介绍的 {ONE_COUNTER} 次购买，全都在 O1",
    ):
        assert sentence in page


def test_all_findings_are_taken_away_and_each_page_shows_a_part(
    desk: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.web.pages.watch.PAGE_ROWS", 2)
    with signed_in(desk, "checker") as person:
        taken = list(csv.DictReader(StringIO(person.get("/watch?file=csv").text.lstrip("\ufeff"))))
        pages = [person.get(f"/watch?page={n}").text for n in range(1, -(-len(taken) // 2) + 1)]
    told = found(desk)
    assert {(row["会员"], int(row["几份奖励"])) for row in taken} == {
        (each.member, len(each.reward_ids)) for each in told.values()
    }
    (ring,) = (row for row in taken if "N2 N3" in row["还有谁"] and row["会员"] == "N1")
    assert ring["哪几份"].split() == [short_number(each) for each in told["ring", "N1"].reward_ids]
    assert [page.count("<h2>") for page in pages] == [2] * (len(taken) // 2) + [1] * (
        len(taken) % 2
    )


def test_a_referral_that_was_received_an_hour_after_its_purchase_is_held_until_decided(
    desk: RunningSite,
) -> None:
    events = [*sale(80, "M3", days_ago=70), *sale(81, "M3", days_ago=71)]
    now = now_us()
    for n, after_us in ((1, LATE_BY_US), (4, LATE_BY_US - 1)):
        referred, bought = events[n], events[n + 1]
        referred["receivedat"] = rfc3339(now - 9 * LATE_BY_US + after_us)
        bought["receivedat"] = rfc3339(now - 9 * LATE_BY_US)
    lines = [orjson.dumps(each) for each in events]
    desk.site.intake.accept(lines, HEADQUARTERS, history=True)
    reach_every_day(desk)
    told = found(desk)["late_entry", "M3"]
    assert (told.reward_ids, told.late_us) == ((reward_of(80, "M3"),), LATE_BY_US)
    with signed_in(desk, "checker") as person:
        assert "最多晚了 1 小时" in person.get("/watch").text
    with reading(desk.site.engine) as connection:
        waiting = watched(HEADQUARTERS_SCOPE, connection, ["M3"])
    assert reward_of(80, "M3") in waiting and reward_of(81, "M3") not in waiting


def test_what_is_watched_goes_into_a_file_only_after_somebody_without_a_hand_has_looked(
    desk: RunningSite,
) -> None:
    rewards = [reward_of(n, "M1") for n in range(BURST)]
    with signed_in(desk, "chief") as person:
        fields = {"form_id": str(uuid4()), "word": "approved", "reward": rewards}
        assert person.post("/rewards/decide", **fields).status_code == 303
    desk.work()
    key = found(desk)["burst", "M1"].key
    with signed_in(desk, "payer") as person:
        assert rewards[0] in person.get("/watch").text
        page = person.get(f"/rewards/{rewards[0]}").text
        assert "先核查，再付款：这一份在“不寻常的”里（一天里的购买特别多）" in page
        assert 'href="/watch"' in page and "核查没有问题，就可以发放" in page
        assert "现在就可以发放" not in page
        assert "由总部或合规来看" in person.get("/watch").text
        assert person.post("/rewards/files", reward=rewards).status_code == 409
        fields = {"form_id": str(uuid4()), "amount": "40", "reference": "b-1"}
        asked = person.post(f"/rewards/{rewards[0]}/pay", **fields)
        assert asked.status_code == 422 and "先核查，再付款" in asked.text
        assert person.post("/watch/decide", key=key).status_code == 403
    with signed_in(desk, "chief") as person:
        assert "请别人来看" in person.get("/watch").text
        assert person.post("/watch/decide", key=key).status_code == 403
    with signed_in(desk, "checker") as person:
        assert person.post("/watch/decide", key="burst/none").status_code == 404
        assert person.post("/watch/decide", key=key).status_code == 303
    with signed_in(desk, "payer") as person:
        page = person.get(f"/rewards/{rewards[0]}").text
        assert "先核查" not in page and "现在就可以发放" in page
        assert "由总部或合规来看" in person.get("/watch").text
        assert person.post("/rewards/files", reward=rewards).status_code == 303


def test_more_evidence_is_looked_at_anew(desk: RunningSite) -> None:
    with signed_in(desk, "checker") as person:
        person.post("/watch/decide", key=found(desk)["burst", "M1"].key)
    assert found(desk)["burst", "M1"].decided_by
    desk.accept(*sale(9, "M1"))
    assert found(desk)["burst", "M1"].decided_by is None


def test_as_much_evidence_of_other_rewards_is_looked_at_anew(desk: RunningSite) -> None:
    day = 80
    desk.accept(*(each for n in range(BURST) for each in sale(40 + n, "M3", days_ago=day)))
    reach_every_day(desk)
    with signed_in(desk, "checker") as person:
        looked_at = found(desk)["burst", "M3"]
        person.post("/watch/decide", key=looked_at.key)
        assert found(desk)["burst", "M3"].decided_by
        fields = {"form_id": str(uuid4()), "word": "rejected", "reason": "bought_by_nobody"}
        answer = person.post("/rewards/decide", **fields, reward=[reward_of(40, "M3")])
        assert answer.status_code == 303
    desk.accept(*sale(49, "M3", days_ago=day))
    now = found(desk)["burst", "M3"]
    assert len(now.reward_ids) == len(looked_at.reward_ids) == BURST
    assert reward_of(49, "M3") in now.reward_ids and now.decided_by is None


def chain_of(name: str, first: int, members: int) -> list[dict[str, Any]]:
    """Each member refers the next, the last one the first; each has a sale with its own number."""
    codes = [f"{name}{n}" for n in range(members)]
    events: list[dict[str, Any]] = []
    for n, code in enumerate(codes):
        card_id = f"C{first + (n - 1) % members}"
        events += [*own_member(code, card_id, f"13{first + n:09d}"), *sale(first + n, code)]
    return events


def test_the_longest_ring_is_held_and_a_chain_takes_as_many_queries_as_no_ring(
    desk: RunningSite,
) -> None:
    desk.accept(*chain_of("R", 300, MOST_IN_RING), *chain_of("S", 400, MOST_IN_RING + 1))
    said: list[str] = []
    listener = desk.site.engine, "before_cursor_execute", lambda *told: said.append(told[2])
    with reading(desk.site.engine) as connection:
        held = watched(HEADQUARTERS_SCOPE, connection, ["R0", "S0"])
        numbers = set()
        listened.listen(*listener)
        try:
            for code in ("M3", "M4", "N1", "R0", "S0"):
                said.clear()
                watched(HEADQUARTERS_SCOPE, connection, [code])
                numbers.add(len(said))
        finally:
            listened.remove(*listener)
    assert reward_of(300, "R0") in held and reward_of(400, "S0") not in held
    assert len(numbers) == 1
    assert ("ring", "R0") in found(desk) and ("ring", "S0") not in found(desk)


def test_a_finding_about_a_counter_with_a_long_name_is_decided_like_any(desk: RunningSite) -> None:
    outlet = "康民大药房连锁有限公司朝阳区建国路店" * 10
    events = reached("E9", "13700000099", "doctor")
    for n in range(ONE_COUNTER):
        events += counted(500 + n, "E9", outlet, 40 + n)
    desk.accept(*events)
    key = found(desk)["one_counter", "E9"].key
    assert len(key) <= 64
    with signed_in(desk, "checker") as person:
        assert person.post("/watch/decide", key=key).status_code == 303
    assert found(desk)["one_counter", "E9"].decided_by
