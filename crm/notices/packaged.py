"""The notices that come with the programme: an example of each, good for trying things out."""

from functools import cache
from pathlib import Path

from campaigns.wording.languages import LANGUAGES
from crm.notices.notice import PURPOSES, Notice, notice

_TEXTS = Path(__file__).parent / "texts"


@cache
def packaged_notices() -> tuple[Notice, ...]:
    """Every packaged version, the oldest first."""
    return tuple(
        notice(
            folder.name,
            purpose,
            {
                language: (folder / f"{purpose}.{language}.md").read_text(encoding="utf-8")
                for language in LANGUAGES
            },
        )
        for folder in sorted(_TEXTS.iterdir())
        for purpose in PURPOSES
    )
