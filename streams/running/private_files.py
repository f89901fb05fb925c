"""Files with personal data: readable by their owner alone, and there whole or not at all."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

OWNER_ALONE = 0o600


@contextmanager
def private_file(file: Path) -> Iterator[BinaryIO]:
    """A file to be written; it takes its name, and the place of an older one, when all is there."""
    draft = file.with_name(f".{uuid4().hex}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def write_private(file: Path, pieces: Iterable[bytes]) -> None:
    """Write all of it."""
    with private_file(file) as stream:
        for piece in pieces:
            stream.write(piece)
