"""Where tests keep their files: one folder for a session, on a memory file system if that serves.

A test kills processes, never the machine: what a killed process wrote is there, on whatever file
system, so that no test gains by waiting for a disk. Everything that makes a temporary file follows
(`tmp_path`, `tempfile`, the servers, every process that a test starts), for the folder is TMPDIR.
Somebody who sets TMPDIR decides for another place.
"""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 4 << 30
"""What the heaviest folders of a session want at once, with room to spare."""


def break_ground() -> Path:
    """Make the session's folder, and tell every process about it."""
    folder = Path(tempfile.mkdtemp(prefix="jinxi-tests-", dir=_place()))
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None  # looked up anew
    return folder


def _place() -> Path | None:
    """The memory file system, where nobody said otherwise and it serves."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK):
        return None
    # Some tests run what they write.
    if os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        return None
    return _MEMORY if shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES else None
