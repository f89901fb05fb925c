"""What templates say is marked, and a request gets the language that it wants."""

import re
from pathlib import Path

import pytest

from crm.web.view.languages import wanted_language
from tests.source_tree import ROOT


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
