"""Every sentence of the command is there in three languages, with the same places to fill."""

import ast
import re
import string
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
import typer

from campaigns.catalogue import CATALOGUE
from campaigns.events.consents import ConsentGiven
from campaigns.sentences import LANGUAGES
from crm.funnels.touchpoint import TOUCHPOINT_TYPES
from crm.operations.checks import LAWS
from crm.rewards.postings import _NAMES as LEDGER_NAMES
from crm.rewards.states import Reason, State
from streams.cli.app import build_app
from streams.cli.catalogue import COMMANDS, GROUPS
from streams.cli.commands.sheet_files import ANSWER_ENDING
from streams.cli.help_pages import translate_help
from streams.wording.codes import WORDS
from streams.wording.say import say, told, word
from streams.wording.translations import FROM_BELOW, TRANSLATIONS
from tests.source_tree import Module, modules_of

CHINESE = re.compile(r"[\u3400-\u9fff]")
NOT_SAID = {ANSWER_ENDING}
"""Chinese in the code that is no sentence: the ending of a file's name."""


def said_in(module: Module) -> Iterator[str]:
    """Every Chinese text of a module; of a command's docstring what it does."""
    notes = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if not CHINESE.search(node.value) or node.value in NOT_SAID:
            continue
        if id(node) not in notes:
            yield node.value
        elif CHINESE.match(node.value):
            yield node.value.partition("\n\n")[0].strip()


def sentences() -> dict[str, str]:
    """Every sentence, and the module that says it."""
    return {
        sentence: module.path
        for module in modules_of("streams")
        if ".translations" not in module.name
        for sentence in said_in(module)
    } | {words: f"codes of {group}" for group, codes in WORDS.items() for words in codes.values()}


def places(sentence: str) -> set[tuple[str, str]]:
    """The places to fill in, each with its format."""
    return {
        (name, layout or "")
        for _, name, layout, _ in string.Formatter().parse(sentence)
        if name is not None
    }


def test_every_sentence_is_translated_and_no_translation_is_left_over() -> None:
    said = sentences()
    assert {sentence: said[sentence] for sentence in said if sentence not in TRANSLATIONS} == {}
    assert set(TRANSLATIONS) - set(said) == set()


def test_every_translation_has_the_places_of_its_sentence() -> None:
    for sentence, translations in TRANSLATIONS.items():
        for translation in translations:
            assert places(translation) == places(sentence), sentence
    for sentence, translations in FROM_BELOW.items():
        for translation in translations:
            assert places(translation) <= places(sentence), sentence


def test_english_holds_no_chinese_but_names_of_things_on_a_sheet() -> None:
    for sentence, (_, english) in TRANSLATIONS.items():
        assert not CHINESE.search(english), sentence
        assert english, sentence


def test_traditional_chinese_is_written_in_its_own_words() -> None:
    for sentence, (traditional, _) in TRANSLATIONS.items():
        assert not re.search("[档销数据库页软这说时间们个进录误证应]", traditional), sentence
        for mainland in ("文件夹", "数据", "信息", "文件", "默认", "資料庫文件", "軟件", "網絡"):
            assert mainland not in traditional, sentence


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


def _pages(language: str) -> Iterator[str]:
    command = typer.main.get_command(build_app())
    translate_help(command, language)
    yield from _pages_of(command, None, "jinxi")


def _pages_of(command: Any, parent: Any, name: str) -> Iterator[str]:
    context = command.make_context(name, ["--help"], parent, resilient_parsing=True)
    yield command.get_help(context)
    for child_name, child in getattr(command, "commands", {}).items():
        yield from _pages_of(child, context, child_name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_all_in_one_language(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
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
