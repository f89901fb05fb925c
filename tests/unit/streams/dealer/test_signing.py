"""The dealer's key is told to the company once: it must be there for ever."""

import os
from pathlib import Path

import pytest

from streams.dealer.signing import KEY_FILE, signer_of


def test_a_key_and_its_name_are_on_the_disk_before_anybody_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: on_disk.add(os.fstat(descriptor).st_ino))
    signer = signer_of(tmp_path)
    assert {tmp_path.stat().st_ino, (tmp_path / KEY_FILE).stat().st_ino} <= on_disk
    assert signer_of(tmp_path).public_key == signer.public_key
