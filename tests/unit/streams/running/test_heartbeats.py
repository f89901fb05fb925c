"""Whoever waits for a broker or a database that is away lives: its container is well."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Never, cast

import pytest
from kafka.errors import KafkaTimeoutError
from sqlalchemy.exc import OperationalError

from crm.configuration.settings import Settings
from streams.kafka import bridge
from streams.kafka.bridge import Bridge
from streams.running import retry
from streams.running.heartbeat import lives
from streams.running.installation import Installation
from streams.serving import webhook_sender

DATABASE_AWAY = OperationalError("", None, ConnectionRefusedError())
BROKER_AWAY = KafkaTimeoutError()


class Ended(Exception):
    """The test has seen enough."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for module in (retry, bridge, webhook_sender):
        monkeypatch.setattr(module.time, "sleep", lambda _seconds: None)
    return Settings.from_environment({"JINXI_DATA": str(tmp_path)})


def away(settings: Settings, process: str, troubles: Iterator[Exception]) -> Never:
    """One attempt: it is alive, has shown nothing since, and fails."""
    assert lives(settings, process)
    (settings.data_folder / "alive" / process).unlink()
    raise next(troubles)


def test_a_bridge_lives_while_broker_and_database_are_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles = iter((BROKER_AWAY, DATABASE_AWAY, DATABASE_AWAY, BROKER_AWAY, Ended()))
    monkeypatch.setattr(Bridge, "step", lambda _self: away(settings, "bridge", troubles))
    with pytest.raises(Ended):
        bridge.run(Bridge(Installation(settings, cast(Any, None), cast(Any, None))))


def test_who_calls_webhooks_lives_while_the_database_is_away(settings: Settings) -> None:
    class Caller:
        troubles = iter((DATABASE_AWAY, DATABASE_AWAY, Ended()))

        def call_due(self, _now_us: int) -> int:
            away(settings, "webhooks", self.troubles)

    with pytest.raises(Ended):
        webhook_sender.run(settings, cast(Any, Caller()), cast(Any, None))


def test_whoever_waits_for_the_database_says_so_but_not_of_a_moment(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    attempts = iter([*[DATABASE_AWAY] * 5, None])

    def attempt() -> None:
        if trouble := next(attempts):
            raise trouble

    retry.patiently(attempt)
    assert not caplog.records
    attempts = iter([*[DATABASE_AWAY] * 7, None])
    retry.patiently(attempt)
    assert {record.__dict__["error"] for record in caplog.records} == {"ConnectionRefusedError"}
