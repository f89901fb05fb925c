"""A step in codes needs no words, and is read as the words would read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.funnels.definition import InvalidStep
from crm.funnels.fields import fields_of
from crm.funnels.naming import read_step, step_in_codes
from crm.funnels.touchpoint import TOUCHPOINT_TYPES
from crm.web.view.funnel_words import vocabulary

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


def test_what_takes_words_is_left_to_them() -> None:
    assert str(step_in_codes("activity.attended:kind=free_clinic")).endswith("kind=free_clinic")
    for text in ("到场", "activity.atended", "activity.attended:region=420100", "gift.given:a"):
        assert step_in_codes(text) is None
    with pytest.raises(InvalidStep):
        read_step("activity.atended", WORDS)
