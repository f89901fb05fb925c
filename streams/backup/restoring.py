"""Restores a backup: made ready beside, with what was erased since, and then put in place.

1. Sums are compared; the place must be empty unless it is to be replaced, and nobody at work.
2. The fence: what is known to be erased is added to the keyring in use; then keys it lacks.
3. In a scratch file: the data, migrated; erasures that the journal does not know; every view anew.
4. Attachments that are missing; none of an erased card.
5. The scratch file takes the database's name, or becomes it in one transaction.

Until the last step the place is as it was, but for keys and fences added, which harm nothing: a
restore that was killed is simply run again.
"""

import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, exists, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from crm.configuration.settings import Settings, sqlite_file
from crm.journal.events import JOURNAL, last_position
from crm.keyring.keyring import DATA_KEY, FENCE, MASTER, RESTORED, Keyring
from crm.keyring.master_key import MasterKeys, load_master_key
from crm.operations.status import keep_backup
from crm.schema.preparing import prepare
from crm.storage import locks
from crm.storage.bulk import set_numbers
from crm.storage.database import (
    METADATA,
    insert_new,
    is_passing,
    open_engine,
    reading,
    rewrite,
    writing,
)
from crm.storage.durable import make_durable
from crm.storage.owner_alone import make_folder
from streams.backup.copying import (
    Report,
    close_whole,
    copy_rows,
    private_database,
)
from streams.backup.fence import listed, merge_keys, record_erasures
from streams.backup.left_since import Since, left_since, told_at
from streams.backup.manifest import (
    ATTACHMENTS,
    DATA,
    KEYRING,
    BackupUnusable,
    Manifest,
    read_manifest,
)
from streams.running.lease import lease
from streams.running.private_files import private_file
from streams.running.scratch import remove_leftovers, scratch_folder
from streams.upkeep.replay import rebuild

_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND application_name IS DISTINCT FROM :ours"
)


class RestoreRefused(Exception):
    """It is not begun, or not put in place; `reason` says why, `place` where."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be restored.

    erasures: lists of erasures, or newer backups, whose fences count as well.
    older_master_key: the file of the master key that wraps the backup's keys, where it is not the
    one in use. replace: what is there may be replaced. scratch: where there is room for all of the
    data once more; a SQLite file is always made ready beside its place.
    """

    folder: Path
    erasures: Sequence[Path] = ()
    older_master_key: Path | None = None
    replace: bool = False
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands now.

    erased_again: cards that the backup still knew, and that were erased after it.
    keyring_kept: whether a keyring was in use, so that every erasure up to now was known.
    """

    manifest: Manifest
    erased_again: int
    keyring_kept: bool
    since: Since


def restore(settings: Settings, wanted: Wanted, report: Report) -> Restored:
    """Restore it; RestoreRefused, BackupUnusable, WorkerRunning when that cannot be."""
    manifest = read_manifest(wanted.folder)
    # None is made here: a new one would open nothing.
    load_master_key(settings.master_key_file, may_create=False)
    settings = _named(settings)
    erased = [subject for place in wanted.erasures for subject in listed(place)]
    remove_leftovers(settings.data_folder)
    with ExitStack() as held:
        for number in (locks.WORKER, locks.RELAY, locks.BRIDGE, locks.WEBHOOKS):
            held.enter_context(lease(settings, number))
        since = _look_at_the_place(settings, wanted, manifest)
        keyring = Keyring.open(settings)
        held.callback(keyring.engine.dispose)
        kept = _was_in_use(keyring)
        with scratch_folder(_room(settings, wanted)) as scratch:
            _merge_keys(wanted, keyring, scratch, erased)
            engine, again, told = _made_ready(
                wanted, keyring, scratch / "restored.db", manifest, report
            )
            with writing(engine) as connection:
                since.closed.close_again(connection)
            _put_attachments(wanted.folder / ATTACHMENTS, keyring)
            _put_in_place(engine, settings, report)
        with writing(keyring.engine) as connection:
            connection.execute(delete(MASTER).where(MASTER.c.name == RESTORED))
    return Restored(manifest, again, kept, since.after(told))


def _room(settings: Settings, wanted: Wanted) -> Path:
    """A file takes another's name within one file system only."""
    in_file = sqlite_file(settings.database_url)
    return in_file.parent if in_file is not None else wanted.scratch or settings.data_folder


def _look_at_the_place(settings: Settings, wanted: Wanted, manifest: Manifest) -> Since:
    """What is there, and what it knows; refused when there is anything that may not go."""
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        return Since.unknown()
    engine = open_engine(settings.database_url)
    try:
        with reading(engine) as connection:
            if not inspect(connection).has_table(JOURNAL.name):
                return Since.unknown()
            is_empty = not connection.execute(select(exists(select(JOURNAL)))).scalar()
            if not (is_empty or wanted.replace):
                raise RestoreRefused("not empty", engine.url.render_as_string())
            return Since.unknown() if is_empty else left_since(connection, manifest.position)
    except DatabaseError as error:
        if file is None or not wanted.replace or is_passing(error):
            raise
        return Since.unknown()
    finally:
        engine.dispose()


def _was_in_use(keyring: Keyring) -> bool:
    """Whether the keyring was in use, and not begun by a restore that was killed: then it knows
    every erasure up to now."""
    with writing(keyring.engine) as connection:
        has_keys = connection.execute(select(exists(select(DATA_KEY)))).scalar()
        begun = select(exists().where(MASTER.c.name == RESTORED))
        if has_keys and not connection.execute(begun).scalar():
            return True
        row = {"name": RESTORED, "fingerprint": keyring.masters.wrapping}
        insert_new(connection, MASTER, [row])
        return False


def _merge_keys(wanted: Wanted, keyring: Keyring, scratch: Path, erased: Sequence[str]) -> None:
    copy = shutil.copyfile(wanted.folder / KEYRING, scratch / KEYRING)
    masters = keyring.masters
    if wanted.older_master_key is not None:
        older = load_master_key(wanted.older_master_key, may_create=False)
        masters = MasterKeys.of(wanted.older_master_key, older)
    backup = open_engine(f"sqlite:///{copy}")
    try:
        merge_keys(backup, keyring, masters, erased)
    finally:
        backup.dispose()


def _made_ready(
    wanted: Wanted, keyring: Keyring, file: Path, manifest: Manifest, report: Report
) -> tuple[Engine, int, dict[str, int]]:
    """The whole database in a file: data, erasures, views; how many erasures were added, and up to
    which number the data had told each dealer."""
    engine = private_database(file)
    shutil.copyfile(wanted.folder / DATA, file)
    prepare(engine)
    with reading(engine) as connection:
        told = told_at(connection)
    again = record_erasures(engine, keyring)
    with writing(engine) as connection:
        keep_backup(connection, manifest.position, manifest.made_us)
        up_to = last_position(connection)
    rebuild(engine, keyring, report, up_to=up_to)
    # What was erased may stand in pages that are free now.
    rewrite(engine)
    return engine, again, told


def _put_attachments(archive: Path, keyring: Keyring) -> None:
    """Those that are missing; a card's folder that belongs to nobody any more is left out."""
    files = keyring.files
    assert files is not None
    with reading(keyring.engine) as connection:
        fenced = connection.execute(select(FENCE.c.subject)).scalars().all()
    gone = {str(keyring.files_of(subject).relative_to(files)) for subject in fenced}
    with tarfile.open(archive) as entries:
        for entry in entries:
            content = entries.extractfile(entry) if entry.isfile() else None
            if content is None or str(Path(entry.name).parent) in gone:
                continue
            target = files / entry.name
            if not target.resolve().is_relative_to(files.resolve()):
                raise BackupUnusable("file is elsewhere", ATTACHMENTS)
            if not target.exists():
                make_folder(target.parent)
                with private_file(target) as stream:
                    shutil.copyfileobj(content, stream)
                make_durable(target.parent)


def _put_in_place(engine: Engine, settings: Settings, report: Report) -> None:
    file = sqlite_file(settings.database_url)
    if file is not None:
        made = sqlite_file(str(engine.url))
        assert made is not None
        close_whole(engine)
        make_durable(made)
        with _alone_with(file):
            os.replace(made, file)
        make_durable(file.parent)
        return
    there = open_engine(settings.database_url)
    prepare(there)
    try:
        with reading(engine) as ours, writing(there) as theirs:
            _must_be_alone(theirs)
            for table in reversed(METADATA.sorted_tables):
                theirs.execute(delete(table))
            copy_rows(METADATA.sorted_tables, ours, theirs, report)
            set_numbers(theirs, METADATA.sorted_tables)
    finally:
        there.dispose()
        engine.dispose()


def _must_be_alone(connection: Connection) -> None:
    """Nobody may answer from the old data while the new ones come; nor count on them."""
    locks.hold(connection, locks.APPENDING)
    ours = str(connection.engine.url.query["application_name"])
    if connection.execute(_OTHERS, {"ours": ours}).scalar_one():
        raise RestoreRefused("somebody is connected", str(connection.engine.url.database))


@contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    """Nobody else has the database open; its log is gone, since another file takes its place."""
    if not file.exists():
        yield
        return
    connection = sqlite3.connect(file, timeout=1, isolation_level=None)
    try:
        try:
            # It can be done only by who is alone, and takes the log away.
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise RestoreRefused("somebody is connected", str(file)) from error
        except sqlite3.DatabaseError:
            # Nothing reads it any more; its log must not be taken for the new one's.
            for ending in ("-wal", "-shm"):
                file.with_name(file.name + ending).unlink(missing_ok=True)
        yield
    finally:
        connection.close()


def _named(settings: Settings) -> Settings:
    """The same; our sessions bear a name, so that PostgreSQL can tell them from others'."""
    if sqlite_file(settings.database_url) is not None:
        return settings
    name = {"application_name": f"jinxi-restore-{os.getpid()}"}
    url = make_url(settings.database_url).update_query_dict(name)
    return replace(settings, database_url=url.render_as_string(hide_password=False))
