"""Texts and their translations: marked here, translated where they are shown.

A text is written in simplified Chinese and marked with `N_`; where one text means two things it is
marked with `C_` and what it is about. The catalogues (gettext's .po files in `translations/`) hold
every marked text in every other language; a test compares.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from campaigns.wording.counting import counted
from campaigns.wording.languages import DEFAULT_LANGUAGE, Language

FOLDER = Path(__file__).parent / "translations"
_OF = "\x04"
"""Stands between what a text is about and the text, as in gettext's own compiled catalogues."""


def N_(text: str) -> str:
    """Marks a text that is translated later."""
    return text


def C_(about: str, text: str) -> str:
    """Marks a text that has a translation of its own in one place; `about` names the place."""
    return f"{about}{_OF}{text}"


LISTED = N_("、")
"""What stands between the words of a list."""


def translated(text: str, language: Language, /, **values: object) -> str:
    """A marked text in a language, its values filled in; as it is where no catalogue has it."""
    found = text if language == DEFAULT_LANGUAGE else catalogue(language).get(text, text)
    said = found.rpartition(_OF)[2]
    return counted(said.format(**values)) if values else said


def catalogue_file(language: Language) -> Path:
    """The catalogue of a language other than the default."""
    return FOLDER / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every text in a language, by the text as it is marked."""
    # In the language that the texts are written in nobody waits for the library of the others.
    read_po = pkgutil.resolve_name("babel.messages.pofile:read_po")
    with catalogue_file(language).open("rb") as file:
        messages = read_po(file)
    return {
        C_(message.context, str(message.id)) if message.context else str(message.id): str(
            message.string
        )
        for message in messages
        if message.id
    }
