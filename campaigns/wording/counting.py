"""One thing is told otherwise than two, in languages that do so: `1 ⟦day|days⟧` is `1 day`.

A translation writes both words, that of one thing first; which is told follows the number that
stands before it once the values are filled in.
"""

import re

OPENED = "⟦"
_PARTS = re.compile(r"<[^>]*>|\d[\d,.]*|⟦([^|⟧]*)\|([^⟧]*)⟧")
_WITHIN_A_SENTENCE = re.compile(r"</?(?:a|b|small|span|strong|svg|use)\b")


def counted(text: str) -> str:
    """A text, or a page, with the words that fit its numbers; without a number those of many."""
    return _counted(text, "") if OPENED in text else text


def _counted(text: str, number: str) -> str:
    def told(part: re.Match[str]) -> str:
        nonlocal number
        said = part[0]
        if said[0] == OPENED:
            return part[1] if number == "1" else part[2]
        if said[0] != "<":
            number = said.rstrip(".,")
            return said
        if not _WITHIN_A_SENTENCE.match(said):
            number = ""
        # A sentence may stand in an attribute, too; its numbers are its own.
        return f"<{_counted(said[1:], '')}" if OPENED in said else said

    return _PARTS.sub(told, text)
