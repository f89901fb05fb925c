"""What a run of `jinxi accept` has heard, over all its files."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaigns.intake import Receipt


@dataclass
class AcceptTally:
    """Counts of receipts, and every refusal.

    answers: copies of sheets in which the bad rows are marked.
    """

    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    warned: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Path] = field(default_factory=list)

    def add(self, file: str, number: int, receipt: Receipt) -> None:
        """One receipt for one line."""
        setattr(self, receipt.status, getattr(self, receipt.status) + 1)
        self.warned += bool(receipt.warnings)
        if receipt.status == "refused":
            self.refusals.append(
                {
                    "file": file,
                    "line": number,
                    "source": receipt.source,
                    "id": receipt.id,
                    "reason": receipt.reason,
                    "path": receipt.path,
                }
            )
