"""Bad input handed to `jinxi accept`: answered clearly, and nothing that is right is lost."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest

from campaigns.sheets.reading import MOST_PEOPLE
from tests.examples import a_card, an_event
from tests.functional.command.running import Answer, Jinxi, run_measured
from tests.unit.campaigns.sheets.sample_sheets import ACTIVITY, ALONE, filled, handmade, saved

LARGEST = 65_536
NAMES = ("李强", "张伟", "刘洋")
GOOD = orjson.dumps(a_card("good"))


def accepted(jinxi: Jinxi, *lines: bytes) -> dict[str, Any]:
    """What is told of a file that also holds a good event, before and after."""
    last = orjson.dumps(a_card("last"))
    status = 3
    (jinxi.folder / "f.ndjson").write_bytes(b"\n".join([GOOD, *lines, last]) + b"\n")
    told = jinxi("accept", "f.ndjson", "--json", status=status).only
    assert told["accepted"] == 2, told
    return told


def changed(**changes: Any) -> bytes:
    return orjson.dumps(a_card("bad") | changes)


def with_data(**changes: Any) -> bytes:
    return orjson.dumps(a_card("bad", **changes))


def consulted(**health: Any) -> bytes:
    data = {"card_id": "good", "health": health}
    return changed(type="jinxi.clinic.consulted.v1", subject="card/good", data=data)


def padded(size: int) -> bytes:
    """An event of exactly so many bytes."""
    empty = len(with_data(unknown=""))
    return with_data(unknown="x" * (size - empty))


@pytest.mark.parametrize(
    ("line", "reason", "path"),
    [
        (b"not json", "not_json", "$"),
        (GOOD[:100], "not_json", "$"),
        ('{"name": "王秀英"}'.encode("gbk"), "not_json", "$"),
        (GOOD.replace(b'"card_id"', b'"x":NaN,"card_id"'), "not_json", "$"),
        (b"[1, 2]", "not_cloudevents", "$"),
        (changed(type="jinxi.nothing.v1"), "unknown_type", "$.type"),
        (changed(data={"card_id": "bad", "source_kind": "walk_in"}), "missing_field", None),
        (consulted(systolic_mmhg=17.3), "bad_value", "$.data.health.systolic_mmhg"),
        (changed(time="2099-01-01T00:00:00Z"), "time_in_future", "$.time"),
        (
            with_data(person={"name": "王秀英", "birth_date": "1950-02-31"}),
            "bad_value",
            "$.data.person.birth_date",
        ),
        (orjson.dumps(a_card("13812345678")), "id_is_personal", None),
        (padded(LARGEST + 1), "too_large", "$"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, str) else None,
)
def test_a_bad_line_is_refused_with_its_reason_and_its_neighbours_are_taken(
    jinxi: Jinxi, line: bytes, reason: str, path: str | None
) -> None:
    (refusal,) = accepted(jinxi, line)["refusals"]
    assert (refusal["file"], refusal["line"], refusal["reason"]) == ("f.ndjson", 2, reason)
    assert path is None or refusal["path"] == path


def test_people_read_what_is_wrong_and_how_to_mend_it_and_no_bare_code(jinxi: Jinxi) -> None:
    lines = b"\n".join([b"not json", changed(type="jinxi.nothing.v1"), padded(LARGEST + 1)])
    text = "".join(jinxi("accept", "-", stdin=lines, status=3).text.split())
    assert "UTF-8" in text
    assert "64KB" in text
    for code in ("not_json", "unknown_type", "too_large"):
        assert code not in text


def test_the_largest_event_is_taken_whatever_ends_its_line(jinxi: Jinxi) -> None:
    line = padded(LARGEST)
    assert len(line) == LARGEST
    for start, end in ((b"", b"\n"), (b"", b"\r\n"), (b"", b""), (b"\xef\xbb\xbf", b"\r\n")):
        told = jinxi("accept", "-", "--json", stdin=start + line + end).only
        assert told["accepted"] + told["duplicate"] == 1, (start, end, told)


def test_a_byte_order_mark_carriage_returns_and_blank_lines_do_not_matter(jinxi: Jinxi) -> None:
    other = orjson.dumps(a_card("other"))
    stdin = b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n   \n\n" + other
    assert jinxi("accept", "-", "--json", stdin=stdin).only["accepted"] == 2
    refused = jinxi("accept", "-", "--json", stdin=b"\n\n" + b"x\r\n", status=3).only
    assert refused["refusals"][0]["line"] == 3


def test_a_file_in_gbk_is_refused_line_by_line_and_says_utf8(jinxi: Jinxi) -> None:
    text = orjson.dumps(a_card("bad")).decode()
    (jinxi.folder / "gbk.ndjson").write_bytes((text + "\n" + text).encode("gbk"))
    answer = jinxi("accept", "gbk.ndjson", status=3)
    assert "UTF-8" in answer.text
    assert "未收下 2 条" in answer.text


def test_a_wrong_id_number_is_taken_with_a_warning_that_says_so(jinxi: Jinxi) -> None:
    line = with_data(person={"name": "王秀英", "id_number": "110105195003020000"})
    told = jinxi("accept", "-", "--json", stdin=line).only
    assert (told["accepted"], told["warned"]) == (1, 1)
    other = line.replace(b"bad", b"odd")
    assert "身份证号核对不上" in jinxi("accept", "-", stdin=other).text


def test_an_empty_file_says_so_and_is_no_error(jinxi: Jinxi) -> None:
    (jinxi.folder / "empty.ndjson").write_bytes(b"")
    assert "空的" in jinxi("accept", "empty.ndjson").text
    told = jinxi("accept", "empty.ndjson", "--json").only
    assert told == {"accepted": 0, "duplicate": 0, "refused": 0, "warned": 0, "refusals": []}


def test_a_missing_file_and_a_folder_are_said_before_anything_is_taken(jinxi: Jinxi) -> None:
    (jinxi.folder / "good.ndjson").write_bytes(GOOD)
    missing = jinxi("accept", "good.ndjson", "missing.ndjson", status=2)
    assert "找不到文件：missing.ndjson" in missing.err
    folder = jinxi("accept", "good.ndjson", jinxi.folder, status=2)
    assert "文件夹" in folder.err
    assert jinxi("accept", "good.ndjson", "--json").only["accepted"] == 1


def test_a_line_of_a_hundred_megabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    with (tmp_path / "long.ndjson").open("wb") as stream:
        for _ in range(100):
            stream.write(b"x" * 1_000_000)
        stream.write(b"\n" + GOOD)
    (tmp_path / "short.ndjson").write_bytes(GOOD)
    usual = run_measured(tmp_path, "accept", "short.ndjson", "--json")
    answer = run_measured(tmp_path, "accept", "long.ndjson", "--json")
    assert answer.status == 3, answer
    assert [r["reason"] for r in answer.only["refusals"]] == ["too_large"]
    assert answer.only["accepted"] + answer.only["duplicate"] == 1
    assert answer.peak_kib < usual.peak_kib + 30_000


@pytest.mark.prove
@pytest.mark.parametrize(
    ("people", "status", "taken"), [(MOST_PEOPLE, 0, 3 * MOST_PEOPLE), (5 * MOST_PEOPLE, 3, 0)]
)
def test_the_largest_sheet_is_taken_and_a_larger_one_refused_in_bounded_memory(
    tmp_path: Path, people: int, status: int, taken: int
) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["活动编号：A1", "", "活动日期：2026-05-03"])
    sheet.append(["姓名", "性别", "电话", "高压", "低压"])
    for number in range(people):
        sheet.append([f"王{number:05d}", "女", f"139{number:08d}", 130, 80])
    book.save(tmp_path / "big.xlsx")
    answer = run_measured(tmp_path, "accept", "big.xlsx", "--json")
    assert (answer.status, answer.only["accepted"]) == (status, taken)
    assert answer.peak_kib < 400_000


def hand_over(jinxi: Jinxi, name: str, data: bytes, status: int = 3) -> Answer:
    (jinxi.folder / name).write_bytes(data)
    return jinxi("accept", name, "--json", status=status)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("sheet.xlsx", b"no workbook at all", "not_xlsx"),
        ("sheet.xlsx", b"", "empty"),
        ("sheet.xlsx", saved(handmade(["王秀英", "13812345678"]))[:2000], "not_xlsx"),
        ("sheet.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "legacy_xls"),
        ("sheet.csv", b"", "empty"),
        ("sheet.csv", "一,二\n三,四\n".encode("gb18030"), "no_headings"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused_as_a_whole(
    jinxi: Jinxi, name: str, data: bytes, reason: str
) -> None:
    (refusal,) = hand_over(jinxi, name, data).only["refusals"]
    assert (refusal["line"], refusal["reason"], refusal["path"]) == (0, reason, "$")
    assert set(refusal) == {"file", "line", "source", "id", "reason", "path"}
    text = jinxi("accept", name, status=3).text
    assert reason not in text
    assert "请" in text or "要" in text


def test_formulas_and_merged_cells_are_refused_and_come_back_in_a_copy(jinxi: Jinxi) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(ALONE, *(ALONE | {"name": n} for n in NAMES))))
    sheet = book.active
    cells = {str(cell.value): cell for line in sheet.iter_rows() for cell in line if cell.value}
    cells["李强"].value = '=HYPERLINK("http://x","李强")'
    merged = cells["张伟"]
    sheet.merge_cells(None, merged.row, merged.column, merged.row + 1, merged.column)
    answer = hand_over(jinxi, "sheet.xlsx", saved(book))
    assert {r["reason"] for r in answer.only["refusals"]} == {"formula", "merged"}
    assert answer.only["accepted"] > 0
    copy = jinxi.folder / "sheet-未收下.xlsx"
    assert copy.name in answer.err
    mended = openpyxl.load_workbook(copy).active
    written = [cell for line in mended.iter_rows() for cell in line if cell.value is not None]
    assert any("HYPERLINK" in str(cell.value) for cell in written)
    assert not any(cell.data_type == "f" for cell in written)


def plan(jinxi: Jinxi) -> None:
    """The activity of the sample sheets, so that what is on them does not wait for it."""
    data = ACTIVITY | {"programme": "golden"}
    planned = an_event("activity.planned", data, time=ACTIVITY["starts_at"])
    jinxi("accept", "-", stdin=orjson.dumps(planned))


def test_hidden_rows_are_read_like_the_others(jinxi: Jinxi) -> None:
    plan(jinxi)
    book = openpyxl.load_workbook(io.BytesIO(filled({"name": "李强"}, {"name": "张伟"})))
    for line in book.active.iter_rows():
        for cell in line:
            if cell.value == "张伟":
                book.active.row_dimensions[cell.row].hidden = True
    assert hand_over(jinxi, "sheet.xlsx", saved(book), status=0).only["refused"] == 0
    jinxi("work", "--until-idle")
    assert len(jinxi("people", "--json").lines) == 2


def test_a_csv_file_in_gb18030_is_read_as_it_was_meant(jinxi: Jinxi) -> None:
    plan(jinxi)
    text = "活动编号：ACT-2026-05-03,,活动日期：2026-05-03\n姓名,电话\n王秀英,13812345678\n"
    hand_over(jinxi, "sheet.csv", text.encode("gb18030"), status=0)
    jinxi("work", "--until-idle")
    (person,) = jinxi("people", "--json").lines
    archive = jinxi("archive", person["person_id"], "--json").only
    assert archive["cards"][0]["person"]["name"] == "王秀英"


def test_a_sheet_is_taken_although_its_answer_cannot_be_written(jinxi: Jinxi) -> None:
    (jinxi.folder / "sheet-未收下.xlsx").mkdir()
    answer = hand_over(jinxi, "sheet.xlsx", filled(ALONE | {"sex": "?"}, {"name": "李强"}))
    assert answer.only["accepted"] > 0
    assert "sheet-未收下.xlsx" in answer.err
    assert "Traceback" not in answer.err
