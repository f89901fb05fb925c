"""A worker that nobody can watch over any more does not go on as if somebody did."""

from typing import Any, Never

import pytest

from streams.kafka import watchdog
from streams.kafka.watchdog import UNWATCHED


def test_a_watchdog_that_breaks_ends_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []

    def broken(*_: object) -> Never:
        raise ValueError("an answer that no broker gives")

    def end(status: int) -> Never:
        ended.append(status)
        raise SystemExit

    monkeypatch.setattr(watchdog, "administration", broken)
    monkeypatch.setattr("os._exit", end)
    carrying: Any = type("Carrying", (), {"settings": None})
    with pytest.raises(SystemExit):
        watchdog._watch(carrying, 60)
    assert ended == [UNWATCHED]
