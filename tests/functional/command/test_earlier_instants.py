"""`jinxi archive --at` and `jinxi fhir --at`: of an earlier instant no more than of now."""

from typing import Any

import orjson
import pytest

from tests.examples import a_card, an_event
from tests.functional.command.running import Jinxi

BEFORE = ("--at", "2026-06-05T10:00:00+08:00")


def accept(jinxi: Jinxi, wire: dict[str, Any]) -> None:
    jinxi("accept", "-", stdin=orjson.dumps(wire))
    jinxi("work", "--until-idle")


def refusal(purpose: str) -> dict[str, Any]:
    said = {"card_id": "C1", "purpose": purpose}
    return an_event("consent.refused", said, id=purpose, time="2026-06-10T10:00:00+08:00")


def test_a_no_of_today_closes_what_is_printed_of_an_earlier_instant(jinxi: Jinxi) -> None:
    accept(jinxi, a_card("C1", health={"conditions": ["高血压"]}))
    for command in (("archive", "C1", "--json"), ("fhir", "C1")):
        assert "高血压" in jinxi(*command, *BEFORE).text
    accept(jinxi, refusal("health"))
    for command in (("archive", "C1", "--json"), ("fhir", "C1")):
        assert "高血压" not in jinxi(*command, *BEFORE).text
    accept(jinxi, refusal("archive"))
    assert jinxi("archive", "C1", "--json", *BEFORE).only["restricted"]
    assert "只存不用" in jinxi("fhir", "C1", *BEFORE, status=1).err


@pytest.mark.parametrize("command", ["people", "rewards", "copy D1", "digest D1"])
@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-08:00", "0001-01-01T00:00:00+09:00", "now"])
def test_an_instant_on_no_day_of_the_calendar_is_answered_with_a_sentence(
    jinxi: Jinxi, command: str, at: str
) -> None:
    jinxi("work", "--until-idle")
    answer = jinxi(*command.split(), "--at", at, status=2)
    assert at in answer.err
    for edge in ("9999-12-31T23:59:59+08:00", "0001-01-01T00:00:00+08:00"):
        jinxi(*command.split(), "--at", edge)
