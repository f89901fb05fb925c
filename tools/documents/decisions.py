"""docs/decisions/README.md: every decision, by its title."""

from pathlib import Path

_HEAD = """# Decisions

<!-- Made by `make docs` of the titles; edit them there. -->

Each says what was decided, why, at what price, and what was measured. A decision that no longer
holds says so at its top, and stays; a number that is missing was never given to one.

"""


def decisions_index(folder: Path) -> str:
    """The whole index."""
    return _HEAD + "".join(
        f"- [{title_of(file)}]({file.name})\n" for file in sorted(folder.glob("0*.md"))
    )


def title_of(file: Path) -> str:
    """The title, without its mark."""
    return file.read_text("utf-8").splitlines()[0].removeprefix("# ")
