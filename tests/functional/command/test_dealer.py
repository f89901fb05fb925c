"""`jinxi dealer` against a company's own site: fetch, prove, look, export; and what goes wrong."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from streams.dealer.errors import FolderEmpty
from streams.dealer.store import CopyStore
from tests.functional.command.running import Jinxi, run, run_started, running, until
from tests.integration.feed.dealers import Company, card, consent, contract, shared, withdrawal
from tests.integration.web.sites import running as running_site


@pytest.fixture
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A site with the dealers D1 and D2, and two people who share with D1."""
    with running_site(tmp_path_factory.mktemp("company")) as site:
        found = Company(site)
        found.take(contract("D1"), contract("D2", "310000"))
        found.take(*shared("c1", "D1", "=HYPERLINK(1)"), *shared("c2", "D1", "李秀英"))
        yield found
        found.close()


@pytest.fixture
def asked(company: Company, tmp_path: Path) -> list[object]:
    """How D1 pulls."""
    (tmp_path / "token.txt").write_text(company.running.token("dealer", "D1"))
    address = company.running.address
    return ["dealer", "pull", "--server", address, "--token-file", tmp_path / "token.txt"]


def test_pull_verify_and_status_tell_the_same_of_an_equal_copy(
    jinxi: Jinxi, company: Company, asked: list[object]
) -> None:
    pulled = jinxi(*asked, "--json").only
    assert (pulled["state"], pulled["rows"], pulled["written"]) == ("equal", 2, 2)
    proof = jinxi("dealer", "verify").only
    assert proof["holds"]
    assert (proof["dealer"], proof["rows"], proof["digest"]) == ("D1", 2, pulled["digest"])
    receipt = proof["receipt"]
    assert (receipt["company_signature"], receipt["own_signature"]) == (True, True)
    assert receipt["given"]
    company.take(withdrawal("c1", "D1"))
    again = jinxi(*asked, "--json").only
    assert (again["state"], again["rows"], again["withdrawn"]) == ("equal", 1, 1)
    standing = jinxi("dealer", "status", "--json").only
    assert (standing["rows"], standing["withdrawn"]) == (1, {"consent_ended": 1})
    assert standing["receipts_not_given"] == 0


def test_an_altered_copy_does_not_verify_until_it_is_pulled_again(
    jinxi: Jinxi, asked: list[object]
) -> None:
    jinxi(*asked)
    store = CopyStore.open(jinxi.folder / "jinxi-copy")
    store.connection.execute("UPDATE row SET content = '{}' WHERE rowid = 1")
    store.close()
    proof = jinxi("dealer", "verify", status=1).only
    assert (proof["holds"], proof["broken"]) == (False, 1)
    assert jinxi(*asked, "--json").only["healed"] == 1
    assert jinxi("dealer", "verify").only["holds"]


def test_the_workbook_is_marked_on_every_page_and_holds_no_formula(
    jinxi: Jinxi, asked: list[object]
) -> None:
    jinxi(*asked)
    jinxi("dealer", "export", "--out", "copy.xlsx", "--by", "li & co")
    file = jinxi.folder / "copy.xlsx"
    assert file.stat().st_mode & 0o777 == 0o600
    book = load_workbook(file)
    assert book.sheetnames == ["人员", "该打的电话", "经过", "购买", "血压"]
    for sheet in book:
        assert "D1" in sheet["A1"].value
        assert "li & co" in sheet["A1"].value
        assert "li && co" in sheet.oddHeader.center.text
        assert "D1" in sheet.oddFooter.left.text
        assert sheet.print_title_rows == "$1:$2"
    people = book["人员"]
    assert [cell.value for cell in people[2]][:2] == ["序号", "姓名"]
    cells = [cell for row in people.iter_rows(min_row=3) for cell in row]
    assert "=HYPERLINK(1)" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}


@pytest.mark.parametrize("name", ["13912340001.xlsx", "copy.csv"])
def test_an_export_whose_name_is_personal_or_no_workbook_is_refused(
    jinxi: Jinxi, asked: list[object], name: str
) -> None:
    jinxi(*asked)
    assert "文件名" in jinxi("dealer", "export", "--out", name, status=2).err
    assert not (jinxi.folder / name).exists()


def test_a_workbook_that_cannot_be_written_is_said_by_its_name_and_the_copy_stays(
    jinxi: Jinxi, asked: list[object]
) -> None:
    jinxi(*asked)
    answer = jinxi("dealer", "export", "--out", "nowhere/copy.xlsx", status=1)
    assert "nowhere/copy.xlsx" in answer.err
    assert "--out" in answer.err
    assert "copy.db" not in answer.err


def test_without_a_copy_it_says_how_to_fetch_one(jinxi: Jinxi) -> None:
    for command in ("verify", "status"):
        assert "先取一次" in jinxi("dealer", command, status=1).err


def test_a_revoked_token_a_dead_server_and_a_foreign_folder_are_said(
    jinxi: Jinxi, company: Company, asked: list[object]
) -> None:
    jinxi(*asked)
    file = Path(str(asked[-1]))
    file.write_text(company.running.token("dealer", "D2"))
    assert "另一家经销商" in jinxi(*asked, status=1).err
    file.write_text("jinxi_none")
    answer = jinxi(*asked, status=1)
    assert "不认这个令牌" in answer.err
    assert "jinxi_none" not in answer.err
    asked[3] = "http://127.0.0.1:9"
    assert "连不上服务器" in jinxi(*asked, status=4).err
    assert jinxi("dealer", "verify").only["rows"] == 2


def test_while_something_takes_back_and_is_not_recorded_it_says_to_come_again(
    jinxi: Jinxi, company: Company, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.cli.commands.dealer._SHORT_WAITS", 0)
    company.accept(withdrawal("c1", "D1"))
    assert "正在结算" in jinxi(*asked, status=4).err
    company.work()
    assert jinxi(*asked, "--json").only["rows"] == 1


def test_following_brings_what_is_recorded_a_moment_later(
    company: Company, asked: list[object], tmp_path: Path
) -> None:
    def rows() -> int:
        try:
            store = CopyStore.open(tmp_path / "jinxi-copy")
        except FolderEmpty:
            return 0
        try:
            return store.count()
        finally:
            store.close()

    with running(tmp_path, *asked, "--follow"):
        until(lambda: rows() == 2)
        assert "另一个程序" in run(tmp_path, *asked).err
        company.take(card("c3", "赵桂芬"), consent("c3", "D1"))
        until(lambda: rows() == 3)
        company.take(withdrawal("c1", "D1"))
        until(lambda: rows() == 2)


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


def test_a_full_disk_is_said_and_what_had_come_is_there(
    company: Company, asked: list[object], tmp_path: Path
) -> None:
    many = [event for n in range(80) for event in shared(f"m{n}", "D1", f"王{n}" * 40)]
    company.take(*many)
    full = run_started(tmp_path, *asked, preexec_fn=_small_files)
    assert full.status == 1, full
    assert "磁盘满了" in full.err
    assert "Traceback" not in full.err
    answer = run(tmp_path, *asked)
    assert answer.status == 0, answer
    assert answer.only["rows"] == 82
