"""What a spreadsheet program takes for a formula, and how no text that we write becomes one."""

from typing import TypeVar

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How it begins (OWASP, CSV injection). Programs in Chinese take the full-width ones as well."""
Value = TypeVar("Value")


def harmless(value: Value) -> Value | str:
    """A cell of a text file: behind a mark where it is a text that would be a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        return f"'{value}"
    return value
