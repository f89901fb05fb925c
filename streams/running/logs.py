"""What server processes log: one JSON object a line on stderr, or lines for people at a terminal.

Nothing personal is in it. What we log ourselves is counts, codes and opaque ids; of an exception
only its class is written, and where it was raised, since its message may repeat what it is about.
"""

import logging
import os
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson

from crm.configuration.settings import setting
from crm.pace import Turns

SAME_LINE_SECONDS = 10.0
_OURS = ("streams", "crm", "campaigns")
_STANDARD = frozenset(
    {*vars(logging.makeLogRecord({})), "message", "asctime", "color_message", "stack"}
)
_PLACES = 6


class RateLimit(logging.Filter):
    """Lets the same warning through only now and then: a broker that is away fills no disk.

    The next one that is written says how many were left out (`left_out`).
    """

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns(1, 1 / SAME_LINE_SECONDS, clock=lambda: time.monotonic())
        self.left_out: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write it."""
        if record.levelno < logging.WARNING:
            return True
        place = f"{record.pathname}:{record.lineno}"
        if self.turns.wait_seconds(place):
            self.left_out[place] += 1
            return False
        if left_out := self.left_out.pop(place, 0):
            record.left_out = left_out
        return True


@dataclass
class Summary:
    """Counts of something that happens all the time, written now and then as one line.

    What was counted since is in the next line.
    """

    logger: logging.Logger
    event: str
    counts: Counter[str] = field(default_factory=Counter)
    written: float = float("-inf")

    def add(self, **counts: int) -> None:
        """Once more."""
        self.counts.update(counts)
        if time.monotonic() - self.written >= SAME_LINE_SECONDS:
            self.logger.info(self.event, extra=dict(self.counts))
            self.counts.clear()
            self.written = time.monotonic()


class JsonLines(logging.Formatter):
    """`time`, `level`, `logger`, `event`, which process it is, then whatever counts there are."""

    def __init__(self, process: dict[str, Any]) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        """One object, on one line."""
        written = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **self.process,
            **_fields(record),
        }
        return orjson.dumps(written, default=str).decode()


class TextLines(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        message = f"{_moment(record)} {record.levelname} {record.name}: {record.getMessage()}"
        return message + fields


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    if record.exc_info and record.exc_info[0] is not None:
        found["error"] = record.exc_info[0].__name__
        found["places"] = _places(record.exc_info[2])
    return found


def _places(trace: TracebackType | None) -> list[str]:
    """The innermost places of a traceback, without what the values were."""
    frames = traceback.extract_tb(trace)[-_PLACES:]
    return [f"{os.path.basename(f.filename)}:{f.lineno} {f.name}" for f in frames]


def configure(process: str, slot: int | None = None) -> None:
    """Log as JINXI_LOG says (json or text); without it as text at a terminal, else as JSON."""
    wanted = setting("log") or ("text" if sys.stderr.isatty() else "json")
    named = {"process": process} | ({} if slot is None else {"slot": slot})
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextLines() if wanted == "text" else JsonLines(named))
    handler.addFilter(RateLimit())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.WARNING if wanted == "text" else logging.INFO)
    sys.excepthook = _log_end
    threading.excepthook = lambda ended: _log_end(
        ended.exc_type, ended.exc_value, ended.exc_traceback
    )
    logging.getLogger(__name__).info("started")


def _log_end(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    """What nobody foresaw ends a process or a thread."""
    if issubclass(kind, KeyboardInterrupt):
        return
    told = (kind, error or kind(), trace)
    logging.getLogger(__name__).critical("ended by an error", exc_info=told)
