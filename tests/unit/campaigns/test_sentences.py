"""Sentences: every answer has words in every language, and never a bare code."""

import re

import pytest
from msgspec import inspect

from campaigns.catalogue import CATALOGUE
from campaigns.faults import REASONS
from campaigns.field_labels import LABELS, field_label
from campaigns.kinds import Envelope
from campaigns.sentences import (
    REJECTIONS,
    WAITING,
    outcome_sentence,
    refusal_sentence,
    warning_sentence,
)
from campaigns.warnings import WARNINGS
from campaigns.wording.catalogues import translated
from campaigns.wording.languages import LANGUAGES, Language
from crm.outcomes.outcome import REJECTIONS as REASONS_TO_REJECT

CODE = re.compile(r"[a-z]+_[a-z_]+|[{}$]|receivedat|specversion")
ONLY_SIMPLIFIED = set("这录没档经销发记东车门见买卖时间电话")
ONLY_TRADITIONAL = set("這錄沒檔經銷發記東車門見買賣時間電話")


def names_within(described: inspect.Type) -> set[str]:
    if isinstance(described, inspect.StructType):
        inner = [names_within(field.type) for field in described.fields]
        return {field.encode_name for field in described.fields}.union(*inner)
    if isinstance(described, inspect.UnionType):
        return set().union(*map(names_within, described.types))
    if isinstance(described, inspect.VarTupleType):
        return names_within(described.item_type)
    return set()


def assert_well_said(sentence: str, language: Language) -> None:
    assert sentence and not CODE.search(sentence), sentence
    if language == "en":
        assert sentence.isascii()
    else:
        other = ONLY_TRADITIONAL if language == "zh-CN" else ONLY_SIMPLIFIED
        own = ONLY_SIMPLIFIED if language == "zh-CN" else ONLY_TRADITIONAL
        assert not set(sentence) & (other - own), sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_every_refusal_says_what_and_where_and_how_to_mend(reason: str, language: Language) -> None:
    for path in (
        "$",
        "$.data.person.birth_date",
        "$.data.rules[1].amount_fen",
        "$.data.unheard_of",
    ):
        assert_well_said(refusal_sentence(reason, path, language), language)
    if reason not in {"too_large", "not_json", "not_cloudevents"}:
        said = refusal_sentence(reason, "$.data.person.birth_date", language)
        assert field_label("$.data.person.birth_date", language) in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("warning", WARNINGS)
def test_every_warning_has_a_sentence(warning: str, language: Language) -> None:
    assert_well_said(warning_sentence(warning, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ["recorded", "voided", "failed"])
def test_every_outcome_has_a_sentence(outcome: str, language: Language) -> None:
    assert_well_said(outcome_sentence(outcome, None, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS_TO_REJECT)
def test_every_reason_to_reject_has_its_own_sentence(reason: str, language: Language) -> None:
    said = outcome_sentence("rejected", reason, language)
    assert_well_said(said, language)
    others = {
        outcome_sentence("rejected", other, language) for other in REJECTIONS if other != reason
    }
    assert said not in others


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_waited_for_has_its_own_sentence(language: Language) -> None:
    kinds = {kind for event in CATALOGUE.values() for kind, _ in event.refers} | {"event"}
    assert kinds == set(WAITING)
    said = {outcome_sentence("waiting", f"{kind}/x-1", language) for kind in kinds}
    assert len(said) == len(kinds)
    for sentence in said | {outcome_sentence("waiting", None, language)}:
        assert_well_said(sentence, language)
        assert "x-1" not in sentence


def test_every_field_of_the_catalogue_has_a_label_in_every_language() -> None:
    kinds = (Envelope, *CATALOGUE.values())
    names = set().union(*(names_within(inspect.type_info(kind)) for kind in kinds))
    assert names == set(LABELS)
    for words in LABELS.values():
        for language in LANGUAGES:
            assert_well_said(translated(words, language), language)


def test_a_label_is_found_by_the_path_and_counts_from_one() -> None:
    assert field_label("$.data.person.birth_date", "zh-CN") == "出生日期"
    assert field_label("$.data.contact.phones[1]", "zh-CN") == "电话（第2项）"
    assert field_label("$.data.contact.phones[1]", "en") == "telephone (number 2)"
    assert field_label("$.data.rules[0].amount_fen", "zh-TW") == "金額"
    assert field_label("$", "zh-CN") == "整条记录"


def test_zh_tw_is_a_translation_by_words() -> None:
    assert field_label("$.data.person", "zh-TW") == "個人資訊"
    assert field_label("$.data.card_id", "zh-TW") == "檔案卡編號"


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("$.data.unit_price_fen", "12.50 元写 1250"),
        ("$.data.person.birth_date", "2026-05-03"),
        ("$.time", "时区"),
        ("$.data.health.systolic_mmhg", "千帕"),
        ("$.data.regions[0]", "六位"),
        ("$.subject", "一致"),
    ],
)
def test_a_wrong_value_comes_with_advice_that_fits_the_field(path: str, advice: str) -> None:
    assert advice in refusal_sentence("bad_value", path, "zh-CN")


def test_the_words_are_those_of_the_screens() -> None:
    assert refusal_sentence("not_json", "$", "zh-CN").startswith("未收下")
    assert (
        outcome_sentence("waiting", "activity/A-1", "zh-CN") == "等活动登记后自动入档，不用重填。"
    )
    assert outcome_sentence("recorded", None, "zh-CN") == "已入档。"
