"""The slot of a worker: one fixed number for each, which no other has at the same time.

Whoever names none gets the lowest that is free, so the replicas of a container may all be started
alike; one that is killed leaves its slot to the one that is started in its place.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from crm.configuration.settings import Settings
from crm.storage import locks
from streams.running.lease import WorkerRunning, lease

MOST_SLOTS = 64
_PATIENCE_SECONDS = 10.0
_LOOK_SECONDS = 0.2


@contextmanager
def slot_of(settings: Settings, wanted: int | None) -> Iterator[int]:
    """Hold the slot that is wanted, or the lowest that is free; WorkerRunning when there is none.

    A worker that was killed a moment ago may still seem to hold its slot: it is waited for.
    """
    with ExitStack() as held:
        yield _taken(settings, wanted, held)


def _taken(settings: Settings, wanted: int | None, held: ExitStack) -> int:
    ends = time.monotonic() + _PATIENCE_SECONDS
    while True:
        for slot in range(MOST_SLOTS) if wanted is None else (wanted,):
            try:
                held.enter_context(lease(settings, locks.FIRST_SLOT + slot))
            except WorkerRunning:
                if time.monotonic() > ends:
                    raise
            else:
                return slot
        time.sleep(_LOOK_SECONDS)
