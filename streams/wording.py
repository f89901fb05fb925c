"""The words of the command: Chinese in the code, translated when it starts.

JINXI_LANGUAGE chooses zh-CN (default), zh-TW or en. streams/translations.py holds the others.
"""

import os
from typing import Any

from campaigns.sentences import LANGUAGES, Language
from streams.translations import TRANSLATIONS


def language() -> Language:
    """The language of the command's words."""
    chosen = os.environ.get("JINXI_LANGUAGE")
    return next((known for known in LANGUAGES if known == chosen), LANGUAGES[0])


def say(sentence: str, **values: object) -> str:
    """The sentence in the chosen language, with its values filled in."""
    return translated(sentence, language()).format(**values)


def words(*sentences: str) -> list[str]:
    """Several words, e.g. the headings of a table; an empty one stays empty."""
    return [say(sentence) for sentence in sentences]


def translated(sentence: str, into: str) -> str:
    """A sentence of the code in a language; itself where there is no translation."""
    if into == LANGUAGES[0] or sentence not in TRANSLATIONS:
        return sentence
    return TRANSLATIONS[sentence][LANGUAGES.index(into) - 1]


def translate_help(command: Any, into: str) -> None:
    """Put every help text of a command and its subcommands into a language.

    `command` is what Typer builds: it has `help`, `params`, and `commands` where it is a group.
    """
    if command.help:
        command.help = translated(command.help, into)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = translated(parameter.help, into)
    for child in getattr(command, "commands", {}).values():
        translate_help(child, into)
