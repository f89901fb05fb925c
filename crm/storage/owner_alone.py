"""Folders and files that their owner alone can open, whatever the umask, and older ones too."""

import contextlib
import os
from pathlib import Path

from crm.storage.durable import make_durable

FOLDER_MODE, FILE_MODE = 0o700, 0o600
UMASK = 0o077
"""For whole processes: what a library writes beside is private as well."""
_BESIDE_A_DATABASE = ("", "-wal", "-shm", "-journal")


def make_folder(folder: Path) -> None:
    """Make a folder with all above it that are missing; each that is made is private, and lasts."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        with contextlib.suppress(FileExistsError):
            each.mkdir(mode=FOLDER_MODE)
            # One may write where one may not read.
            with contextlib.suppress(PermissionError):
                make_durable(each.parent)
    if not folder.is_dir():
        raise NotADirectoryError(20, "Not a directory", str(folder))


def make_database_file(file: Path) -> None:
    """The file of a SQLite database: what SQLite makes beside it gets the same mode.

    One from an older program, with its folder, is closed to others now; a folder that people work
    in otherwise, their home or the present one, is left as it is.
    """
    is_older = file.exists()
    if not is_older:
        # One that is there is never opened here: to close it again would take from this process the
        # locks that SQLite holds on it, and another process could throw a log away that is in use.
        # What stands in the way of a new one is said by whoever opens the database.
        with contextlib.suppress(OSError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
    for ending in _BESIDE_A_DATABASE:
        _close(file.with_name(f"{file.name}{ending}"), FILE_MODE)
    folder = file.parent.absolute()
    if is_older and folder not in (Path.home(), Path.cwd()):
        _close(folder, FOLDER_MODE)


def _close(path: Path, mode: int) -> None:
    """Take from others what they may; what is not ours is left."""
    with contextlib.suppress(OSError):
        allowed = path.stat().st_mode & 0o777
        if allowed & 0o077:
            # What its owner may not do either stays so: a copy that is only to be read.
            path.chmod(allowed & mode)
