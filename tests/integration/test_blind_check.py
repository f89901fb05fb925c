"""A dealer's question tells who is in its own copy, and of others only: ask headquarters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.intake import HEADQUARTERS
from campaigns.times import SECOND_US
from crm.clock import now_us
from crm.questions.answer import Question
from crm.questions.asking import TooManyQuestions, ask
from crm.questions.tables import DEALER_QUESTION
from crm.storage.database import reading
from streams.embedded.worker import Worker
from streams.running.installation import Installation, open_installation
from tests.examples import a_card, an_event, written
from tests.templates import new_installation

REGIONS = {"D1": "110000", "D2": "130000"}
ID_NUMBER = "11010519491231002X"
MINE = ("王秀英", "13911110001")
OTHERS = ("李建国", "13911110002")
COMPANYS = ("张淑珍", "13911110003")
NOBODYS = ("刘新人", "13911110009")
HOUR_US, DAY_US = 3_600 * SECOND_US, 86_400 * SECOND_US


class World:
    """A company with two dealers; cards are shared with one of them, or with nobody."""

    def __init__(self, folder: Path) -> None:
        self.settings = new_installation(folder)
        self.installation: Installation = open_installation(self.settings)
        self.number = 0
        for dealer, region in REGIONS.items():
            contract: dict[str, Any] = {
                "dealer": dealer,
                "contract_id": f"K{dealer}",
                "name": dealer,
            }
            contract |= {"regions": [region], "kind": "exclusive", "starts_on": "2026-01-01"}
            self.say("dealer.contracted", contract)

    def say(self, kind: str, data: dict[str, Any]) -> None:
        self.number += 1
        event = an_event(kind, data, id=f"e{self.number}")
        (receipt,) = self.installation.intake.accept([written(event)], HEADQUARTERS)
        assert receipt.status == "accepted", receipt

    def card(
        self, card_id: str, person: tuple[str, str], *dealers: str, **written_on_it: Any
    ) -> None:
        name, phone = person
        about = {"name": name, **written_on_it}
        wire = a_card(
            card_id,
            person=about,
            contact={"phones": [phone]},
            **({"dealer": dealers[0]} if dealers else {}),
        )
        self.installation.intake.accept([written(wire)], HEADQUARTERS)
        for dealer in dealers:
            consent = {"card_id": card_id, "purpose": "share_with_dealer", "dealer": dealer}
            consent |= {"notice_version": "2026-01", "method": "paper", "by": "self"}
            self.say("consent.given", consent)

    def refuse(self, card_id: str) -> None:
        self.say("consent.withdrawn", {"card_id": card_id, "purpose": "archive"})

    def work(self) -> "World":
        Worker(self.installation.engine, self.installation.keyring).until_idle()
        return self

    def ask(
        self, name: str, phone: str, at_us: int | None = None, actor: str = "t-1", **more: Any
    ) -> str:
        engine, keyring = self.installation.engine, self.installation.keyring
        question = Question(name, phone, **more)
        return ask(engine, keyring, actor, "D1", question, at_us or now_us())

    def log(self) -> list[Any]:
        with reading(self.installation.engine) as connection:
            query = select(DEALER_QUESTION).order_by(DEALER_QUESTION.c.number)
            return list(connection.execute(query))

    def close(self) -> None:
        self.installation.engine.dispose()
        self.installation.keyring.engine.dispose()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "one")
    yield made
    made.close()


def fill(world: World) -> World:
    world.card("C-mine", MINE, "D1")
    world.card("C-others", OTHERS, "D2")
    world.card("C-companys", COMPANYS)
    return world.work()


def test_a_person_in_the_own_copy_is_mine_and_a_new_one_is_unknown(world: World) -> None:
    fill(world)
    assert world.ask(*MINE) == "yours"
    assert world.ask(*NOBODYS) == "unknown"


def test_nobody_can_tell_another_dealers_person_from_the_companys_own(world: World) -> None:
    fill(world)
    assert {world.ask(*OTHERS), world.ask(*COMPANYS)} == {"ask_headquarters"}


def test_the_answer_goes_by_the_rule_by_which_cards_are_linked(world: World) -> None:
    fill(world)
    assert world.ask("王秀瑛", MINE[1]) == "yours"
    assert world.ask("王秀英", "+86 139-1111-0001") == "yours"
    assert world.ask("赵别人", MINE[1]) == "unknown"
    assert world.ask("王秀英", "13900000000") == "unknown"
    world.card("C-id", ("陈有证", "13911110005"), id_number=ID_NUMBER)
    world.work()
    assert world.ask("陈某", "13900000000", id_number=ID_NUMBER) == "ask_headquarters"


def test_what_others_know_of_my_person_is_not_mine(world: World) -> None:
    world.card("C-mine", MINE, "D1", id_number=ID_NUMBER)
    world.card("C-same", ("王秀英", "13922220001"), "D2", id_number=ID_NUMBER)
    world.work()
    assert world.ask("王秀英", "13922220001") == "ask_headquarters"
    assert world.ask(*MINE) == "yours"


def test_an_archive_that_is_not_used_answers_nothing(world: World) -> None:
    fill(world)
    world.refuse("C-companys")
    world.refuse("C-mine")
    world.work()
    assert (world.ask(*COMPANYS), world.ask(*MINE)) == ("unknown", "unknown")


def test_worlds_that_differ_in_other_dealers_people_differ_in_ask_headquarters_alone(
    tmp_path: Path,
) -> None:
    questions = [MINE, OTHERS, COMPANYS, NOBODYS, ("王秀英", "13922220001"), ("王秀英", OTHERS[1])]
    base, fuller = World(tmp_path / "base"), World(tmp_path / "fuller")
    for each in (base, fuller):
        each.card("C-mine", MINE, "D1", birth_date="1949-12-31")
        each.card("C-companys", COMPANYS)
    fuller.card("C-o1", OTHERS, "D2")
    fuller.card("C-o2", MINE, "D2")
    fuller.card("C-o3", ("王秀英", "13922220001"), "D2", sex="male")
    fuller.card("C-o4", NOBODYS, "D2")
    for number, name in enumerate("赵钱孙李周吴郑王冯陈"):
        fuller.card(f"C-crowd{number}", (f"{name}邻居", MINE[1]), "D2")
    for asked in questions:
        before, after = base.work().ask(*asked), fuller.work().ask(*asked)
        assert before == after or "ask_headquarters" in (before, after), asked
        assert (before == "yours") == (after == "yours"), asked
    base.close()
    fuller.close()


def test_a_token_asks_thirty_times_an_hour_and_a_restart_forgives_nothing(world: World) -> None:
    start_us = now_us()
    for second in range(30):
        assert world.ask(*NOBODYS, at_us=start_us + second * SECOND_US) == "unknown"
    with pytest.raises(TooManyQuestions) as refused:
        world.ask(*NOBODYS, at_us=start_us + 60 * SECOND_US)
    assert refused.value.wait_seconds == 3_600 - 60
    world.close()
    world.installation = open_installation(world.settings)
    with pytest.raises(TooManyQuestions):
        world.ask(*NOBODYS, at_us=start_us + 61 * SECOND_US)
    assert world.ask(*NOBODYS, at_us=start_us + 61 * SECOND_US, actor="t-2") == "unknown"
    assert world.ask(*NOBODYS, at_us=start_us + HOUR_US + SECOND_US) == "unknown"


def test_a_token_asks_two_hundred_times_a_day(world: World) -> None:
    start_us, asked = now_us(), 0
    for hour in range(7):
        for number in range(30 if hour < 6 else 20):
            world.ask(*NOBODYS, at_us=start_us + hour * 2 * HOUR_US + number * SECOND_US)
            asked += 1
    assert asked == 200
    with pytest.raises(TooManyQuestions):
        world.ask(*NOBODYS, at_us=start_us + 15 * HOUR_US)
    assert world.ask(*NOBODYS, at_us=start_us + DAY_US + SECOND_US) == "unknown"


def test_every_question_is_logged_and_no_name_or_number_is(world: World) -> None:
    fill(world)
    world.ask(*MINE, id_number=ID_NUMBER)
    world.ask("王 秀英", "+8613911110001", id_number=ID_NUMBER)
    world.ask(*NOBODYS)
    first, same, other = world.log()
    assert (first.actor, first.dealer, first.answer) == ("t-1", "D1", "yours")
    assert first.asked == same.asked != other.asked
    told = " ".join(map(str, (*first, *same, *other)))
    for secret in (*MINE, *NOBODYS, ID_NUMBER):
        assert secret not in told


def test_a_flood_is_refused_and_does_not_fill_the_log(world: World) -> None:
    start_us = now_us()
    for second in range(30):
        world.ask(*NOBODYS, at_us=start_us + second)
    for second in range(50):
        with pytest.raises(TooManyQuestions):
            world.ask(*NOBODYS, at_us=start_us + 100 + second)
    assert [row.answer for row in world.log()].count("too_many") == 1
