"""A region as a condition: said by its name, and with all that lies in it."""

import pytest

from crm.funnels.definition import InvalidStep
from crm.funnels.naming import read_step
from crm.web.view.funnel_words import vocabulary

from .samples import counts, funnel, touchpoint

WORDS = vocabulary("zh-CN")


@pytest.mark.parametrize("said", ["地区=武汉", "地区=武汉市", "城市=湖北省武汉市", "region=420100"])
def test_a_place_is_said_by_its_name_whatever_the_level_is_called(said: str) -> None:
    assert str(read_step(f"到场:{said}", WORDS)) == "activity.attended:region=420100"


@pytest.mark.parametrize(("said", "why"), [("武寒", "没有"), ("朝阳区", "不止一个")])
def test_a_place_that_is_none_or_several_is_refused_with_what_to_write(said: str, why: str) -> None:
    with pytest.raises(InvalidStep) as refused:
        read_step(f"到场:地区={said}", WORDS)
    assert why in refused.value.said("zh-CN")


@pytest.mark.parametrize(
    ("code", "people"), [("420102", 1), ("420100", 2), ("420000", 3), ("110000", 0)]
)
def test_a_place_counts_whoever_came_within_it(code: str, people: int) -> None:
    came = [
        touchpoint("attended", "2026-03-01", {"region": region}, person)
        for person, region in (("A", "420102"), ("B", "420106"), ("C", "420502"), ("D", "510105"))
    ]
    assert counts(funnel(f"attended:region={code}"), came) == [people]
