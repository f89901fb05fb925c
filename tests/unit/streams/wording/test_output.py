"""How numbers, money, names and tables are put before people."""

import pytest

from streams.wording.output import Number, Whole, duration, print_first, print_table, rate, yuan


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "¥0.00"), (5, "¥0.05"), (123_400, "¥1,234.00"), (-2_050, "-¥20.50")],
)
def test_money_is_written_in_yuan_with_thousands_apart(fen: int, text: str) -> None:
    assert yuan(fen) == text


def test_a_rate_shows_its_two_counts_and_nothing_of_nothing() -> None:
    assert rate(83, 277) == "30.0% (83/277)"
    assert rate(1_000, 4_000) == "25.0% (1,000/4,000)"
    assert rate(0, 0) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0, "当天"),
        (180, "3 分"),
        (3_600 * 5 + 120, "5 小时 2 分"),
        (86_400 * 2.5, "2 天 12 小时"),
    ],
)
def test_a_time_between_steps_is_said_in_its_two_largest_units(
    seconds: float | None, text: str
) -> None:
    assert duration(seconds) == text


def lines(captured: pytest.CaptureFixture[str]) -> list[str]:
    return [line.rstrip() for line in captured.readouterr().out.splitlines() if line.strip()]


@pytest.mark.parametrize("columns", [80, 120])
def test_ids_are_never_broken_and_numbers_stand_to_the_right(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    name = "0021a366-ffec-50a4-811a-7fd4e5189333"
    rows = [(Whole(name), 7, Number("¥1.00"), "很长的话" * 20), (Whole(name), 1_234, None, "短")]
    print_table("表", ["编号", "数", "金额", "说明"], rows)
    printed = lines(capsys)
    assert all(len(line) <= columns for line in printed)
    first, second = (line for line in printed if name in line)
    assert first.index("7") > first.index(name) and "1,234" in second
    assert second.index("1,234") + 4 == first.index(" 7 ") + 1
    assert "".join(printed).count("很长的话") + "".join(printed).count("很") >= 20


@pytest.mark.parametrize("columns", [40, 72, 80, 120])
def test_what_is_not_broken_is_not_cut_either_however_narrow_the_screen(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    row = [
        1,
        Whole("建档"),
        1_256,
        Whole(""),
        rate(1_256, 1_820),
        rate(1_256, 1_820),
        duration(1_530_000),
    ]
    print_table("漏斗", ["步", "是什么", "人数", "", "占上一步", "占第一步", "中位用时"], [row])
    printed = "\n".join(lines(capsys))
    assert printed.count("69.0% (1,256/1,820)") == 2
    for whole in ("是什么", "建档", "占第一步", "中位用时", "17 天 17 小时"):
        assert whole in printed, whole


def test_an_empty_table_says_what_will_stand_here_instead(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table("人", ["编号"], [], "还没有。先收下一个文件。")
    assert lines(capsys) == ["人：还没有。先收下一个文件。"]


def test_a_long_table_shows_its_first_rows_and_how_many_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_first("人", ["编号"], [[f"n{number}"] for number in range(1_201)], "")
    printed = lines(capsys)
    assert printed[-1].startswith("共 1,201 行")
    assert sum(line.strip().startswith("n") for line in printed) == 200


def test_what_looks_like_markup_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("[red]表", ["[b]编号"], [["[bold]x[/bold] :smile:"]])
    text = "\n".join(lines(capsys))
    assert "[red]表" in text and "[b]编号" in text and "[bold]x[/bold] :smile:" in text
