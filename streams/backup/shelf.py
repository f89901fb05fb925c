"""The backups that are started in a page: made and tried in the background, listed with both."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from campaigns.times import moment_of
from crm.clock import now_us
from crm.operations.backups import KeptBackup
from crm.schema.revisions import DatabaseNewer
from streams.backup.making import back_up
from streams.backup.manifest import NAME, BackupUnusable, Manifest, read_manifest
from streams.running.installation import Installation

_TRIED = "tried.json"
_log = logging.getLogger(__name__)


class Tried(msgspec.Struct, frozen=True):
    """When the files of a backup were compared with their sums, and whether they agreed."""

    at_us: int
    is_whole: bool


class Shelf:
    """A folder of backups; one is made or tried at a time."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self._installation, self._folder = installation, folder
        self._turn = threading.Lock()
        self.has_failed = False

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._folder)

    @property
    def is_busy(self) -> bool:
        """Whether one is being made or tried."""
        return self._turn.locked()

    def kept(self) -> list[KeptBackup]:
        """What there is, the latest first."""
        tried = self._tried()
        found = [self._one(each.parent, tried) for each in self._folder.glob(f"[!.]*/{NAME}")]
        return sorted(found, key=lambda each: (each.made_us or 0, each.name), reverse=True)

    def begin(self) -> bool:
        """Make one and try it; False while one is under way."""
        return self._beside(self._make)

    def begin_trying(self, name: str) -> bool:
        """Try one; False where there is none, or one is under way."""
        if name not in {each.name for each in self.kept()}:
            return False
        return self._beside(lambda: self._try(name))

    def _beside(self, work: Callable[[], None]) -> bool:
        if not self._turn.acquire(blocking=False):
            return False

        def run() -> None:
            try:
                work()
            except Exception:
                # Nobody waits for this thread: what went wrong is told by the page and the log.
                _log.exception("a backup that was begun in a page came to no end")
                self.has_failed = True
            finally:
                self._turn.release()

        threading.Thread(target=run, name="backup", daemon=True).start()
        return True

    def _make(self) -> None:
        name = f"{moment_of(now_us()):%Y-%m-%d-%H%M%S}"
        self.has_failed = False
        back_up(self._installation, self._folder / name, lambda *_: None)
        self._try(name)

    def _try(self, name: str) -> None:
        try:
            read_manifest(self._folder / name)
            is_whole = True
        except (BackupUnusable, DatabaseNewer, OSError):
            is_whole = False
        tried = self._tried() | {name: Tried(now_us(), is_whole)}
        draft = self._folder / f".{_TRIED}"
        draft.write_bytes(msgspec.json.encode(tried, order="sorted"))
        draft.replace(self._folder / _TRIED)

    def _tried(self) -> dict[str, Tried]:
        try:
            said = (self._folder / _TRIED).read_bytes()
            return msgspec.json.decode(said, type=dict[str, Tried])
        except (OSError, msgspec.DecodeError):
            return {}

    def _one(self, folder: Path, tried: dict[str, Tried]) -> KeptBackup:
        made_us, size = None, 0
        with suppress(OSError, msgspec.DecodeError):
            said = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
            made_us, size = said.made_us, sum(each.bytes for each in said.files.values())
        was = tried.get(folder.name)
        if was is None:
            return KeptBackup(folder.name, made_us, size)
        return KeptBackup(folder.name, made_us, size, was.at_us, was.is_whole)
