"""What has to be taken along, as people type it: one thing a line, and how many."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.events.activities import MOST_MATERIALS, Material
from crm.web.view.materials import materials_text, materials_typed


def read(text: str) -> tuple[list[tuple[str, int]], str]:
    said, fault = materials_typed(text, lambda words: words)
    return [(each["item"], each["quantity"]) for each in said], fault


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        *(("矿泉水 10箱", "箱"), ("矿泉水10 箱", "箱"), ("血压计×4台", "台"), ("易拉宝 2", "")),
        *(("leaflets 2 boxes", "boxes"), ("老花镜 若干", ""), ("展板2号", "")),
    ],
)
def test_what_it_is_counted_in_is_kept(line: str, unit: str) -> None:
    assert [each.get("unit", "") for each in materials_typed(line, str)[0]] == [unit]


@pytest.mark.parametrize(
    ("line", "item", "quantity"),
    [
        *(("易拉宝 2", "易拉宝", 2), ("易拉宝x2", "易拉宝", 2), ("易拉宝 × 2", "易拉宝", 2)),
        *(
            ("易拉宝：2个", "易拉宝", 2),
            ("礼品　５０", "礼品", 50),
            ("宣传册 200 本", "宣传册", 200),
        ),
        *(("签到表", "签到表", 1), ("A4纸200张", "A4纸", 200), ("A4纸", "A4纸", 1)),
        *(("展板 80x180", "展板 80x180", 1), ("展板 80x180 2", "展板 80x180", 2)),
        *(("iPad2", "iPad2", 1), ("展板2号", "展板2号", 1)),
    ],
)
def test_a_line_is_a_thing_and_how_many_of_it(line: str, item: str, quantity: int) -> None:
    assert read(line) == ([(item, quantity)], "")


def test_blank_lines_are_none_and_what_is_wrong_is_named() -> None:
    assert read("\n 易拉宝 2 \n\n签到表\n") == ([("易拉宝", 2), ("签到表", 1)], "")
    assert "“赠书”要几个" in read("签到表\n赠书 0")[1]
    assert "“赠书”要几个" in read("赠书 1000001")[1]
    assert "“赠书”写了两行" in read("赠书 1\n赠书 2")[1]
    assert "太长了" in read("很" * 201)[1]
    assert "是电话或身份证号" in read("13812345678")[1]
    assert read("\n".join(f"东西{n}号" for n in range(MOST_MATERIALS)))[1] == ""
    assert "最多写 50 样" in read("\n".join(f"东西{n}号" for n in range(51)))[1].format(most=50)


_WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
_THINGS = st.builds(
    Material,
    item=_WORDS,
    quantity=st.integers(1, 1_000_000),
    unit=st.sampled_from(["", "箱", "号", "boxes"]),
)


@example([Material(item="0*", quantity=1)])
@given(st.lists(_THINGS, max_size=6, unique_by=lambda each: each.item))
def test_what_stands_in_the_field_is_read_as_what_was_said(things: list[Material]) -> None:
    said, fault = materials_typed(materials_text(things), str)
    assert [Material(**each) for each in said] == things
    assert fault == ""
