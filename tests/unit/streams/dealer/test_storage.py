"""The workbook of a copy: there whole or not at all, and written into no file of anybody else."""

import stat
from pathlib import Path

import pytest

from streams.dealer.errors import FileNotWritten
from streams.dealer.storage import whole_file


def test_a_name_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    elsewhere, file = tmp_path / "elsewhere", tmp_path / "copy.xlsx"
    elsewhere.write_bytes(b"somebody else's")
    (tmp_path / ".copy.xlsx.new").symlink_to(elsewhere)
    file.symlink_to(elsewhere)
    with whole_file(file) as stream:
        stream.write(b"rows")
    assert elsewhere.read_bytes() == b"somebody else's"
    assert (file.read_bytes(), stat.S_IMODE(file.lstat().st_mode)) == (b"rows", 0o600)


def test_two_who_write_at_one_moment_write_a_file_each(tmp_path: Path) -> None:
    file = tmp_path / "copy.xlsx"
    with whole_file(file) as first, whole_file(file) as second:
        first.write(b"the first, and longer")
        second.write(b"the second")
    assert file.read_bytes() == b"the first, and longer"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_broken_off_leaves_the_older_one(tmp_path: Path) -> None:
    file = tmp_path / "copy.xlsx"
    file.write_bytes(b"older")

    def broken_off() -> None:
        with whole_file(file) as stream:
            stream.write(b"half")
            raise OSError("no room")

    with pytest.raises(FileNotWritten):
        broken_off()
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"older", [file])
