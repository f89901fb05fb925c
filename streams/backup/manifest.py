"""What a backup says of itself: which files it has, with their sums, and of which moment they are.

No name and no number of a person is in it, nor in the names of the files.
"""

from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path

import msgspec
from msgspec import Struct

from crm.schema.revisions import DatabaseNewer, newest_revision

NAME = "manifest.json"
FORMAT = 1
DATA, KEYRING, ATTACHMENTS = "data.db", "keyring.db", "attachments.tar"
FILES = (DATA, ATTACHMENTS, KEYRING)
"""In the order in which they are made: whatever an event needs is copied after the event."""


class BackupUnusable(Exception):
    """It cannot be restored; `reason` says why, `place` which file."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


class Sum(Struct, frozen=True):
    """One file: how long it is, and its SHA-256."""

    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """The backup of one moment.

    schema: the revision of the tables. position: the last event of the journal that is in it.
    made_us: when its data were read. database: which kind it was made of.
    master_key: the fingerprint of the master key that opens its keyring; the key is not in it.
    """

    format: int
    schema: str
    position: int
    made_us: int
    database: str
    master_key: str
    files: dict[str, Sum]


@dataclass(frozen=True, slots=True)
class Summary:
    """What is told of a backup once it stands."""

    folder: str
    position: int
    made_us: int
    keys: int
    attachments: int
    bytes: int

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return asdict(self)


def sum_of(file: Path) -> Sum:
    """The length and the SHA-256 of a file."""
    with file.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return Sum(file.stat().st_size, digest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """As JSON that people can read, too."""
    written = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=2)
    (folder / NAME).write_bytes(written + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """What it says, once every file was found to be as it says."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise BackupUnusable("no backup", str(folder)) from error
    except msgspec.DecodeError as error:
        raise BackupUnusable("manifest unreadable", NAME) from error
    if manifest.format > FORMAT:
        raise BackupUnusable("format is newer", str(manifest.format))
    if manifest.schema > newest_revision():
        raise DatabaseNewer(manifest.schema, newest_revision())
    for name in FILES:
        file = folder / name
        if not file.is_file() or name not in manifest.files:
            raise BackupUnusable("file is missing", name)
        if sum_of(file) != manifest.files[name]:
            raise BackupUnusable("sum differs", name)
    return manifest
