"""The master key is replaced while everything runs; killed at any moment, it is simply run again.

1. The next master key lies durably beside the one in force (`master.key.next`).
2. The keyring says that from now on it wraps: whoever makes a key reads this in the transaction
   that writes it, so that after this step nothing new is wrapped with the old one.
3. Every key is wrapped anew, in pieces; both master keys open what they wrapped.
4. When none is left, the old file gets another name and the next one its place.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, bindparam, func, select, update

from crm.keyring.keyring import DATA_KEY, IN_FORCE, MASTER, Keyring
from crm.keyring.master_key import (
    create_master_key,
    fingerprint_of,
    load_master_key,
    next_file_of,
)
from crm.storage.database import reading, writing
from crm.storage.durable import make_durable

KEYS_AT_ONCE = 500
Report = Callable[[int, int], None]

_REWRAP = (
    update(DATA_KEY)
    .where(DATA_KEY.c.subject == bindparam("of_subject"), DATA_KEY.c.wrapped == bindparam("old"))
    .values(wrapped=bindparam("new"))
)


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did.

    keys: how many there are, every one wrapped with the new master key.
    retired: the old key's file under its new name; None: the folder could not be written, and
    whoever keeps the files must put `next_file` in the place of the old one.
    """

    keys: int
    retired: Path | None
    next_file: Path


def rotate(keyring: Keyring, report: Report) -> Rotated:
    """Begin, or go on with, a rotation, and end it; the caller sees that only one is under way."""
    file = keyring.masters.file
    next_file = next_file_of(file)
    if not next_file.exists():
        create_master_key(next_file)
    following = fingerprint_of(load_master_key(next_file, may_create=False))
    keyring.masters.wrap_with(following)
    with writing(keyring.engine) as connection:
        in_force = update(MASTER).where(MASTER.c.name == IN_FORCE)
        connection.execute(in_force.values(fingerprint=following))
    keys = _rewrap_all(keyring, following, report)
    retired = None
    with suppress(OSError):
        retired = _take_its_place(file, next_file)
    return Rotated(keys, retired, next_file)


def _rewrap_all(keyring: Keyring, following: str, report: Report) -> int:
    with reading(keyring.engine) as connection:
        total = connection.execute(select(func.count()).select_from(DATA_KEY)).scalar_one()
    done, after = 0, ""
    while True:
        with writing(keyring.engine) as connection:
            seen, after = _rewrap_some(connection, keyring, following, after)
        if not seen:
            return done
        done += seen
        report(min(done, total), total)


def _rewrap_some(
    connection: Connection, keyring: Keyring, following: str, after: str
) -> tuple[int, str]:
    """The next keys; how many they were, and the last of them."""
    query = select(DATA_KEY).where(DATA_KEY.c.subject > after).order_by(DATA_KEY.c.subject)
    rows = connection.execute(query.limit(KEYS_AT_ONCE)).all()
    masters = keyring.masters
    changes = [
        {
            "of_subject": row.subject,
            "old": row.wrapped,
            "new": masters.wrap(row.subject, masters.unwrap(row.subject, row.wrapped)),
        }
        for row in rows
        if not masters.is_wrapped_with(following, row.subject, row.wrapped)
    ]
    if changes:
        connection.execute(_REWRAP, changes)
    return len(rows), rows[-1].subject if rows else after


def _take_its_place(file: Path, next_file: Path) -> Path:
    """The next key becomes the file's key, in one step; the old one stays under another name."""
    old = fingerprint_of(load_master_key(file, may_create=False))
    retired = file.with_name(f"{file.name}.retired-{old}")
    with suppress(FileExistsError):
        os.link(file, retired)
    make_durable(file.parent)
    os.replace(next_file, file)
    make_durable(file.parent)
    return retired
