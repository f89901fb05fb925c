"""A file with personal data is its owner's alone, and there whole or not at all."""

import os
from pathlib import Path

import pytest

from streams.running.private_files import private_file, write_private


def test_a_file_takes_its_name_once_its_content_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: steps.append("on the disk"))
    replace = Path.replace

    def name_it(draft: Path, file: Path) -> Path:
        steps.append("named")
        return replace(draft, file)

    monkeypatch.setattr(Path, "replace", name_it)
    write_private(tmp_path / "copy.json", [b"one", b"two"])
    assert steps == ["on the disk", "named"]
    assert (tmp_path / "copy.json").read_bytes() == b"onetwo"
    assert (tmp_path / "copy.json").stat().st_mode & 0o077 == 0


def test_what_was_not_written_to_its_end_leaves_the_older_file(tmp_path: Path) -> None:
    file = tmp_path / "copy.json"
    write_private(file, [b"older"])
    with pytest.raises(ValueError, match="closed"), private_file(file) as stream:
        stream.close()
    assert [each.name for each in tmp_path.iterdir()] == ["copy.json"]
    assert file.read_bytes() == b"older"
