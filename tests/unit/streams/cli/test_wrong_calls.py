"""Whoever calls the command wrongly is told so in the language that was asked for."""

import re

import pytest
import typer

from streams.cli.app import build_app
from streams.cli.catalogue import COMMANDS, GROUPS
from streams.cli.usage import usage_sentence

WRONG = (
    ("--no-such-option",),
    ("funnel", "--no-such-option"),
    ("funnel", "--step"),
    ("funnel", "--json=3"),
    ("funnel", "--kind", "7"),
    ("funnel", "7", "8"),
    ("event",),
    ("event", "1", "2", "3", "4"),
    ("serve", "--port", "7x"),
    ("demo", "--people", "-5"),
    ("dealer", "pull"),
    ("sheet", "7"),
    ("7",),
)
ENGLISH = re.compile(r"\b[A-Z]?[a-z]{2,} [a-z]{2,}\b")
"""Two English words in a row: a name stands alone."""


def answer(arguments: tuple[str, ...]) -> str:
    command = typer.main.get_command(build_app([*COMMANDS, *GROUPS]))
    with pytest.raises(typer.TyperException) as caught:
        command.main(list(arguments), prog_name="jinxi", standalone_mode=False)
    return usage_sentence(caught.value)


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
@pytest.mark.parametrize("spoken", ["zh-CN", "zh-TW"])
def test_a_wrong_call_is_answered_in_chinese(
    monkeypatch: pytest.MonkeyPatch, spoken: str, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("JINXI_LANGUAGE", spoken)
    said = answer(arguments)
    assert re.search(r"[\u4e00-\u9fff]", said), said
    assert not ENGLISH.search(re.sub(r"jinxi[^\n]*--help", "", said)), said


def test_in_english_it_is_the_librarys_own_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINXI_LANGUAGE", "en")
    assert answer(("funnel", "--step")) == "Option '--step' requires an argument."


@pytest.mark.parametrize("spoken", ["zh-CN", "zh-TW", "en"])
def test_a_mistyped_option_is_answered_with_the_one_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, spoken: str
) -> None:
    monkeypatch.setenv("JINXI_LANGUAGE", spoken)
    assert "--verify" in answer(("replay", "--verfy"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("serve", "--port", "7x"), "'--port' takes a whole number."),
        (("demo", "--people", "-5"), "'--people' must be 1 or more."),
        (("events", "--outcome", "rejectd"), "'--outcome' cannot be 'rejectd'; it is one of "),
    ],
)
def test_in_english_nothing_is_said_as_programs_say_it(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("JINXI_LANGUAGE", "en")
    assert answer(arguments).startswith(said)
