"""Every text of the pages has its words in every language."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from campaigns.field_labels import LANGUAGES, Language
from crm.web.view.languages import DEFAULT_LANGUAGE, catalogue_file, wanted_language
from tests.source_tree import ROOT

OTHERS = [language for language in LANGUAGES if language != DEFAULT_LANGUAGE]
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def texts() -> set[str]:
    """What babel.cfg marks as text, found the way `pybabel extract` finds it."""
    web = ROOT / "crm" / "web"
    found = extract_from_dir(
        str(web),
        [("**.py", "python"), ("templates/**", "jinja2")],
        {"templates/**": {"trim_blocks": "true", "lstrip_blocks": "true"}},
        keywords={"_": None, "N_": None},
    )
    return {str(message) for _, _, message, _, _ in found}


def words(language: Language) -> dict[str, str]:
    with catalogue_file(language).open("rb") as file:
        catalogue = read_po(file)
    assert not any(message.fuzzy for message in catalogue if message.id)
    return {str(message.id): str(message.string) for message in catalogue if message.id}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_none_is_left_over(language: Language) -> None:
    known = words(language)
    assert len(texts()) > 200
    assert texts() - known.keys() == set()
    assert known.keys() - texts() == set()
    assert [text for text, said in known.items() if not said] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_placeholders(language: Language) -> None:
    for text, said in words(language).items():
        assert sorted(_PLACEHOLDER.findall(text)) == sorted(_PLACEHOLDER.findall(said)), text


def test_no_text_stands_in_a_template_without_being_marked() -> None:
    han = re.compile("[\u4e00-\u9fff]")
    marked = re.compile(r'_\((["\']).*?\1(, .*?)?\)')
    allowed = ("简体", "繁體", "Noto Sans", '"、"')
    for file in (ROOT / "crm/web/templates").iterdir():
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            rest = marked.sub("", line)
            for word in allowed:
                rest = rest.replace(word, "")
            assert not han.search(rest), f"{Path(file).name}:{number}: {rest.strip()}"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("fr", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-TW", "zh-TW"),
        ("zh-Hant-HK,en;q=0.9", "zh-TW"),
        ("fr;q=1, en-GB;q=0.4, zh;q=0.3", "en"),
        ("en;q=0.2, zh-CN;q=0.8", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("en;q=x", "zh-CN"),
    ],
)
def test_the_language_that_is_wanted_most_is_taken(header: str | None, language: str) -> None:
    assert wanted_language(header) == language
