"""A step in codes needs no words, and is read as the words would read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.wording.languages import LANGUAGES, Language
from crm.funnels.definition import InvalidStep, Step
from crm.funnels.fields import fields_of
from crm.funnels.naming import read_step, step_in_codes
from crm.funnels.touchpoint import TOUCHPOINT_TYPES
from crm.web.view.funnel_words import condition_words, vocabulary

WORDS = vocabulary("zh-CN")


@st.composite
def steps(draw: st.DrawFn) -> str:
    """What somebody types: right, in words, or wrong."""
    name = draw(st.sampled_from((*TOUCHPOINT_TYPES, "到场", "Attended", "activity.atended")))
    known = fields_of(name) if name in TOUCHPOINT_TYPES else {"kind": ("free_clinic",)}
    field = draw(st.sampled_from((*known, "Dealer", "kid", "city")))
    value = draw(st.sampled_from((*known.get(field, ()), "D01", "Free clinic", "420100", "武汉市")))
    return draw(st.sampled_from((name, f"{name}:{field}={value}", f"{name}:", f" {name}")))


@given(steps())
def test_a_step_in_codes_is_read_as_its_words_would_be(text: str) -> None:
    step = step_in_codes(text)
    if step is not None:
        assert step == read_step(text, WORDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_offered_condition_is_in_words_that_are_understood_again(language: Language) -> None:
    """No code is shown: not of a motive, of who agreed, of yes and no, of a programme, of fen."""
    words = vocabulary(language)
    for name in TOUCHPOINT_TYPES:
        for field, given_codes in fields_of(name).items():
            codes = list(given_codes) or {"programme": ["golden-sunset"]}.get(field, [])
            codes += ["52730", "600", "5"] if field.endswith("_fen") else []
            for code in codes:
                step = Step(name, ((field, code),))
                said = condition_words(str(step), language)
                # In English a word may be its own code: a promotion, the health of somebody.
                assert language == "en" or code != said.partition("=")[2], said
                assert read_step(f"{name}:{said}", words) == step


@pytest.mark.parametrize("typed", ["单价=527.3", "单价=527.30元", "单价=¥527.30", "单价=￥527.3"])
def test_an_amount_is_typed_in_yuan_and_only_its_code_takes_fen(typed: str) -> None:
    wanted = "purchase.made:unit_price_fen=52730"
    assert str(read_step(f"购买:{typed}", WORDS)) == wanted
    assert str(read_step(wanted, WORDS)) == wanted
    with pytest.raises(InvalidStep) as wrong:
        read_step("购买:单价=很贵", WORDS)
    assert "527.30" in wrong.value.said("zh-CN")


def test_what_takes_words_is_left_to_them() -> None:
    assert str(step_in_codes("activity.attended:kind=free_clinic")).endswith("kind=free_clinic")
    for text in ("到场", "activity.atended", "activity.attended:region=420100", "gift.given:a"):
        assert step_in_codes(text) is None
    with pytest.raises(InvalidStep):
        read_step("activity.atended", WORDS)
