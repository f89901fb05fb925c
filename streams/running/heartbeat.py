"""The heartbeat of relay, worker, bridge and webhooks: a file each touches while it works or waits.

`python -m streams.running.heartbeat relay` ends with 0 while the relay of this data folder lives:
what the health check of a container runs.
"""

import sys
import time
from pathlib import Path

from crm.configuration.settings import Settings

LIVES_SECONDS = 30.0


def beat(settings: Settings, process: str) -> None:
    """We live."""
    file = _file(settings, process)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()


def lives(settings: Settings, process: str, within_seconds: float = LIVES_SECONDS) -> bool:
    """Whether it has shown itself lately."""
    file = _file(settings, process)
    return file.exists() and time.time() - file.stat().st_mtime < within_seconds


def _file(settings: Settings, process: str) -> Path:
    return settings.data_folder / "alive" / process


def main() -> int:
    """The exit status for a health check."""
    return 0 if lives(Settings.from_environment(), sys.argv[1]) else 1


if __name__ == "__main__":
    sys.exit(main())
