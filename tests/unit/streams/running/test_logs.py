"""What the log writes: one object a line, counts and classes, never what an exception says."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from streams.running import logs
from streams.running.heartbeat import beat, lives
from streams.running.logs import JsonLines, RateLimit, Summary, TextLines, configure
from tests.installations import Installation

PERSON = "欧阳晓棠 13899887766"
LOGGER = logging.getLogger("streams.tests")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The log of the tests themselves is left as it was."""
    root, hook = logging.root, sys.excepthook
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook


def record(level: int = logging.INFO, **extra: object) -> logging.LogRecord:
    return LOGGER.makeRecord(LOGGER.name, level, "/a/b.py", 7, "recorded", (), None, extra=extra)


def an_error() -> logging.LogRecord:
    try:
        raise ValueError(PERSON)
    except ValueError:
        return LOGGER.makeRecord(
            LOGGER.name, logging.ERROR, "/a/b.py", 8, "failed", (), sys.exc_info()
        )


def test_a_line_names_time_level_logger_event_process_and_counts() -> None:
    written = orjson.loads(JsonLines({"process": "worker", "slot": 2}).format(record(events=5)))
    assert written.pop("time").endswith("Z")
    assert written == {
        "level": "info",
        "logger": "streams.tests",
        "event": "recorded",
        "process": "worker",
        "slot": 2,
        "events": 5,
    }


@pytest.mark.parametrize("formatter", [JsonLines({}), TextLines()])
def test_of_an_exception_only_class_and_place_are_written(formatter: logging.Formatter) -> None:
    line = formatter.format(an_error())
    assert "ValueError" in line and "an_error" in line
    assert "13899887766" not in line and "欧阳" not in line
    assert "\n" not in line


def test_the_same_warning_is_written_now_and_then_and_tells_how_many_were_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("streams.running.logs.time.monotonic", lambda: now[0])
    limit = RateLimit()
    assert limit.filter(record(logging.ERROR))
    assert [limit.filter(record(logging.ERROR)) for _ in range(50)] == [False] * 50
    assert limit.filter(record(logging.INFO))
    now[0] += logs.SAME_LINE_SECONDS
    again = record(logging.ERROR)
    assert limit.filter(again)
    assert again.__dict__["left_out"] == 50


def test_what_happens_all_the_time_is_written_as_a_sum(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [100.0]
    monkeypatch.setattr("streams.running.logs.time.monotonic", lambda: now[0])
    caplog.set_level(logging.INFO, LOGGER.name)
    summary = Summary(LOGGER, "recorded")
    for _ in range(4):
        summary.add(events=10)
    now[0] += logs.SAME_LINE_SECONDS
    summary.add(events=1)
    assert [line.__dict__["events"] for line in caplog.records] == [10, 31]


@pytest.mark.parametrize(("wanted", "begins"), [("json", "{"), ("text", "20"), (None, "{")])
def test_the_setting_chooses_and_without_it_whoever_is_no_terminal_gets_json(
    wanted: str | None,
    begins: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if wanted is None:
        monkeypatch.delenv("JINXI_LOG", raising=False)
    else:
        monkeypatch.setenv("JINXI_LOG", wanted)
    configure("relay")
    logging.getLogger("aiokafka.client").error("Unable connect to node with id %s", 1)
    said = capsys.readouterr().err.splitlines()
    assert said and all(line.startswith(begins) for line in said)
    assert "Unable connect" in said[-1]


def test_an_error_that_ends_the_process_is_written_without_its_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINXI_LOG", "json")
    configure("web")
    sys.excepthook(ValueError, ValueError(PERSON), None)
    said = capsys.readouterr().err
    assert "ended by an error" in said and "ValueError" in said
    assert "13899887766" not in said


def test_a_process_lives_while_its_heart_has_beaten_lately(tmp_path: Path) -> None:
    with Installation() as installation:
        assert not lives(installation.settings, "relay")
        beat(installation.settings, "relay")
        assert lives(installation.settings, "relay")
        assert not lives(installation.settings, "relay", within_seconds=0)
        assert not lives(installation.settings, "worker")
