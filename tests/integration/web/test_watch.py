"""What looks made up is listed with its evidence, and is paid only after somebody has looked."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.watch.finding import BURST, ROUND_TRIPS, Finding
from crm.watch.queries import findings
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


def own_member(code: str, card_id: str) -> list[dict[str, object]]:
    """A member who is a patient too."""
    enrolled, trained = member(code)
    data = {**enrolled["data"], "card_id": card_id, "contact": {"phones": ["13600002222"]}}
    return [{**enrolled, "data": data}, trained]


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
    }
    assert set(told["burst", "M1"].reward_ids) == {reward_of(n, "M1") for n in range(BURST)}
    back = {reward_of(10 + n, "M2") for n in range(ROUND_TRIPS)}
    assert set(told["round_trips", "M2"].reward_ids) == back
    assert told["ring", "M4"].reward_ids == (reward_of(31, "M4"),)
    assert told["ring", "M4"].other == "M5"


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
        assert "先核查" in person.get(f"/rewards/{rewards[0]}").text
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
        fields = {"form_id": str(uuid4()), "word": "rejected", "reason_code": "fraud"}
        answer = person.post("/rewards/decide", **fields, reward=[reward_of(40, "M3")])
        assert answer.status_code == 303
    desk.accept(*sale(49, "M3", days_ago=day))
    now = found(desk)["burst", "M3"]
    assert len(now.reward_ids) == len(looked_at.reward_ids) == BURST
    assert reward_of(49, "M3") in now.reward_ids and now.decided_by is None
