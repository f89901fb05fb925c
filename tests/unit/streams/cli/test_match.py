"""`jinxi match`: a file of records in, the person of each out; no database."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from streams.cli.app import build_app

HEADINGS = "record_id,name,sex,birth_date,id_number,phone,region,address\n"


def match(*words: str) -> tuple[int, list[dict[str, object]], str]:
    result = CliRunner().invoke(build_app(["match"]), ["match", *words])
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    found = [orjson.loads(line) for line in lines] if "--json" in words else []
    return result.exit_code, found, result.output


def written(folder: Path, text: str, *, headings: str = HEADINGS) -> str:
    file = folder / "list.csv"
    file.write_text(headings + text, encoding="utf-8-sig")
    return str(file)


def test_each_record_has_a_line_with_its_person(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "a,王秀英,female,1949-12-31,,142 1234 5678,110105,\n"
        "b,王秀瑛,,1949,,+8614212345678;010-61234567,110106,\n"
        "c,李建国,,,,,,\n",
    )
    status, found, _ = match(file, "--json")
    assert status == 0
    assert found == [
        {"record_id": "a", "person": "a"},
        {"record_id": "b", "person": "a"},
        {"record_id": "c", "person": "c"},
    ]


def test_columns_may_stand_in_any_order_and_be_missing(tmp_path: Path) -> None:
    file = written(tmp_path, "王秀英,1\n王秀英,2\n", headings="name,record_id\n")
    assert match(file, "--json")[1] == [
        {"record_id": "1", "person": "1"},
        {"record_id": "2", "person": "2"},
    ]


def test_the_rule_alone_leaves_apart_what_only_weighs_much(tmp_path: Path) -> None:
    rows = (
        "a,王喆,male,1949-12-31,,14212345678,110105,\nb,王□,male,1949-12-31,,14212345678,110105,\n"
    )
    file = written(tmp_path, rows)
    assert len({line["person"] for line in match(file, "--json")[1]}) == 1
    assert len({line["person"] for line in match(file, "--json", "--rules")[1]}) == 2


def test_why_is_told_when_asked(tmp_path: Path) -> None:
    rows = "a,王秀英,,1949-12-31,,14212345678,,\nb,王秀瑛,,1949-12-31,,14212345678,,\n"
    _, found, _ = match(written(tmp_path, rows), "--json", "--explain")
    assert found[0]["evidence"] == "name_and_phone"
    assert [part[0] for part in found[0]["parts"]] == ["name", "birth", "contact"]  # type: ignore[attr-defined]


def test_what_was_learnt_can_be_given_back(tmp_path: Path) -> None:
    rows = "".join(f"r{n},王秀英,,19{n % 60 + 20}-01-0{n % 9 + 1},,,,\n" for n in range(60))
    file = written(tmp_path, rows)
    status, _, learnt = match("learn", file)
    assert status == 0
    weights = tmp_path / "weights.json"
    weights.write_text(learnt)
    assert match(file, "--json", "--weights", str(weights))[0] == 0


@pytest.mark.parametrize(
    ("text", "headings", "said"),
    [
        ("a,王秀英\n", "id,name\n", "record_id"),
        ("a,x\na,y\n", "record_id,name\n", "a"),
        (",x\n", "record_id,name\n", "2"),
    ],
)
def test_a_bad_file_is_answered_with_what_is_wrong(
    tmp_path: Path, text: str, headings: str, said: str
) -> None:
    status, _, output = match(written(tmp_path, text, headings=headings), "--json")
    assert status != 0
    assert said in output


def test_weights_that_are_none_are_answered(tmp_path: Path) -> None:
    file = written(tmp_path, "a,x,,,,,,\n")
    status, _, output = match(file, "--weights", file)
    assert status != 0
    assert "list.csv" in output
