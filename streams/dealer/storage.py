"""Errors of the disk on which a copy stands, said plainly."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from streams.dealer.errors import FileNotWritten, FolderBusy, StorageFull, StorageUnusable
from streams.running.private_files import private_file

_FULL = ("full", "no space", "file too large", "quota", "disk i/o error")


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Say errors of the disk plainly; SQLite's messages name no values."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise FolderBusy(folder) from error
        raise _of_disk(folder, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise StorageUnusable(folder, str(error)) from error
    except OSError as error:
        raise _of_disk(folder, error.strerror or str(error)) from error


def _of_disk(folder: Path, cause: str) -> StorageFull | StorageUnusable:
    if any(word in cause.lower() for word in _FULL):
        return StorageFull(folder)
    return StorageUnusable(folder, cause)


@contextmanager
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """A new file that is there whole or not at all, and that only its owner reads.

    FileNotWritten when there is no room, or no right to write there.
    """
    try:
        with private_file(file) as stream:
            yield stream
    except OSError as error:
        raise FileNotWritten(file, error.strerror or str(error)) from error
