"""Off the event loop: each kind of work in a lane of so many threads, so that none crowds others.

Reading a large body, or hashing a password, takes a processor for long; were all threads to do it
at once, nobody else's short request would come to its turn.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

Given = ParamSpec("Given")
Result = TypeVar("Result")

_HEAVY_AT_ONCE = 1
_FORMS_AT_ONCE = 2
_HASHING_AT_ONCE = 1
"""A hash takes 64 MiB of memory and four threads, by design."""


@dataclass(frozen=True)
class Lanes:
    """Those of one site."""

    _heavy: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_HEAVY_AT_ONCE))
    _forms: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_FORMS_AT_ONCE))
    _hashing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_HASHING_AT_ONCE))

    async def beside(
        self, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """Short work, as any request does it."""
        return await run_sync(partial(work, *given, **named))

    async def heavy(
        self, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """Work on a large body: one after the other."""
        return await run_sync(partial(work, *given, **named), limiter=self._heavy)

    async def forms(
        self, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """Parsing forms with a drawing in them."""
        return await run_sync(partial(work, *given, **named), limiter=self._forms)

    async def hashing(
        self, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """Work that hashes a password."""
        return await run_sync(partial(work, *given, **named), limiter=self._hashing)
