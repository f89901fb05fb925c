"""Help and usage errors in the language of the command: Typer's own words are English."""

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from campaigns.wording.catalogues import translated
from campaigns.wording.languages import Language
from streams.wording.say import say

_HEADINGS = {
    "Usage:": "用法：",
    "Arguments:": "参数：",
    "Options:": "选项：",
    "Commands:": "命令：",
    "[required]": "[必填]",
    "[default: ": "[默认：",
    "; required]": "；必填]",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]…",
    "[ARGS]...": "[参数]…",
    "Show this message and exit.": "显示这一页。",
}
_PLACES = re.compile("|".join(re.escape(words) for words in _HEADINGS))
_KINDS = re.compile(r"<(str|int|int range|list\[str\]|list\[int\]|path)>")


def in_our_words(page: str) -> str:
    """A page of Typer's with its own words translated, and what says nothing left out."""
    page = re.sub(r" {0,1}" + _KINDS.pattern, lambda found: " " * len(found[0]), page)
    return _PLACES.sub(lambda found: say(_HEADINGS[found[0]]), page)


class Command(TyperCommand):
    """A command whose help is all in one language."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return in_our_words(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        """The line that says how it is called."""
        return in_our_words(super().get_usage(ctx))


class Group(TyperGroup):
    """A group of commands whose help is all in one language."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return in_our_words(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        """The line that says how it is called."""
        return in_our_words(super().get_usage(ctx))


def translate_help(command: Any, into: Language) -> None:
    """Put every help text of a command and its subcommands into a language.

    `command` is what Typer builds: it has `help`, `params`, and `commands` where it is a group.
    A help text is a paragraph of what the command does, and one of examples, a line each.
    """
    if command.help:
        about, _, examples = command.help.partition("\n\n")
        command.help = command.short_help = translated(about, into)
        if examples:
            lines = "\n".join(f"  {line}" for line in examples.splitlines())
            # A paragraph that begins with \b is not filled: an example stays on its line.
            command.help += f"\n\n\b\n{translated('例：', into)}\n{lines}"
    for parameter in command.params:
        for name in ("help", "prompt", "confirmation_prompt"):
            text = getattr(parameter, name, None)
            if isinstance(text, str):
                setattr(parameter, name, translated(text, into))
    for child in getattr(command, "commands", {}).values():
        translate_help(child, into)
