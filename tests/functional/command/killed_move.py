"""`jinxi move` that is ended as by `kill -9` when a function is called for the n-th time."""

import os
import signal
import sys
from importlib import import_module
from typing import Any

from streams.cli.app import main
from streams.upkeep import move

if __name__ == "__main__":
    module, name, at, *options = sys.argv[1:]
    place = import_module(module)
    real, calls = getattr(place, name), list[int]()

    def spoilt(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == int(at):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)

    move.ROWS_AT_ONCE = 150
    setattr(place, name, spoilt)
    sys.argv = ["jinxi", "move", *options]
    main()
