"""Who looks, and whose people they may see: the first argument of every query."""

from dataclasses import dataclass
from typing import Literal

Viewer = Literal["headquarters", "compliance", "staff", "dealer"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The right to read.

    viewer: the role; dealer: of a dealer's people, whose copy they may see and nothing else.
    """

    viewer: Viewer
    dealer: str | None = None

    @property
    def sees_archives(self) -> bool:
        """Whether the company's archives are open; dealers have their own copy."""
        return self.viewer != "dealer"

    @property
    def sees_restricted_names(self) -> bool:
        """Names of people whose archive is restricted are for compliance alone."""
        return self.viewer == "compliance"

    @property
    def sees_conflicts(self) -> bool:
        """Whether it sees where those who corrected a card disagree."""
        return self.viewer in ("headquarters", "compliance")

    def sees_copy_of(self, dealer: str) -> bool:
        """Whether a dealer's copy is open."""
        return self.viewer in ("headquarters", "compliance") or self.dealer == dealer


HEADQUARTERS_SCOPE = Scope("headquarters")
"""The command reads for headquarters."""


class OutOfScope(Exception):
    """The viewer may not see what was asked for."""
