"""Backs up and restores in one line, and looks for what stands in plain."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from crm.keyring.keyring import KEYRING_METADATA
from crm.storage.database import METADATA, reading, writing
from streams.backup.making import back_up
from streams.backup.manifest import Summary
from streams.backup.restoring import Restored, Wanted, restore
from streams.running.installation import Installation as Opened
from tests.installations import Installation
from tests.integration.laws.erased_life import PHONES, SECRETS, found_in, life


def silent(_done: int, _of: int) -> None:
    """Nobody watches."""


def opened(installation: Installation) -> Opened:
    return Opened(installation.settings, installation.engine, installation.keyring)


def backed_up(installation: Installation, folder: Path) -> Summary:
    return back_up(opened(installation), folder, silent)


def restored(installation: Installation, folder: Path, **wanted: Any) -> Restored:
    """Restored where the installation is, to which nobody is connected meanwhile."""
    installation.close()
    try:
        return restore(installation.settings, Wanted(folder, **wanted), silent)
    finally:
        installation.open()


def lose_data(installation: Installation, *, keys: bool) -> None:
    """The database is gone; with `keys` the keyring, too. The master key is not."""
    for engine, metadata in (
        (installation.engine, METADATA),
        *([(installation.keyring.engine, KEYRING_METADATA)] if keys else []),
    ):
        if engine.dialect.name == "postgresql":
            with writing(engine) as connection:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(delete(table))
    installation.close()
    if installation.engine.dialect.name == "sqlite":
        for file in installation.folder.glob("jinxi.db*"):
            file.unlink()
        for file in installation.folder.glob("keys.db*") if keys else ():
            file.unlink()
    shutil.rmtree(installation.folder / "attachments", ignore_errors=True)


def erase_c1(installation: Installation) -> None:
    _, erasure, _ = life()
    assert [receipt.status for receipt in installation.accept([erasure])] == ["accepted"]


def in_plain(installation: Installation) -> set[str]:
    """The secrets of c1 that stand in plain in a file, or in a row of the database."""
    found = {secret for secret, _ in found_in(installation.folder)}
    if installation.engine.dialect.name == "postgresql":
        rows = b"\n".join(_rows(installation))
        found |= {s for s in (*SECRETS.values(), *PHONES) if s.encode() in rows}
    return found


def _rows(installation: Installation) -> Iterator[bytes]:
    with reading(installation.engine) as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(select(table)):
                for value in row:
                    yield bytes(value) if isinstance(value, bytes) else str(value).encode()
