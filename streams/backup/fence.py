"""The erasure fence of a restore: what was ever erased stays erased.

A fence is only ever added to. Its sources: the keyring in use, which no restore turns back; the
keyring of the backup; lists of erasures that were put aside since (`jinxi erasures`), or newer
backups. Whatever stands in one of them is fenced, its key is destroyed, its files are deleted, and
where the restored journal knows nothing of the erasure, the erasure is recorded in it anew.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import orjson
from sqlalchemy import Connection, Engine, delete, exists, func, select

from campaigns.catalogue import wire_name
from campaigns.ids import derived_id
from campaigns.intake import HEADQUARTERS
from campaigns.times import rfc3339
from campaigns.wording.catalogues import N_
from crm.intake.accept import EventIntake
from crm.journal.events import JOURNAL
from crm.keyring.keyring import DATA_KEY, FENCE, KeyLost, Keyring
from crm.keyring.master_key import MasterKeys, MasterKeyWrong
from crm.storage.database import in_pieces, insert_new, reading, writing
from crm.storage.reads import is_among
from streams.backup.manifest import KEYRING, BackupUnusable

REASON = "restored"
ERASED_AGAIN = "/headquarters/restore"
"""The source of erasures that a restore has recorded."""
_CARD = "card/"
_OF_INSTALLATION = "installation/content"


class Erased(msgspec.Struct, frozen=True):
    """A line of a list of erasures: an opaque id, nothing personal."""

    subject: str


def erasures(keyring: Keyring) -> Iterator[Erased]:
    """All that was ever erased, to be put aside."""
    with reading(keyring.engine) as connection:
        for subject in connection.execute(select(FENCE.c.subject).order_by(FENCE.c.subject)):
            yield Erased(subject[0])


def listed(place: Path) -> list[str]:
    """The subjects in a list of erasures, or in the fence of a backup's folder."""
    if place.is_dir():
        return fence_of(place / KEYRING)
    try:
        return [
            msgspec.json.decode(line, type=Erased).subject
            for line in place.read_bytes().splitlines()
            if line.strip()
        ]
    except msgspec.DecodeError as error:
        raise BackupUnusable("no list of erasures", str(place)) from error


def fence_of(file: Path) -> list[str]:
    """The fence in the keyring of a backup."""
    if not file.is_file():
        raise BackupUnusable("file is missing", str(file))
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as keys:
        return [subject for (subject,) in keys.execute("SELECT subject FROM fence")]


def merge_keys(
    backup: Engine, keyring: Keyring, masters: MasterKeys, erased: Iterable[str]
) -> None:
    """Into the keyring in use: every erasure first, then the keys that it lacks.

    masters: what opens the backup's keys. Raises MasterKeyWrong when a key is lacking that they do
    not open; KeyLost when the keyring in use is that of another installation.
    """
    with reading(backup) as theirs:
        fence = set(theirs.execute(select(FENCE.c.subject)).scalars()) | set(erased)
        with writing(keyring.engine) as ours:
            _add_to_fence(ours, sorted(fence))
        rows = theirs.execution_options(yield_per=1_000).execute(select(DATA_KEY))
        for piece in rows.partitions(1_000):
            wrapped: dict[str, bytes] = {subject: each for subject, each in piece}
            _add_keys(keyring, masters, wrapped)
    with reading(keyring.engine) as ours:
        fence = set(ours.execute(select(FENCE.c.subject)).scalars())
    for subject in sorted(fence):
        keyring.delete_files(subject)


def _add_to_fence(ours: Connection, subjects: Sequence[str]) -> None:
    insert_new(ours, FENCE, [{"subject": subject} for subject in subjects])
    ours.execute(delete(DATA_KEY).where(exists().where(FENCE.c.subject == DATA_KEY.c.subject)))


def _add_keys(keyring: Keyring, masters: MasterKeys, wrapped: dict[str, bytes]) -> None:
    fenced = keyring.is_fenced(wrapped)
    held = keyring.data_keys(wrapped, create=False)
    if _OF_INSTALLATION in wrapped and held[_OF_INSTALLATION] is not None:
        _must_be_the_same(masters, wrapped[_OF_INSTALLATION], held[_OF_INSTALLATION])
    lacking = [name for name, key in held.items() if key is None and name not in fenced]
    rows = [
        {
            "subject": name,
            "wrapped": keyring.masters.wrap(name, masters.unwrap(name, wrapped[name])),
        }
        for name in lacking
    ]
    with writing(keyring.engine) as ours:
        insert_new(ours, DATA_KEY, rows)


def _must_be_the_same(masters: MasterKeys, theirs: bytes, ours: bytes | None) -> None:
    try:
        same = masters.unwrap(_OF_INSTALLATION, theirs) == ours
    except MasterKeyWrong:
        # An older master key wraps them; what is lacking will tell.
        return
    if not same:
        raise KeyLost(N_("正在用的钥匙库和备份不属于同一套安装"))


def record_erasures(engine: Engine, keyring: Keyring) -> int:
    """Put what the journal does not know to be erased into it, as an event; how many they were."""
    with reading(keyring.engine) as connection:
        fenced = list(connection.execute(select(FENCE.c.subject)).scalars())
    cards = sorted(subject for subject in fenced if subject.startswith(_CARD))
    with reading(engine) as connection:
        unknown = [card for piece in in_pieces(cards) for card in _not_erased(connection, piece)]
        # It came after all that the backup knows; when exactly, nobody can tell any more.
        at = rfc3339(connection.execute(select(func.max(JOURNAL.c.received_us))).scalar() or 0)
    lines = [
        orjson.dumps(
            {
                "specversion": "1.0",
                "id": derived_id("restored-erasure", card),
                "source": ERASED_AGAIN,
                "type": wire_name("card.erased"),
                "time": at,
                "receivedat": at,
                "subject": card,
                "data": {"card_id": card.removeprefix(_CARD), "reason_code": REASON},
            }
        )
        for card in unknown
    ]
    receipts = EventIntake(engine, keyring).accept(lines, HEADQUARTERS, history=True)
    refused = [receipt for receipt in receipts if receipt.status == "refused"]
    if refused:
        raise BackupUnusable("erasure refused", str(refused[0].reason))
    return len(lines)


def _not_erased(connection: Connection, cards: Sequence[str]) -> list[str]:
    """Those of which the journal has something, but not that they were erased."""
    those = select(JOURNAL.c.subject).where(is_among(connection, JOURNAL.c.subject, cards))
    known = set(connection.execute(those.distinct()).scalars())
    erased = connection.execute(those.where(JOURNAL.c.type == "card.erased")).scalars()
    return sorted(known - set(erased))
