"""Backups as a page lists them and starts them; who makes them stands above."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """One backup.

    name: of its folder. made_us: of which moment it is; None where its list cannot be read.
    tried_us: when every file was last compared with its sum; is_whole: what came of that.
    """

    name: str
    made_us: int | None
    bytes: int
    tried_us: int | None = None
    is_whole: bool | None = None


class Backups(Protocol):
    """The backups of an installation, in one folder."""

    @property
    def place(self) -> str:
        """The folder."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether one is being made or tried."""
        ...

    @property
    def has_failed(self) -> bool:
        """Whether the last one that was begun here came to no end."""
        ...

    def kept(self) -> Sequence[KeptBackup]:
        """What there is, the latest first."""
        ...

    def begin(self) -> bool:
        """Make one, and try it, beside everything else; False while one is under way."""
        ...

    def begin_trying(self, name: str) -> bool:
        """Compare every file with its sum, beside everything else; False: none, or busy."""
        ...
