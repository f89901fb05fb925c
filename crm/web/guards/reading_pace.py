"""How fast large bodies are read, all together: between their pieces short requests have a turn.

Each piece costs the one loop that serves everybody a moment; twenty callers that send as fast as a
machine can would have it busy with nothing else.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

BYTES_PER_SECOND = 64 * 1024 * 1024
"""Half of what comes through a gigabit of network."""
UNPACED_BYTES = 64 * 1024
"""Of each body: what is short is read at once."""


@dataclass
class ReadingPace:
    """Places in one row of pieces; `clock` tells seconds."""

    bytes_per_second: float = BYTES_PER_SECOND
    clock: Callable[[], float] = time.monotonic
    free_at: float = 0.0

    def wait_seconds(self, size_bytes: int) -> float:
        """How long to let others have their turn after a piece of so many bytes."""
        now = self.clock()
        self.free_at = max(now, self.free_at) + size_bytes / self.bytes_per_second
        return self.free_at - now

    async def rest(self, size_bytes: int) -> None:
        """Let them."""
        await asyncio.sleep(self.wait_seconds(size_bytes))
