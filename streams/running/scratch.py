"""Folders for what is needed for a while only and holds personal data in plain.

They lie in the data folder, for their owner alone. One that a killed process left is removed by
whatever starts next there; one that is in use is known by its lock, which ends with its process.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

from filelock import FileLock, Timeout

from crm.storage.owner_alone import make_folder

_PREFIX = "scratch-"
_LOCK = ".lock"


@contextmanager
def scratch_folder(folder: Path | None) -> Iterator[Path]:
    """A new folder, deleted at the end; without a data folder in the system's temporary one."""
    parent = folder or Path(gettempdir())
    make_folder(parent)
    name = f"{_PREFIX}{uuid4().hex}"
    # Locked before it is there: who tidies up can never find it without its lock.
    with FileLock(parent / f"{name}{_LOCK}") as lock:
        made = parent / name
        made.mkdir(mode=0o700)
        try:
            yield made
        finally:
            shutil.rmtree(made)
            Path(lock.lock_file).unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Delete what killed processes have left; what is in use or cannot be deleted stays."""
    for lock_file in folder.glob(f"{_PREFIX}*{_LOCK}"):
        with suppress(Timeout, OSError), FileLock(lock_file, timeout=0):
            shutil.rmtree(lock_file.with_suffix(""), ignore_errors=True)
            if not lock_file.with_suffix("").exists():
                lock_file.unlink(missing_ok=True)
