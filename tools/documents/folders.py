"""The tree of folders in docs/architecture.md, made of what each package says of itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("campaigns", "crm", "streams")
_BEGIN, _END = "<!-- folders: made by `make docs` -->\n", "<!-- end of folders -->\n"


def with_folders(document: str) -> str:
    """The document with the tree as it is now; ValueError where it has no place for it."""
    before, rest = document.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}\n{folders()}\n{_END}{after}"


def folders() -> str:
    """A table: every package, and the first line of its docstring."""
    lines = [f"| `{path}/` | {about} |\n" for path, about in _packages()]
    return f"| folder | what a reader finds there |\n| --- | --- |\n{''.join(lines)}"


def _packages() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("__init__.py"), key=lambda each: each.parent):
            about = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").splitlines()
            yield file.parent.relative_to(ROOT).as_posix(), about[0] if about else ""
