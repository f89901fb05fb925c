"""No code of an event is shown raw: each one that the catalogue knows has its word."""

import re
from collections.abc import Iterator
from datetime import date

from msgspec import inspect

from campaigns.catalogue import CATALOGUE
from campaigns.season import generate
from crm.identity.comparison import LEVELS
from crm.web.view.code_words import code_word, level_word
from crm.web.view.matching_labels import THINGS
from tests.source_tree import ROOT

Code = tuple[str, str, str]
"""(type, field, code)."""


def codes(type_name: str, kind: inspect.Type, field: str = "") -> Iterator[Code]:
    match kind:
        case inspect.UnionType():
            for each in kind.types:
                yield from codes(type_name, each, field)
        case inspect.StructType():
            for part in kind.fields:
                yield from codes(type_name, part.type, part.encode_name)
        case inspect.ListType() | inspect.VarTupleType():
            yield from codes(type_name, kind.item_type, field)
        case inspect.LiteralType():
            yield from ((type_name, field, str(code)) for code in kind.values)


def test_every_code_of_the_catalogue_has_a_word() -> None:
    known = {
        each for name, event in CATALOGUE.items() for each in codes(name, inspect.type_info(event))
    }
    assert len(known) > 150
    assert sorted(each for each in known if code_word(*each) == each[2]) == []


def test_every_reason_that_the_season_or_a_page_gives_has_a_word() -> None:
    reasons = {
        event["data"]["reason_code"]
        for event in generate(400, 3, date(2026, 3, 2))
        if event["data"].get("reason_code")
    }
    for file in (ROOT / "crm" / "web").rglob("*.py"):
        given = re.findall(r'_(?:REQUESTED|REASON) = "([a-z_]+)"', file.read_text("utf-8"))
        reasons.update(given)
    assert "requested_by_person" in reasons and len(reasons) > 8
    assert sorted(code for code in reasons if code_word("", "reason_code", code) == code) == []


def test_every_level_of_likeness_has_a_word() -> None:
    for thing, levels in LEVELS.items():
        assert thing in THINGS
        for level in levels:
            assert level_word(thing, level) != level
