"""Statements compiled once in a process, not once for each database that a test opens.

SQLAlchemy keeps what it compiled with its engine, and a test has engines of its own. All that the
house opens say the same in one dialect.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

Making = Callable[..., Engine]

_MOST = 5_000
"""Ten times what one engine keeps: never so many that one has to go."""


class _Kept(LRUCache[Any, Any]):
    """By what a statement says, whichever engine's dialect it was compiled for first."""

    __slots__ = ()

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


def keeping(making: Making) -> Making:
    """Engines as `making` makes them; those of one dialect share what is compiled."""
    kept: dict[str, _Kept] = {}

    def make(*about: Any, **further: Any) -> Engine:
        engine = making(*about, **further)
        engine._compiled_cache = kept.setdefault(engine.dialect.name, _Kept(_MOST))
        return engine

    return make
