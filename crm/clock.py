"""The clock of the edges: pure code takes the time as an argument."""

import time


def now_us() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1_000
