"""Makes a backup while everything runs; what bears its name is whole.

1. A draft beside, for its owner alone; one that a killed process left is removed first.
2. The data, as one transaction shows them. The views are left out: they follow from the journal,
   and they are what holds names in plain. So nothing in a backup can be read without its keyring.
3. The attachments, then the keys and the fence: whatever an event needs was durable before the
   event, so what is copied after the data lacks nothing of theirs. A key too many does no harm.
4. Sums and manifest; everything durable; then the draft takes its name.

The master key is never in it.
"""

import fcntl
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.schema import CreateTable

from crm.clock import now_us
from crm.journal.events import last_position
from crm.keyring.keyring import DATA_KEY, FENCE, IN_FORCE_QUERY, OF_SUBJECTS
from crm.keyring.master_key import MasterKeys
from crm.operations.status import keep_backup
from crm.schema.preparing import prepare
from crm.schema.revisions import newest_revision
from crm.storage.database import reading, writing
from crm.storage.durable import make_durable
from streams.backup.copying import (
    KEPT,
    ROWS_AT_ONCE,
    Report,
    close_whole,
    copy_rows,
    private_database,
)
from streams.backup.manifest import (
    ATTACHMENTS,
    DATA,
    FILES,
    FORMAT,
    KEYRING,
    Manifest,
    Summary,
    sum_of,
    write_manifest,
)
from streams.running.installation import Installation


class BackupRefused(Exception):
    """It is not begun; `reason` says why, `place` where."""

    def __init__(self, reason: str, place: str) -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


def back_up(installation: Installation, folder: Path, report: Report) -> Summary:
    """Make it; BackupRefused when something bears the name already."""
    if folder.exists():
        raise BackupRefused("there already", str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _draft_of(folder) as draft:
        made_us, position = _copy_data(installation, draft / DATA, report)
        attachments = _copy_attachments(installation.keyring.files, draft / ATTACHMENTS)
        keys, master_key = _copy_keyring(installation, draft / KEYRING)
        sums = {name: sum_of(draft / name) for name in FILES}
        write_manifest(
            draft,
            Manifest(
                format=FORMAT,
                schema=newest_revision(),
                position=position,
                made_us=made_us,
                database=installation.engine.dialect.name,
                master_key=master_key,
                files=sums,
            ),
        )
        for file in draft.iterdir():
            make_durable(file)
        make_durable(draft)
        try:
            # A folder is never moved onto one that holds anything.
            draft.rename(folder)
        except OSError as error:
            raise BackupRefused("there already", str(folder)) from error
        make_durable(folder.parent)
    with writing(installation.engine) as connection:
        keep_backup(connection, position, made_us)
    size = sum(each.bytes for each in sums.values())
    return Summary(str(folder), position, made_us, keys, attachments, size)


@contextmanager
def _draft_of(folder: Path) -> Iterator[Path]:
    """A folder beside that is locked while it is written; drafts of killed processes go."""
    for left in folder.parent.glob(f".{folder.name}.*.part"):
        with suppress(BlockingIOError, FileNotFoundError), _locked(left):
            shutil.rmtree(left)
    draft = folder.with_name(f".{folder.name}.{uuid4().hex[:12]}.part")
    draft.mkdir(mode=0o700)
    with _locked(draft):
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Held by this process alone; the lock ends with it. BlockingIOError when somebody has it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _copy_data(installation: Installation, file: Path, report: Report) -> tuple[int, int]:
    """When they were read, and the last position of the journal in them."""
    there = private_database(file)
    prepare(there)
    with reading(installation.engine) as ours:
        # The first query is what chooses the state.
        position = last_position(ours)
        made_us = now_us()
        with writing(there) as theirs:
            for table in KEPT:
                theirs.execute(delete(table))
            copy_rows(KEPT, ours, theirs, report)
    close_whole(there)
    return made_us, position


def _copy_attachments(files: Path | None, into: Path) -> int:
    """Every file, encrypted as it lies there; one that is erased meanwhile is left out."""
    count = 0
    with into.open("xb") as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        os.fchmod(stream.fileno(), 0o600)
        for file in sorted(files.rglob("*")) if files is not None and files.exists() else ():
            if file.name.startswith(".") or file.is_dir():
                continue
            with suppress(FileNotFoundError):
                content = file.open("rb")
                with content:
                    entry = archive.gettarinfo(
                        arcname=str(file.relative_to(files or file)), fileobj=content
                    )
                    entry.uname = entry.gname = ""
                    archive.addfile(entry, content)
                count += 1
    return count


def _copy_keyring(installation: Installation, file: Path) -> tuple[int, str]:
    """How many keys, and the fingerprint of the one master key that wraps them all.

    Each is opened on the way; where a rotation is under way, it is wrapped as it will be.
    """
    there, masters = private_database(file), installation.keyring.masters
    count = 0
    with reading(installation.keyring.engine) as ours, writing(there) as theirs:
        for table in OF_SUBJECTS:
            theirs.execute(CreateTable(table, if_not_exists=True))
        fingerprint = str(ours.execute(IN_FORCE_QUERY).scalar_one())
        masters.wrap_with(fingerprint)
        copy_rows([FENCE], ours, theirs, lambda _done, _of: None)
        rows = ours.execution_options(yield_per=ROWS_AT_ONCE).execute(select(DATA_KEY))
        for piece in rows.partitions(ROWS_AT_ONCE):
            theirs.execute(insert(DATA_KEY), [_in_force(masters, row) for row in piece])
            count += len(piece)
    close_whole(there)
    return count, fingerprint


def _in_force(masters: MasterKeys, row: Row[str, bytes]) -> dict[str, object]:
    subject, wrapped = row
    if not masters.is_wrapped_with(masters.wrapping, subject, wrapped):
        wrapped = masters.wrap(subject, masters.unwrap(subject, wrapped))
    return {"subject": subject, "wrapped": wrapped}
