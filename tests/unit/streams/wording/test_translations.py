"""Every sentence of the command is there in three languages, with the same places to fill."""

import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
import typer

from campaigns.catalogue import CATALOGUE
from campaigns.events.consents import ConsentGiven
from campaigns.wording.catalogues import translated
from campaigns.wording.languages import LANGUAGES, Language
from campaigns.wording.sentence import SaidError
from crm.funnels.definition import InvalidWindow, parse_window
from crm.funnels.touchpoint import TOUCHPOINT_TYPES
from crm.operations.checks import LAWS
from crm.rewards.postings import _NAMES as LEDGER_NAMES
from crm.rewards.states import Reason, State
from crm.schema.tables import CARRIED, HISTORY, KEPT_APART, PROJECTED, REGISTERED, TOLD
from streams.cli.app import build_app
from streams.cli.catalogue import COMMANDS, GROUPS
from streams.cli.help_pages import translate_help
from streams.wording.codes import WORDS
from streams.wording.say import say, word

CHINESE = re.compile(r"[\u3400-\u9fff]")


def test_every_law_is_said_in_words() -> None:
    for law, _ in LAWS.values():
        assert CHINESE.search(law)
        assert not CHINESE.search(translated(law, "en"))


def test_an_error_says_itself_in_every_language_and_keeps_its_values() -> None:
    with pytest.raises(InvalidWindow) as caught:
        parse_window("soon")
    assert str(caught.value) == "'soon' is no window: write days as 30d or hours as 720h"
    assert caught.value.said("zh-CN") == "看不懂期限 'soon'，天写成 30d，小时写成 720h"
    assert caught.value.sentence.values == {"window": "'soon'"}


def test_a_value_may_have_the_name_of_anything() -> None:
    error = SaidError("{language}：{text}", language="zh-TW", text="…")
    assert error.said("zh-CN") == "zh-TW：…"


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
    told = (*HISTORY, *CARRIED, *TOLD, *KEPT_APART, *REGISTERED, *PROJECTED)
    assert {table.name for table in told} <= set(WORDS["table"])
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
