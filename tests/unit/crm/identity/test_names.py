"""Names are compared by simplified characters and by toneless pinyin."""

import pytest

from crm.identity.names import pinyin, pinyin_initials, simplified


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("單桂蘭", "单桂兰"),
        ("歐陽淑珍", "欧阳淑珍"),
        ("王　桂 英", "王桂英"),
        ("買買提·吐爾遜", "买买提吐尔逊"),
        ("买买提•吐尔逊", "买买提吐尔逊"),
        ("买买提・吐尔逊", "买买提吐尔逊"),
        ("\ufeff王桂英\u200b", "王桂英"),
        ("Ｗａｎｇ Guizhen", "wangguizhen"),
        ("", ""),
        ("　", ""),
    ],
)
def test_script_blanks_middle_dots_width_and_case_make_no_other_name(
    written: str, form: str
) -> None:
    assert simplified(written) == form


@pytest.mark.parametrize(
    ("surname", "read"),
    [
        ("单", "shan"),
        ("解", "xie"),
        ("曾", "zeng"),
        ("仇", "qiu"),
        ("区", "ou"),
        ("查", "zha"),
        ("朴", "piao"),
        ("盖", "ge"),
        ("覃", "qin"),
        ("翟", "zhai"),
        ("缪", "miao"),
        ("乐", "yue"),
        ("尉迟", "yuchi"),
        ("万俟", "moqi"),
        ("长孙", "zhangsun"),
        ("单于", "shanyu"),
        ("区阳", "ouyang"),
    ],
)
def test_a_surname_is_read_as_a_surname(surname: str, read: str) -> None:
    assert pinyin(surname + "桂兰") == read + "guilan"


def test_only_the_surname_is_read_as_a_surname() -> None:
    assert pinyin("王解") == "wangjie"
    assert pinyin("尉迟单") == "yuchidan"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王桂英", "汪贵瑛"),
        ("單桂蘭", "单贵兰"),
        ("王桂珍", "Wang Guizhen"),
        ("吕秀英", "Lü Xiuying"),
        ("吕秀英", "LV XIUYING"),
        ("买买提·吐尔逊", "買買提吐爾遜"),
    ],
)
def test_names_that_sound_alike_have_one_pinyin(one: str, other: str) -> None:
    assert pinyin(one) == pinyin(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("李西安", "李先"), ("方案", "翻干"), ("吕英", "陆英"), ("单兰", "丹兰")]
)
def test_names_that_sound_different_have_different_pinyin(one: str, other: str) -> None:
    assert pinyin(one) != pinyin(other)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("王桂英", "wgy"),
        ("歐陽淑珍", "oysz"),
        ("单桂兰", "sgl"),
        ("Wang Guizhen", "wg"),
        ("买买提·吐尔逊", "mmttex"),
        ("", ""),
        (" ", ""),
    ],
)
def test_initials_are_the_first_letters_of_syllables_or_words(name: str, initials: str) -> None:
    assert pinyin_initials(name) == initials
