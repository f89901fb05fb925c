"""A supervised process ends when its supervisor is gone, however that ended.

The supervisor holds one end of a pipe and never writes to it; each child inherits the other and
waits for its end. The system closes the supervisor's end even after `kill -9`, on Linux and macOS.
"""

import os
import signal
import threading
import time

PIPE = "JINXI_SUPERVISOR_PIPE"
"""The variable that tells a child which file descriptor to watch."""
ORPHANED = 77
_END_SECONDS = 5.0


def end_with_supervisor() -> threading.Thread | None:
    """Watch from now on, in a thread of its own; None in a process that nobody supervises."""
    # It is for this process alone: what this one starts has another pipe, or none.
    descriptor = os.environ.pop(PIPE, None)
    if descriptor is None:
        return None
    thread = threading.Thread(target=_watch, args=(int(descriptor),), daemon=True)
    thread.start()
    return thread


def _watch(descriptor: int) -> None:
    try:
        while os.read(descriptor, 1):
            continue
    except OSError:
        # Not a pipe of ours: the variable was set by somebody else.
        return
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_SECONDS)
    os._exit(ORPHANED)
