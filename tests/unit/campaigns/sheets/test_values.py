"""What people type, and what is understood of it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.sheets import values

DAY = {"birth_date": "1950-03-02"}
YEAR = {"birth_year": 1950}


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("1950-03-02", DAY),
        ("1950.3.2", DAY),
        ("1950/3/2", DAY),
        ("1950年3月2日", DAY),
        ("１９５０年３月２日", DAY),
        ("19500302", DAY),
        (19500302, DAY),
        (19500302.0, DAY),
        (datetime(1950, 3, 2, 13, 5), DAY),
        (date(1950, 3, 2), DAY),
        (18_324, DAY),
        ("18324", DAY),
        ("1950-03-02 00:00:00", DAY),
        ("1950", YEAR),
        (1950, YEAR),
        (1950.0, YEAR),
        ("1950年", YEAR),
        ("1950年3月", YEAR),
        ("1950.3", YEAR),
        (1950.3, YEAR),
        ("195003", YEAR),
    ],
)
def test_a_birth_day_or_year_is_understood_however_it_is_written(
    typed: object, understood: dict[str, object]
) -> None:
    assert values.birth(typed) == understood


@pytest.mark.parametrize(
    "typed",
    ["50年", "1950-2-31", "1950-13-1", "68岁", "?", True, time(1, 2), timedelta(3), -5, "民国39年"],
)
def test_what_is_no_birth_day_is_not_guessed_at(typed: object) -> None:
    with pytest.raises(ValueError):
        values.birth(typed)


@pytest.mark.parametrize(
    ("typed", "amount_fen"),
    [
        ("693", 69_300),
        (693, 69_300),
        (693.0, 69_300),
        ("¥1,234.50", 123_450),
        ("６９３．５元", 69_350),
        (0.1 + 0.2, 30),
        ("0", 0),
        ("19.99", 1_999),
        (19.99, 1_999),
    ],
)
def test_yuan_become_fen_exactly(typed: object, amount_fen: int) -> None:
    assert values.fen(typed) == amount_fen


@given(st.integers(0, 10**9))
def test_every_amount_survives_as_text_and_as_excel_s_number(amount_fen: int) -> None:
    yuan = Decimal(amount_fen) / 100
    assert values.fen(str(yuan)) == values.fen(float(yuan)) == amount_fen


@pytest.mark.parametrize("typed", ["1.999", "-1", "一百", "1,23", "", "1e3", True, "12 34"])
def test_what_is_no_amount_is_refused(typed: object) -> None:
    with pytest.raises(ValueError):
        values.fen(typed)


@pytest.mark.parametrize(
    ("typed", "phones"),
    [
        (13812345678.0, ["13812345678"]),
        (13812345678, ["13812345678"]),
        ("13812345678.0", ["13812345678"]),
        ("13812345678、010-6655 / 13900000000", ["13812345678", "010-6655", "13900000000"]),
        ("１３８１２３４５６７８", ["13812345678"]),
        (" 13812345678 ；\n", ["13812345678"]),
        ("+86 138 1234 5678", ["+86 138 1234 5678"]),
    ],
)
def test_phones_stay_as_written_but_for_width_and_a_needless_decimal(
    typed: object, phones: list[str]
) -> None:
    assert values.phones(typed) == phones


@pytest.mark.parametrize("typed", [110105194912310021, 1.10105194912310e17, "1.10105E+17"])
def test_a_long_number_that_excel_rounded_is_not_taken(typed: object) -> None:
    with pytest.raises(values.DigitsLost):
        values.code(typed)


def test_lists_of_words_drop_what_means_nothing() -> None:
    assert values.words("高血压、头晕，失眠") == ["高血压", "头晕", "失眠"]
    assert values.words("无") == []
    assert values.words("氨氯地平5mg/日") == ["氨氯地平5mg/日"]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        *(("是", "是"), ("√", "是"), ("Y", "是"), (1, "是"), (True, "是")),
        *(("ｎｏ", "否"), ("×", "否"), (False, "否"), ("未问", "未问")),
    ],
)
def test_ticks_are_understood_however_they_are_made(typed: object, answer: str) -> None:
    assert values.tick(typed) == answer


@pytest.mark.parametrize(
    "typed",
    ["150/90", "150／90", "150-90", "150 / 90 mmHg", "高压150 低压90", "１５０、９０"],
)
def test_a_blood_pressure_is_understood_whatever_stands_between_its_readings(typed: str) -> None:
    assert values.pressure(typed) == ("150", "90")


@pytest.mark.parametrize("typed", ["正常", "150", 150, "偏高 150"])
def test_what_is_no_pair_of_readings_is_not_guessed_at(typed: object) -> None:
    assert values.pressure(typed) is None


@pytest.mark.parametrize(
    "typed", ["张秀兰 刘德福", "张秀兰、刘德福", "张秀兰/刘德福", "李四，王五", "Li Si & Wang Wu"]
)
def test_several_people_in_one_cell_are_not_taken_for_one(typed: str) -> None:
    with pytest.raises(values.SeveralNames):
        values.name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "欧阳  志远",
        "王 秀英",
        "买买提 艾力",
        "阿依古丽·买买提",
        "Anna Li",
        "张三（李四代）",
        "王秀英/女",
    ],
)
def test_a_name_that_is_written_with_blanks_or_marks_stays_one(typed: str) -> None:
    assert values.name(typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        *("2026-5-10", "2026/5/10", "2026年5月10日", "5月10日", "5.10", "５月１０日", "20260510"),
        *("26-5-10", "26/5/10", "26.5.10", "26年5月10日", "26-05-10", "２６／５／１０"),
        *("2026-05-10 14:32:05", "2026/5/10 9:05", "2026-05-10T14:32:05.123", "26.5.10 14:32"),
        *(46_152, "46152", date(2026, 5, 10), datetime(2026, 5, 10, 9, 30)),
    ],
)
def test_a_day_is_understood_however_it_is_written(typed: object) -> None:
    assert values.day(typed, date(2026, 5, 3)) == date(2026, 5, 10)


def test_a_day_without_its_year_is_the_nearest() -> None:
    assert values.day("1月5日", date(2026, 12, 20)) == date(2027, 1, 5)
    assert values.day("12月30日", date(2026, 1, 2)) == date(2025, 12, 30)


@pytest.mark.parametrize(
    ("typed", "year"), [("23-5-3", 2023), ("27-5-3", 2027), ("29-5-3", 2029), ("26-5-3", 2026)]
)
def test_a_year_of_two_digits_is_one_of_the_few_around_the_activity(typed: str, year: int) -> None:
    assert values.day(typed, date(2026, 5, 3)) == date(year, 5, 3)


@pytest.mark.parametrize(
    "typed", ["50-3-2", "50/3/2", "50.3.2", "50年3月2日", "50年", "50-3", "26.5.3"]
)
def test_the_century_of_a_birth_is_never_guessed(typed: str) -> None:
    with pytest.raises(values.ShortYear):
        values.birth(typed)


def test_the_day_above_a_sheet_may_have_a_year_of_two_digits() -> None:
    assert values.day_of_activity("26.5.3") == values.day_of_activity("2026-05-03")


@pytest.mark.parametrize(
    "typed",
    *(
        [
            [
                "13月1日",
                "2月30日",
                "上周",
                "2026-2-30",
                "99-5-3",
                "22-5-3",
                "26-2-30",
                "5-3-26",
                True,
                "",
            ]
        ]
    ),
)
def test_what_is_no_day_is_not_guessed_at_either(typed: object) -> None:
    with pytest.raises(ValueError):
        values.day(typed, date(2026, 5, 3))
