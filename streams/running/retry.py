"""Patience with a database that is away, locked, or in conflict: the same again, for ever.

That is the back-pressure: what was accepted waits where it is.
"""

import logging
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from crm.storage.database import is_passing

_WAITS_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

_SAID_FROM_SECONDS = 2.0
"""A lock or a conflict is mostly over sooner, and is nobody's business."""
_log = logging.getLogger(__name__)

Result = TypeVar("Result")


def _nothing() -> None:
    """Nobody asks whether we still live."""


def patiently(attempt: Callable[[], Result], meanwhile: Callable[[], None] = _nothing) -> Result:
    """What the attempt returns; any trouble that does not pass by itself is raised.

    `meanwhile` is called before each further attempt.
    """
    for seconds in _waits():
        try:
            return attempt()
        except (OperationalError, InterfaceError) as error:
            if not is_passing(error):
                raise
            if seconds >= _SAID_FROM_SECONDS:
                cause = type(error.orig).__name__
                _log.warning("the database is away or held, waiting", extra={"error": cause})
            time.sleep(seconds)
            meanwhile()
    raise AssertionError("the waits never end")


def _waits() -> Iterator[float]:
    yield from _WAITS_SECONDS
    while True:
        yield _WAITS_SECONDS[-1]
