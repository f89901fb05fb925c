"""A process that will not be asked to end: `python -m tests.stubborn FILE` writes its id there."""

import os
import signal
import sys
import threading
from pathlib import Path

from streams.serving.orphans import end_with_supervisor

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_with_supervisor()
    Path(sys.argv[1]).write_text(str(os.getpid()))
    threading.Event().wait()
