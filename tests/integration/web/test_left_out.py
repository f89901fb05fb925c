"""Who makes a payment file hears which of the ticked rewards are not in it, and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from campaigns.ids import reward_id
from campaigns.intake import HEADQUARTERS
from campaigns.times import rfc3339
from crm.clock import now_us
from crm.reward_desk.desk import LeftOut
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.watch.finding import BURST
from crm.watch.queries import watched
from crm.web.view.labels import label
from tests.integration.web.reward_sites import (
    Person,
    event,
    member,
    reach_every_day,
    reward_of,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, running

CHECKED, BY_CHIEF, TOLD, PAID, REST, OWED, OVERPAID, IN_KIND, BURSTING = *range(8), 20


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A reward for each reason."""
    folder: Path = tmp_path_factory.mktemp("left-out")
    with running(folder) as site:
        site.user("chief", "headquarters")
        site.user("checker", "compliance")
        events = [*member("M1"), *member("M2"), *member("M3", "consumer"), *member("M4")]
        for n in (CHECKED, BY_CHIEF, TOLD, PAID, REST):
            events += sale(n, "M1", days_ago=45 + n)
        events += [each for n in (OWED, OVERPAID) for each in sale(n, "M2", days_ago=45 + n)]
        events += sale(IN_KIND, "M3")
        events += [each for n in range(BURST) for each in sale(BURSTING + n, "M4")]
        site.accept(*events)
        reach_every_day(site)
        of_m2 = [reward_of(n, "M2") for n in (OWED, OVERPAID)]
        burst = [reward_of(BURSTING + n, "M4") for n in range(BURST)]
        approve(site, "checker", *of_m1(CHECKED, TOLD, PAID, REST), *of_m2, *burst)
        approve(site, "chief", *of_m1(BY_CHIEF))
        tell(site, PAID, "M1", 4_000)
        tell(site, OVERPAID, "M2", 8_000)
        site.work()
        tell(site, TOLD, "M1", 4_000)
        say_again(site, of_m1(REST)[0])
        yield site


def of_m1(*sales: int) -> list[str]:
    return [reward_of(n, "M1") for n in sales]


def approve(site: RunningSite, by: str, *rewards: str) -> None:
    with signed_in(site, by) as person:
        fields: dict[str, Any] = {"form_id": str(uuid4()), "word": "approved"}
        assert person.post("/rewards/decide", **fields, reward=list(rewards)).status_code == 303
    site.work()


def tell(site: RunningSite, n: int, code: str, amount_fen: int) -> None:
    """Of a payment; nothing is recorded yet."""
    reward = reward_id(f"P{n}", code, "default")
    said: dict[str, object] = {"reward_id": reward, "purchase_id": f"P{n}", "member": code}
    said |= {"amount_fen": amount_fen, "reference": f"slip-{n}"}
    say(site, event("reward.paid", f"reward/{reward}", said, 0, f"slip-{n}"))


def say_again(site: RunningSite, reward: str) -> None:
    said = {"reward_id": reward, "purchase_id": f"P{REST}", "member": "M1", "amount_fen": 4_000}
    say(site, event("reward.approved", f"reward/{reward}", said, 0, "again"))


def say(site: RunningSite, told: dict[str, Any]) -> None:
    line = orjson.dumps(told | {"time": rfc3339(now_us())})
    (receipt,) = site.site.intake.accept([line], HEADQUARTERS)
    assert receipt.status == "accepted"


def why(page: str, reward: str) -> str:
    """What stands beside a reward that was left out."""
    return page.partition(f'href="/rewards/{reward}"')[2].partition("</li>")[0]


REASONS: dict[str, LeftOut] = {
    reward_of(BY_CHIEF, "M1"): "own_hands",
    reward_of(TOLD, "M1"): "on_its_way",
    reward_of(REST, "M1"): "settling",
    reward_of(PAID, "M1"): "nothing_open",
    reward_of(IN_KIND, "M3"): "in_kind",
    reward_of(BURSTING, "M4"): "watched",
}


def made(person: Person, *rewards: str) -> tuple[int, str]:
    answer = person.post("/rewards/files", reward=list(rewards))
    page = person.get(answer.headers["location"]).text if answer.is_redirect else answer.text
    return answer.status_code, page


def test_beside_the_file_stands_what_is_not_in_it_and_why(desk: RunningSite) -> None:
    with reading(desk.site.engine) as connection:
        assert reward_of(BURSTING, "M4") in watched(HEADQUARTERS_SCOPE, connection, {"M4"})
    owed = reward_of(OWED, "M2")
    with signed_in(desk, "chief") as person:
        # Where nothing is left to pay the answer says so, and no file is made.
        status, page = made(person, owed, *REASONS)
        assert status == 409
        told: dict[str, LeftOut] = {owed: "owed_back", **REASONS}
        for reward, reason in told.items():
            assert label("left_out", reason) in why(page, reward), reason
        status, page = made(person, *of_m1(CHECKED), owed, *REASONS)
        assert status == 303
        for reward, reason in told.items():
            assert label("left_out", reason) in why(page, reward), reason
        assert "等银行回单" in why(page, of_m1(CHECKED)[0])
