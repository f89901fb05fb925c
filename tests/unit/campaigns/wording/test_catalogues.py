"""Every text that people see has its words in every language, in one catalogue each."""

import re
import string

import pytest
from babel.messages.pofile import read_po

from campaigns.wording.catalogues import C_, catalogue, catalogue_file, translated
from campaigns.wording.languages import DEFAULT_LANGUAGE, LANGUAGES, Language
from tests.texts import CHINESE, texts

OTHERS = [language for language in LANGUAGES if language != DEFAULT_LANGUAGE]
NAMES_A_HEADING = "找不到表头。前 30 行里要有一行写着“姓名”等栏目名。"
NAMES_WHAT_STANDS_ABOVE = (
    "看不出是哪次活动。请用系统下载的签到表，或在表头上方写“活动编号”和“活动日期”。"
)
NAMES_ITS_CHOICES = "性别只能写“男”或“女”，不知道就留空。"
_PERCENT = re.compile(r"%\(\w+\)s")


def places(sentence: str) -> list[tuple[str, str]]:
    """The places to fill in, each with its format; of a template's text its names."""
    if "%(" in sentence:
        return [(name, "") for name in sorted(_PERCENT.findall(sentence))]
    return sorted(
        (name, layout or "")
        for _, name, layout, _ in string.Formatter().parse(sentence)
        if name is not None
    )


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_none_is_left_over(language: Language) -> None:
    said, known = texts(), catalogue(language)
    assert len(said) > 1_000
    assert said - known.keys() == set()
    assert known.keys() - said == set()
    assert [text for text, words in known.items() if not words] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_only_guessed(language: Language) -> None:
    with catalogue_file(language).open("rb") as file:
        assert [message.id for message in read_po(file) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_placeholders(language: Language) -> None:
    for text, said in catalogue(language).items():
        assert places(text) == places(said), text


def test_english_holds_no_chinese_but_names_of_things_on_a_sheet() -> None:
    assert {text for text, said in catalogue("en").items() if CHINESE.search(said)} == {
        NAMES_A_HEADING,
        NAMES_WHAT_STANDS_ABOVE,
        NAMES_ITS_CHOICES,
    }


def test_traditional_chinese_is_written_in_its_own_words() -> None:
    for text, traditional in catalogue("zh-TW").items():
        assert not re.search("[档销数据库页软这说时间们个进录误证应]", traditional), text
        for mainland in ("文件夹", "数据", "信息", "默认", "資料庫文件", "軟件", "網絡"):
            assert mainland not in traditional, text


def test_a_text_that_means_two_things_has_a_translation_for_each() -> None:
    label, heading = C_("field", "姓名"), "姓名"
    assert (translated(label, "en"), translated(heading, "en")) == ("name", "Name")
    assert translated(label, DEFAULT_LANGUAGE) == "姓名"
