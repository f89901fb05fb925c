"""`jinxi clock` and `jinxi clashes`: what headquarters must look at, in its three languages."""

import os
import pwd
from unittest import mock

import orjson
import pytest

from campaigns.intake import Credential
from campaigns.times import DAY_US
from crm.clock import now_us
from crm.intake.accept import EventIntake
from crm.outcomes.queries import event_statuses
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from streams.running.installation import open_installation
from tests.examples import a_card
from tests.functional.command.running import Jinxi

LATER = "streams.cli.commands.clock.now_us"


def taken(jinxi: Jinxi) -> None:
    lines = orjson.dumps(a_card("C1", attributes={"source": "/hq"})) + b"\n"
    file = jinxi.folder / "cards.ndjson"
    file.write_bytes(lines)
    jinxi("accept", file)


def test_a_clock_that_runs_ahead_is_said_until_somebody_confirms_it(jinxi: Jinxi) -> None:
    taken(jinxi)
    jinxi("work", "--until-idle")
    assert jinxi("clock", "show", "--json").only["doubted"] is False
    with mock.patch(LATER, lambda: now_us() + 400 * DAY_US):
        assert jinxi("clock", "show", "--json").only["doubted"] is True
        assert "jinxi clock confirm" in jinxi("clock", "show").text
        jinxi("clock", "confirm")
        assert jinxi("clock", "show", "--json").only["doubted"] is False


@pytest.mark.parametrize(
    ("language", "said"), [("zh-CN", "编号相撞"), ("zh-TW", "編號相撞"), ("en", "Clashes of ids")]
)
def test_an_id_that_two_parties_claim_is_shown_with_both(
    jinxi: Jinxi, language: str, said: str
) -> None:
    taken(jinxi)
    opened = open_installation()
    theirs = a_card("C1", attributes={"id": "x", "source": "/dealers/D2"})
    EventIntake(opened.engine, opened.keyring).accept(
        [orjson.dumps(theirs)], Credential("dealer", "t", "D2")
    )
    jinxi("work", "--until-idle")
    clash = jinxi("clashes", "--json").only
    assert (clash["kind"], clash["id"]) == ("card", "C1")
    assert (clash["stands"]["party"], clash["refused"]["party"]) == ("company", "dealer/D2")
    with mock.patch.dict(os.environ, {"JINXI_LANGUAGE": language}):
        assert said in jinxi("clashes").text


def test_the_command_logs_who_ran_it(jinxi: Jinxi) -> None:
    taken(jinxi)
    jinxi("work", "--until-idle")
    opened = open_installation()
    with reading(opened.engine) as connection:
        (event,) = event_statuses(HEADQUARTERS_SCOPE, connection)
    assert event.actor == f"command/{pwd.getpwuid(os.getuid()).pw_name}"
