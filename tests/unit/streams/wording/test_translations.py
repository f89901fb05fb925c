"""Every sentence of the command is there in three languages, with the same places to fill."""

import re
import string
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
import typer

from campaigns.catalogue import CATALOGUE
from campaigns.events.consents import ConsentGiven
from campaigns.wording.languages import LANGUAGES, Language
from crm.funnels.touchpoint import TOUCHPOINT_TYPES
from crm.operations.checks import LAWS
from crm.rewards.postings import _NAMES as LEDGER_NAMES
from crm.rewards.states import Reason, State
from streams.cli.app import COMMANDS, GROUPS, build_app
from streams.cli.help_pages import translate_help
from streams.wording.codes import WORDS
from streams.wording.say import say, told, word
from streams.wording.translations import FROM_BELOW

CHINESE = re.compile(r"[\u3400-\u9fff]")


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_what_is_said_below_has_its_places_in_every_language() -> None:
    for sentence, translations in FROM_BELOW.items():
        for translation in translations:
            assert _places(translation) <= _places(sentence), sentence


def test_every_law_and_what_is_counted_is_said_in_chinese() -> None:
    assert set(LAWS) <= set(FROM_BELOW)
    for name in LAWS:
        assert CHINESE.search(told(name))
    assert told("12 rewards, 0 differ") == "12 份奖励，0 份不同"
    assert told("3 rows of 2 dealers, unequal: none") == "2 个经销商共 3 行，都相等"
    assert told("3 rows of 2 dealers, unequal: ['D1']").endswith("不相等的：['D1']")


def test_what_nobody_foresaw_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told("out of cheese") == "out of cheese"
    monkeypatch.setenv("JINXI_LANGUAGE", "en")
    assert told("the ledger sums to zero") == "the ledger sums to zero"


def _literals(alias: Any) -> set[str]:
    return set(alias.__args__)


def test_every_code_has_its_word() -> None:
    assert set(WORDS["reward_state"]) == _literals(State)
    assert set(WORDS["reward_reason"]) == _literals(Reason)
    named = set(LEDGER_NAMES.values())
    wanted = named | {f"{name}_reversed" for name in named}
    assert wanted <= set(WORDS["ledger_reason"])
    assert set(get_type_hints(ConsentGiven)["method"].__args__) <= set(WORDS["value"])
    assert set(CATALOGUE) <= set(WORDS["event"])
    assert set(TOUCHPOINT_TYPES) <= set(WORDS["event"]) | set(WORDS["step"])
    assert word("reward_state", "held") == "冻结期"
    assert word("outcome", None) == ""
    assert word("outcome", "of tomorrow") == "of tomorrow"


def _pages(language: Language) -> Iterator[str]:
    command = typer.main.get_command(build_app())
    translate_help(command, language)
    yield from _pages_of(command, None, "jinxi")


def _pages_of(command: Any, parent: Any, name: str) -> Iterator[str]:
    context = command.make_context(name, ["--help"], parent, resilient_parsing=True)
    yield command.get_help(context)
    for child_name, child in getattr(command, "commands", {}).items():
        yield from _pages_of(child, context, child_name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_all_in_one_language(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINXI_LANGUAGE", language)
    pages = list(_pages(language))
    assert len(pages) > len(COMMANDS) + len(GROUPS)
    for page in pages:
        if language == "en":
            assert not CHINESE.search(page), page
        else:
            assert not re.search("Usage|Options|Commands|Show this|required|default", page), page
            assert CHINESE.search(page)
    assert say("用法：") in pages[0]


def test_every_command_shows_an_example_on_one_line() -> None:
    pages = list(_pages("zh-CN"))
    without = [page.splitlines()[0] for page in pages if "jinxi " not in page.partition("\n")[2]]
    assert all("命令" in line for line in without), without
