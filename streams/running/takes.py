"""How many events are recorded in one transaction: as many as others can wait for."""

from crm.recording.chunk_recorder import FEW_EVENTS
from crm.recording.recorder import LARGEST_BATCH

FIRST_TAKE = 2_000
"""Of a worker that does not know yet how fast it is: where an event costs a hundred times as much
as most it still ends in time, and soon it takes more."""
LARGEST_TAKE = LARGEST_BATCH
SMALLEST_TAKE = FEW_EVENTS
PATIENCE = 2.5
"""How many times as long as it is to last a transaction goes on before it is broken off."""


def next_take(events_at_most: int, events: int, seconds: float, aim_seconds: float) -> int:
    """How many events the next take may hold, after one that held so many and took so long."""
    if seconds > aim_seconds:
        # Of one event less could not be taken: it tells nothing of others.
        smaller = min(events_at_most // 2, int(events * aim_seconds / seconds))
        return max(smaller, SMALLEST_TAKE) if events > 1 else events_at_most
    if seconds < aim_seconds / 2 and events > events_at_most // 2:
        return min(events_at_most * 2, LARGEST_TAKE)
    return events_at_most
