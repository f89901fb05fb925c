"""What the documents tell people to type can be typed: commands and their options exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from streams.cli.app import build_app
from tests.source_tree import ROOT, assert_none

DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_CODE = re.compile(r"```.*?```|`[^`\n]+`|^ {4}.*$", flags=re.DOTALL | re.MULTILINE)
_CALL = re.compile(r"(?<!:)(?<!name )\bjinxi ((?:[^\n\\|`#<>;&（，。、]|\\\n)*)")
"""Not the account of a database or a broker, which is called the same."""
_WORD = re.compile(r"[a-z][a-z-]*")
_OPTION = re.compile(r"--[a-z][a-z-]*")
_COMMAND = typer.main.get_command(build_app())


def calls(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every call of the command in code, with its line; what follows a pipe is another call."""
    for code in _CODE.finditer(text):
        for call in _CALL.finditer(code[0]):
            line = text.count("\n", 0, code.start() + call.start()) + 1
            yield line, call[1].replace("\\\n", " ").split()


def unknown(words: list[str]) -> list[str]:
    """What of a call does not exist."""
    command: Any = _COMMAND
    for word in words:
        if not hasattr(command, "commands") or not _WORD.fullmatch(word):
            break
        if word not in command.commands:
            return [word]
        command = command.commands[word]
    options = {"--help", *(name for each in command.params for name in each.opts)}
    return [word for word in words if _OPTION.fullmatch(word) and word not in options]


def faults(document: Path) -> Iterator[str]:
    for line, words in calls(document.read_text(encoding="utf-8")):
        for word in unknown(words):
            yield f"{document.relative_to(ROOT)}:{line}: jinxi {' '.join(words)}: no {word}"


def test_every_command_and_option_that_a_document_names_exists() -> None:
    assert_none(
        "every `jinxi …` of a document can be called like that",
        (fault for document in DOCUMENTS for fault in faults(document)),
    )


def test_a_command_or_an_option_that_is_gone_is_found() -> None:
    assert unknown(["dealer", "pull", "--server", "URL"]) == []
    assert unknown(["dealer", "push"]) == ["push"]
    assert unknown(["people", "--al"]) == ["--al"]
    text = "run\n`jinxi people --al` or\n```sh\nsudo jinxi rights list \\\n  --all\n```\n"
    assert list(calls(text)) == [(2, ["people", "--al"]), (4, ["rights", "list", "--all"])]


def test_the_handbook_names_commands_of_every_reader() -> None:
    text = (ROOT / "docs" / "handbook.md").read_text(encoding="utf-8")
    named = {words[0] for _, words in calls(text) if words}
    assert {"accept", "account", "dealer", "funnel", "rewards", "rights", "check"} <= named
