"""One thing is told otherwise than two in English, whoever writes the number."""

import ast
import re
from functools import cache

import pytest
from babel.messages.pofile import read_po

from campaigns.wording.catalogues import catalogue, catalogue_file, translated
from campaigns.wording.counting import counted
from tests.source_tree import ROOT, modules_of

MANY = re.compile(
    r"(?:%\((?:n|rows|joined|asked|seen|tried|before|after|people|held|all|open)\)s"
    r"|\{(?:n|rows|accepted|refused|corrected|duplicate)(?::,)?\}) (?!of )(?:[a-z-]+ ){0,2}?"
    r"(?!(?:this|is|was|has|less|across|its|as|always|times out)\b)([a-z-]+s|people)\b"
)
"""A number that may be 1, and right after it a word for several things."""
BEHIND_A_NUMBER = re.compile(r'\| number \}\}(?:</\w+>)?\s*(?:<small>)?\{\{ _\("([^"]+)"\)')
"""In templates: a text that begins with what was counted."""
NEVER_ONE = {
    "%(member)s 介绍的 %(n)s 次购买，全都在 %(outlet)s。": "looked at from several on",
    "%(member)s 介绍的购买里，有 %(n)s 次全部退了，占一半或更多。": "looked at from several on",
    "这一天，%(member)s 介绍的人买了 %(n)s 次。": "looked at from several on",
}
"""Texts whose number is never 1, and why."""


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1 ⟦day|days⟧ late", "1 day late"),
        ("11 ⟦day|days⟧ late", "11 days late"),
        ("1,001 ⟦row|rows⟧", "1,001 rows"),
        ("<b>1</b> ⟦row is|rows are⟧ left", "<b>1</b> row is left"),
        ("<li>1</li><li>⟦row|rows⟧</li>", "<li>1</li><li>rows</li>"),
        ('<a title="1 ⟦row|rows⟧">2</a> ⟦row|rows⟧', '<a title="1 row">2</a> rows'),
        ("1 ⟦card|cards⟧, 2 ⟦pair|pairs⟧", "1 card, 2 pairs"),
        ("nothing is counted: [a|b]", "nothing is counted: [a|b]"),
    ],
)
def test_the_word_follows_the_number_before_it_and_no_other(written: str, told: str) -> None:
    assert counted(written) == told


def test_no_english_text_with_a_number_lacks_its_word_for_one() -> None:
    wrong = [
        f"{text} → {said}"
        for text, said in _english()
        if text not in NEVER_ONE and MANY.search(re.sub(r"⟦[^⟧]*⟧", "", said))
    ]
    assert not wrong, "write both words, ⟦day|days⟧, for:\n" + "\n".join(wrong)
    assert all(text in dict(_english()) for text in NEVER_ONE)


def test_no_english_word_behind_a_number_of_a_page_lacks_its_word_for_one() -> None:
    english = dict(_english())
    templates = sorted((ROOT / "crm/web/templates").glob("*.html"))
    texts = {text for file in templates for text in BEHIND_A_NUMBER.findall(file.read_text())}
    assert len(texts) > 10
    many = {text: english[text] for text in texts if re.search(r"[a-z]s\b|people", english[text])}
    assert {text for text, said in many.items() if "⟦" not in said} == set()


def test_words_for_one_stand_in_texts_that_are_counted_where_they_are_shown() -> None:
    assert (
        translated("{n} 行", "en", n=1) == "1 row" and translated("{n} 行", "zh-CN", n=1) == "1 行"
    )
    for text, said in catalogue("zh-TW").items():
        assert "⟦" not in text + said


@cache
def _english() -> tuple[tuple[str, str], ...]:
    with catalogue_file("en").open("rb") as file:
        return tuple((str(each.id), str(each.string)) for each in read_po(file) if each.id)


def test_nothing_that_knows_its_visitor_joins_texts_with_a_chinese_mark() -> None:
    wrong = [
        module.at(node, "join with visit.joined, or a translated mark")
        for module in modules_of("crm")
        if module.name.startswith(("crm.web.pages", "crm.web.desk"))
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "join"
        if isinstance(node.value, ast.Constant) and node.value.value in ("、", "，", "；")
    ]
    assert not wrong, "\n".join(wrong)
