"""What a sheet that was handed over is told: to a person in lines, to a program as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaigns.sheets import InvalidSheet, Unread, sentence, unread_sentence
from campaigns.wording.catalogues import LISTED, N_
from crm.intake.sheet_receipt import AskedRow, SheetNotice, SheetReceipt
from crm.intake.sheet_sentences import notice_sentence, question_sentence
from streams.wording.say import language, say

_ONE = N_(
    "第 {row} 行：{earlier} → {name}：是更正（--same {row}），还是另一个人（--other {row}）？"
)


@dataclass(frozen=True)
class SheetReport:
    """One sheet: its counts, and all that is said of its rows and of what was not read.

    reason: why nothing of it was taken; None where it was read.
    """

    file: str
    reason: str | None = None
    rows: int = 0
    refused: int = 0
    corrected: int = 0
    accepted: int = 0
    duplicate: int = 0
    notices: tuple[SheetNotice, ...] = ()
    asked: tuple[AskedRow, ...] = ()
    unread: tuple[Unread, ...] = ()
    hidden_rows: tuple[tuple[str, int], ...] = ()
    hidden_columns: tuple[tuple[str, str], ...] = ()
    values: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, file: str, receipt: SheetReceipt) -> "SheetReport":
        """A sheet that was read."""
        return cls(
            file,
            None,
            receipt.rows,
            receipt.refused,
            receipt.corrected,
            receipt.accepted,
            receipt.duplicate,
            receipt.notices,
            receipt.asked,
            receipt.refused_rows.unread,
            receipt.refused_rows.hidden_rows,
            receipt.refused_rows.hidden_columns,
        )

    @classmethod
    def of_error(cls, file: str, error: InvalidSheet) -> "SheetReport":
        """A sheet of which nothing was taken."""
        return cls(file, error.reason, unread=error.unread, values=error.values)

    @property
    def lacks_a_page(self) -> bool:
        """Whether a whole page with content was not read."""
        return any(unread.kind == "page" for unread in self.unread)

    def as_json(self) -> dict[str, Any]:
        """The sheet as a program reads it."""
        return {
            "file": self.file,
            "reason": self.reason,
            "sentence": self._sentence(),
            "rows": {
                "accepted": self.rows,
                "refused": self.refused,
                "corrected": self.corrected,
                "asked": len(self.asked),
            },
            "events": {"accepted": self.accepted, "duplicate": self.duplicate},
            "unread": [_unread(each) for each in self.unread],
            "hidden_rows": [{"sheet": sheet, "row": row} for sheet, row in self.hidden_rows],
            "hidden_columns": [
                {"sheet": sheet, "column": column} for sheet, column in self.hidden_columns
            ],
            "notices": [_notice(each) for each in self.notices],
            "asked": [_asked(each) for each in self.asked],
        }

    def lines(self) -> Iterator[str]:
        """The sheet as people read it: one unit, the row, and what the rows said."""
        name = Path(self.file).name
        if self.reason is None:
            yield say(
                "{name}：{rows:,} 行收下（新记 {accepted:,} 条，之前已记过 {duplicate:,} 条）"
                " · {refused:,} 行未收下 · {corrected:,} 行是更正",
                name=name,
                rows=self.rows,
                accepted=self.accepted,
                duplicate=self.duplicate,
                refused=self.refused,
                corrected=self.corrected,
            )
        for unread in self.unread:
            yield f"  {_unread(unread)['sentence']}"
        if self.hidden_rows:
            numbers = say(LISTED).join(str(row) for _, row in self.hidden_rows)
            yield "  " + say("隐藏的行也读了：第 {rows} 行。请核对该不该收。", rows=numbers)
        if self.hidden_columns:
            names = say(LISTED).join(dict.fromkeys(column for _, column in self.hidden_columns))
            yield "  " + say("有隐藏的栏，里面有内容：{columns}。请核对。", columns=names)
        for notice in self.notices:
            yield "  " + say(
                "第 {row} 行：{said}", row=notice.row, said=notice_sentence(notice, language())
            )
        for asked in self.asked:
            yield f"  {_question(asked)}"

    def _sentence(self) -> str | None:
        return None if self.reason is None else sentence(self.reason, language(), **self.values)


def _unread(unread: Unread) -> dict[str, Any]:
    return {
        "kind": unread.kind,
        "sheet": unread.sheet,
        "row": unread.row,
        "column": unread.column,
        "cells": unread.cells,
        "nearest": unread.nearest,
        "sentence": unread_sentence(
            unread.kind,
            language(),
            nearest=unread.nearest,
            sheet=unread.sheet,
            row=unread.row,
            column=unread.column,
            cells=unread.cells,
        ),
    }


def _notice(notice: SheetNotice) -> dict[str, Any]:
    return {
        "sheet": notice.sheet,
        "row": notice.row,
        "code": notice.code,
        "column": notice.column,
        "other_row": notice.other_row,
        "sentence": notice_sentence(notice, language()),
    }


def _asked(asked: AskedRow) -> dict[str, Any]:
    return {
        "sheet": asked.sheet,
        "row": asked.row,
        "name": asked.name,
        "earlier": [{"card_id": card_id, "name": name} for card_id, name in asked.earlier],
        "sentence": _question(asked),
    }


def _question(asked: AskedRow) -> str:
    return question_sentence(asked, _ONE, language())
