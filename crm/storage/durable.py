"""What must be on the disk before anything is answered: files, and the names in folders."""

import os
from pathlib import Path


def make_durable(path: Path) -> None:
    """A file's content, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
