"""Another master key while everything runs: either opens what it wrapped, nothing is lost."""

import subprocess
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from crm.keyring import rotation
from crm.keyring.keyring import DATA_KEY, IN_FORCE_QUERY, Keyring
from crm.keyring.master_key import MasterKeyWrong, next_file_of
from crm.keyring.rotation import rotate
from crm.storage.database import reading
from tests.databases import EmptyInstallation
from tests.installations import Installation

NAMES = [f"card/{number}" for number in range(40)]


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    if request.param == "sqlite":
        with Installation() as made:
            yield made
        return
    empty: EmptyInstallation = request.getfixturevalue("empty_in_postgres")
    with empty.copied() as made:
        yield made


def silent(_done: int, _of: int) -> None:
    """Nobody watches."""


def in_force(installation: Installation) -> str:
    with reading(installation.keyring.engine) as connection:
        return str(connection.execute(IN_FORCE_QUERY).scalar_one())


def test_every_key_is_the_same_and_the_old_master_key_opens_none(
    installation: Installation,
) -> None:
    file = installation.settings.master_key_file
    known = installation.keyring.data_keys(NAMES, create=True)
    old = file.read_bytes()
    done = rotate(installation.keyring, silent)
    assert done.retired is not None and done.retired.read_bytes() == old != file.read_bytes()
    assert not next_file_of(file).exists()
    done.retired.unlink()
    again = Keyring.open(installation.settings)
    assert again.data_keys(NAMES, create=False) == known
    again.engine.dispose()
    file.write_bytes(old)
    with pytest.raises(MasterKeyWrong):
        Keyring.open(installation.settings)


def test_who_was_there_before_wraps_with_the_new_key_and_reads_both(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = installation.keyring.data_keys(NAMES, create=True)
    rotating, early = (Keyring.open(installation.settings) for _ in range(2))
    made: dict[str, bytes | None] = {}

    def in_the_midst(done: int, _of: int) -> None:
        made.update(early.data_keys([f"card/new-{done}", NAMES[0]], create=True))
        assert early.data_keys(NAMES, create=False) == known

    monkeypatch.setattr(rotation, "KEYS_AT_ONCE", 7)
    rotate(rotating, in_the_midst)
    following = in_force(installation)
    with reading(rotating.engine) as connection:
        rows = connection.execute(select(DATA_KEY)).all()
    masters = rotating.masters
    assert all(masters.is_wrapped_with(following, row.subject, row.wrapped) for row in rows)
    assert len(made) > 3
    late = Keyring.open(installation.settings)
    assert late.data_keys(made, create=False) == made
    for each in (rotating, early, late):
        each.engine.dispose()


def test_who_slept_through_the_whole_of_it_finds_the_new_key_by_itself(
    installation: Installation,
) -> None:
    known = installation.keyring.data_keys(NAMES, create=True)
    other = Keyring.open(installation.settings)
    done = rotate(other, silent)
    assert done.retired is not None
    done.retired.unlink()
    installation.keyring.opened.clear()
    assert installation.keyring.data_keys(NAMES, create=False) == known
    later = installation.keyring.data_keys(["card/later"], create=True)
    fresh = Keyring.open(installation.settings)
    assert fresh.data_keys(["card/later"], create=False) == later
    for each in (other, fresh):
        each.engine.dispose()


def test_a_key_that_is_erased_in_the_midst_stays_erased(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.keyring.data_keys(NAMES, create=True)
    monkeypatch.setattr(rotation, "KEYS_AT_ONCE", 7)
    other = Keyring.open(installation.settings)
    rotate(other, lambda _done, _of: installation.keyring.destroy(NAMES[-1]))
    assert installation.keyring.data_keys(NAMES[-1:], create=True) == {NAMES[-1]: None}
    other.engine.dispose()


def test_where_the_folder_cannot_be_written_the_last_step_is_left_to_the_operator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_old: object, _new: object) -> None:
        raise OSError(30, "Read-only file system")

    with Installation() as installation:
        known = installation.keyring.data_keys(NAMES, create=True)
        next_file = next_file_of(installation.settings.master_key_file)
        next_file.write_bytes(subprocess.check_output(["openssl", "rand", "-hex", "32"]))
        monkeypatch.setattr("crm.keyring.rotation.os.link", refuse)
        done = rotate(installation.keyring, silent)
        assert done.retired is None and done.next_file == next_file
        # What the operator does then.
        next_file.replace(installation.settings.master_key_file)
        installation.close()
        installation.open()
        assert installation.keyring.data_keys(NAMES, create=False) == known
