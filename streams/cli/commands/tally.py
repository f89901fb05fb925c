"""What a run of `jinxi accept` has heard, over all its files."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaigns.intake import Receipt
from streams.cli.commands.sheet_report import SheetReport


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line or a row that was not taken.

    sentence: what is wrong and how to mend it; None where the reason and the path say it.
    """

    file: str
    line: int
    source: str | None
    id: str | None
    reason: str
    path: str
    sentence: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The refusal as a program reads it."""
        return {
            "file": self.file,
            "line": self.line,
            "source": self.source,
            "id": self.id,
            "reason": self.reason,
            "path": self.path,
        }


@dataclass
class AcceptTally:
    """Counts of receipts, and every refusal.

    lines: events that came as lines. sheets: each sheet by itself.
    answers: copies of sheets in which the bad rows are marked.
    kept: copies of sheets with the ids of their rows.
    unwritten: such copies that could not be written.
    """

    lines: int = 0
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    warned: int = 0
    refusals: list[RefusedLine] = field(default_factory=list)
    answers: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    unwritten: list[Path] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)
    sheets: list[SheetReport] = field(default_factory=list)

    def add(self, file: str, number: int, receipt: Receipt) -> None:
        """One receipt for one line."""
        self.lines += 1
        setattr(self, receipt.status, getattr(self, receipt.status) + 1)
        self.warned += bool(receipt.warnings)
        for code in receipt.warnings:
            self.warnings[code] = self.warnings.get(code, 0) + 1
        if receipt.status == "refused":
            reason, path = receipt.reason or "bad_value", receipt.path or "$"
            self.refusals.append(
                RefusedLine(file, number, receipt.source, receipt.id, reason, path)
            )

    def as_json(self) -> dict[str, Any]:
        """The tally as a program reads it."""
        return {
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "refused": self.refused,
            "warned": self.warned,
            "refusals": [refusal.as_json() for refusal in self.refusals],
        } | ({"sheets": [sheet.as_json() for sheet in self.sheets]} if self.sheets else {})
