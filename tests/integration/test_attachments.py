"""Evidence is kept encrypted with its card's key, and an erasure leaves nothing of it."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from campaigns.intake import HEADQUARTERS
from crm.attachments.store import (
    LARGEST_BYTES,
    MOST_OF_A_CARD,
    AttachmentRefused,
    AttachmentStore,
)
from streams.embedded.worker import Worker
from streams.running.installation import Installation, open_installation
from tests.examples import a_card, an_event, written
from tests.templates import new_installation

PNG = b"\x89PNG\r\n\x1a\n" + b"a signature" * 20


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(new_installation(tmp_path))
    yield opened
    opened.engine.dispose()
    opened.keyring.engine.dispose()


@pytest.fixture
def store(installation: Installation) -> AttachmentStore:
    return AttachmentStore(installation.keyring)


def files(installation: Installation) -> list[Path]:
    folder = installation.settings.data_folder / "attachments"
    return [path for path in folder.rglob("*") if path.is_file()]


def erase(installation: Installation, card_id: str) -> None:
    event = an_event("card.erased", {"card_id": card_id, "reason_code": "asked"}, id="gone")
    installation.intake.accept([written(event)], HEADQUARTERS)


def test_what_was_handed_over_is_read_back_by_its_hash(store: AttachmentStore) -> None:
    kept = store.put("C1", PNG, "u-1", 5)
    assert kept.sha256 == sha256(PNG).hexdigest()
    assert store.get("C1", kept.sha256.upper()) == kept
    assert store.get("C1", "0" * 64) is None
    assert store.get("C2", kept.sha256) is None


def test_once_it_is_answered_every_name_on_the_way_to_the_file_is_on_the_disk(
    installation: Installation, store: AttachmentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: on_disk.add(os.fstat(descriptor).st_ino))
    store.put("C1", PNG, "u-1", 5)
    (file,) = files(installation)
    above = file.parents[: file.parents.index(installation.settings.data_folder) + 1]
    assert {each.stat().st_ino for each in (file, *above)} <= on_disk


def test_no_file_tells_what_it_holds_or_whose_it_is(
    installation: Installation, store: AttachmentStore
) -> None:
    kept = store.put("C-name", PNG, "u-1", 5)
    (file,) = files(installation)
    assert b"signature" not in file.read_bytes()
    assert "C-name" not in str(file)
    assert kept.sha256 not in str(file)
    assert file.stat().st_mode & 0o077 == 0


def test_the_same_again_is_one_file_and_keeps_the_first_word_on_it(
    installation: Installation, store: AttachmentStore
) -> None:
    first = store.put("C1", PNG, "u-1", 5)
    store.put("C1", PNG, "u-2", 6)
    assert len(files(installation)) == 1
    assert store.get("C1", first.sha256) == first


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"<svg onload=alert(1)>", "unknown_kind"), (PNG + b"x" * LARGEST_BYTES, "too_large")],
)
def test_what_is_too_large_or_no_picture_or_recording_is_refused(
    store: AttachmentStore, installation: Installation, content: bytes, reason: str
) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        store.put("C1", content, "u-1", 5)
    assert refused.value.reason == reason
    assert files(installation) == []


def test_one_card_cannot_fill_the_disk(store: AttachmentStore) -> None:
    for number in range(MOST_OF_A_CARD):
        store.put("C1", PNG + bytes([number]), "u-1", 5)
    with pytest.raises(AttachmentRefused, match="too_many"):
        store.put("C1", PNG, "u-1", 5)
    assert store.put("C2", PNG, "u-1", 5).card_id == "C2"


def test_after_an_erasure_nothing_of_it_is_left_and_nothing_more_is_taken(
    installation: Installation, store: AttachmentStore
) -> None:
    installation.intake.accept([written(a_card("C1")), written(a_card("C2"))], HEADQUARTERS)
    gone, other = store.put("C1", PNG, "u-1", 5), store.put("C2", PNG, "u-1", 5)
    erase(installation, "C1")
    assert store.get("C1", gone.sha256) is None
    assert len(files(installation)) == 1
    assert store.get("C2", other.sha256) == other
    with pytest.raises(AttachmentRefused, match="erased"):
        store.put("C1", PNG, "u-1", 5)
    Worker(installation.engine, installation.keyring).until_idle()
    assert len(files(installation)) == 1


def test_a_file_that_was_moved_to_another_card_does_not_open(
    installation: Installation, store: AttachmentStore
) -> None:
    one, other = store.put("C1", PNG, "u-1", 5), store.put("C2", PNG + b"2", "u-1", 5)
    named = {path: path.read_bytes() for path in files(installation)}
    (first, first_bytes), (second, _) = named.items()
    second.write_bytes(first_bytes)
    with pytest.raises(Exception, match="does not open"):
        [store.get("C1", one.sha256), store.get("C2", other.sha256)]
    assert first.exists()
