"""The process that takes large bodies: it answers as the site itself would, and its end is none."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import orjson
import psutil
import pytest
from sqlalchemy import func, select

from campaigns.bindings import BATCH
from campaigns.intake import HEADQUARTERS, Intake
from crm.intake.accept import EventIntake
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.storage.database import open_engine, reading
from crm.web.api.problems import Problem
from crm.web.api.receipts import EVENTS_OF_A_SLICE, answered
from crm.web.guards.large_bodies import HandedOver
from streams.serving.large_intake import LargeIntakeProcess
from tests.examples import a_card
from tests.servers.guardian import runs
from tests.servers.processes import children_that_run, wait_until
from tests.templates import new_installation

LATER_IN_TURN, LAST_IN_TURN = 5, 19
"""By how much it lets others go first; nobody can more than the last."""
COUNT = 2 * EVENTS_OF_A_SLICE + 1
HANDED_OVER = HandedOver([("content-type", BATCH)], HEADQUARTERS, "en")
EVENTS = [a_card(f"C{number}", id=f"e{number}") for number in range(COUNT)]
WITH_ONE_WRONG = [*EVENTS[:-1], {**EVENTS[-1], "type": "none"}]


@pytest.fixture
def intake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    """Of the folder that is the environment's."""
    settings = new_installation(tmp_path / "data")
    monkeypatch.setenv("JINXI_DATA", str(tmp_path / "data"))
    engine, keyring = open_engine(settings.database_url), Keyring.open(settings)
    yield EventIntake(engine, keyring)
    engine.dispose()
    keyring.engine.dispose()


@pytest.fixture
def elsewhere(intake: EventIntake) -> Iterator[LargeIntakeProcess]:
    process = LargeIntakeProcess()
    yield process
    process.close()


def the_process() -> psutil.Process:
    (found,) = children_that_run("streams.serving.large_intake")
    return found


def count(intake: EventIntake) -> int:
    with reading(intake.engine) as connection:
        return connection.execute(select(func.count()).select_from(JOURNAL)).scalar_one()


def test_it_answers_and_keeps_what_the_site_itself_would(
    intake: EventIntake, elsewhere: LargeIntakeProcess
) -> None:
    body = orjson.dumps(WITH_ONE_WRONG)
    told = elsewhere(HANDED_OVER, body)
    receipts = orjson.loads(told.body)["receipts"]
    assert [receipt["id"] for receipt in receipts] == [event["id"] for event in EVENTS]
    assert [receipt["status"] for receipt in receipts] == ["accepted"] * (COUNT - 1) + ["refused"]
    assert (told.status, told.refused, count(intake)) == (200, 1, COUNT - 1)
    again = orjson.loads(answered(intake, HANDED_OVER, body).body)["receipts"]
    assert again == [
        {**receipt, "status": "duplicate"} if receipt["status"] == "accepted" else receipt
        for receipt in receipts
    ]


def test_what_cannot_be_read_is_refused_by_it_as_by_the_site(
    intake: EventIntake, elsewhere: LargeIntakeProcess
) -> None:
    for body in (b"[" * 100_000, b"[" + b"0," * 10_000 + b"0]"):
        with pytest.raises(Problem) as refused:
            answered(intake, HANDED_OVER, body)
        told = elsewhere(HANDED_OVER, body)
        assert (told.status, told.body.decode()) == (refused.value.status, refused.value.detail)


@pytest.mark.usefixtures("intake")
def test_one_that_was_killed_is_started_again(elsewhere: LargeIntakeProcess) -> None:
    body = orjson.dumps(EVENTS[:1])
    assert elsewhere(HANDED_OVER, body).status == 200
    killed = the_process()
    os.kill(killed.pid, signal.SIGKILL)
    assert wait_until(lambda: not runs(killed))
    told = elsewhere(HANDED_OVER, body)
    assert (told.status, "Retry-After" in told.headers) == (503, True)
    (receipt,) = orjson.loads(elsewhere(HANDED_OVER, body).body)["receipts"]
    assert receipt["status"] == "duplicate"


@pytest.mark.usefixtures("intake")
def test_it_ends_with_who_started_it(elsewhere: LargeIntakeProcess) -> None:
    elsewhere(HANDED_OVER, b"[]")
    started = the_process()
    assert elsewhere._beside._link is not None
    # As the system does it when the web process is killed.
    elsewhere._beside._link.close()
    assert started.wait(timeout=60) == 0


@pytest.mark.usefixtures("intake")
def test_it_lets_short_requests_go_first(elsewhere: LargeIntakeProcess) -> None:
    elsewhere(HANDED_OVER, b"[]")
    ours = psutil.Process().nice()
    assert the_process().nice() == min(ours + LATER_IN_TURN, LAST_IN_TURN)
