"""The keyring: keys that last, a master key that is guarded, and a fence that holds."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from crm.configuration.settings import Settings
from crm.keyring.keyring import (
    KeyLost,
    Keyring,
    seal,
    unseal,
)
from crm.keyring.master_key import MasterKeyMissing, MasterKeyWrong
from crm.web.guards.site import Site
from streams.running.installation import open_installation


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.in_folder(tmp_path / "data")


def test_a_key_is_made_once_and_lasts(settings: Settings) -> None:
    first = Keyring.open(settings).data_keys(["card/1", "card/2"], create=True)
    again = Keyring.open(settings).data_keys(["card/2", "card/1", "card/3"], create=False)
    assert again == {**first, "card/3": None}
    assert first["card/1"] != first["card/2"]


def test_two_who_ask_for_the_same_key_get_the_same(settings: Settings) -> None:
    one, other = Keyring.open(settings), Keyring.open(settings)
    made = one.data_keys(["card/1"], create=True)
    assert other.data_keys(["card/1"], create=True) == made


def test_the_master_key_is_readable_by_its_owner_alone(settings: Settings) -> None:
    Keyring.open(settings)
    assert stat.S_IMODE(settings.master_key_file.stat().st_mode) == 0o600
    assert sorted(path.name for path in settings.data_folder.glob("master*")) == ["master.key"]


def test_keys_without_their_master_key_are_not_opened_and_no_new_one_is_made(
    settings: Settings,
) -> None:
    Keyring.open(settings).data_keys(["card/1"], create=True)
    settings.master_key_file.unlink()
    with pytest.raises(MasterKeyMissing):
        Keyring.open(settings)
    assert not settings.master_key_file.exists()


@pytest.mark.parametrize("content", ["00" * 32, "00" * 16, "no key", ""])
def test_a_wrong_master_key_is_found_out_at_once(settings: Settings, content: str) -> None:
    Keyring.open(settings).data_keys(["card/1"], create=True)
    settings.master_key_file.write_text(content)
    with pytest.raises(MasterKeyWrong) as caught:
        Keyring.open(settings)
    assert content == "" or content not in str(caught.value)


def test_what_cannot_be_opened_leaves_no_connection_open(settings: Settings) -> None:
    made = Keyring.open(settings)
    made.data_keys(["card/1"], create=True)
    made.engine.dispose()
    settings.master_key_file.write_text("00" * 32)
    connections: list[object] = []

    def keep(dbapi: object, _record: object) -> None:
        connections.append(dbapi)

    def forget(dbapi: object, _record: object) -> None:
        connections.remove(dbapi)

    event.listen(Pool, "connect", keep)
    event.listen(Pool, "close", forget)
    try:
        for opening in (Keyring.open, open_installation, Site.open):
            with pytest.raises(MasterKeyWrong):
                opening(settings)
            assert connections == [], opening
    finally:
        event.remove(Pool, "connect", keep)
        event.remove(Pool, "close", forget)


def test_a_destroyed_key_never_comes_back(settings: Settings) -> None:
    keyring, beside = Keyring.open(settings), Keyring.open(settings)
    keyring.data_keys(["card/1", "card/2"], create=True)
    beside.data_keys(["card/1"], create=True)
    keyring.destroy("card/1")
    keyring.destroy("card/1")
    for either in (keyring, beside, Keyring.open(settings)):
        assert either.data_keys(["card/1"], create=True) == {"card/1": None}
        assert either.is_fenced(["card/1", "card/2"]) == {"card/1"}
        assert either.data_keys(["card/2"], create=False)["card/2"] is not None


def test_a_fence_can_come_before_any_key(settings: Settings) -> None:
    keyring = Keyring.open(settings)
    keyring.destroy("card/1")
    assert keyring.data_keys(["card/1", "card/2"], create=True)["card/1"] is None
    assert keyring.data_keys(["card/2"], create=False)["card/2"] is not None


def test_thousands_of_keys_come_in_one_call(settings: Settings) -> None:
    names = [f"card/{number}" for number in range(2_500)]
    keys = Keyring.open(settings).data_keys(names, create=True)
    assert len(set(keys.values())) == 2_500
    assert Keyring.open(settings).data_keys(names, create=False) == keys


def test_a_secret_of_the_installation_lasts_and_is_known_to_be_there(settings: Settings) -> None:
    keyring = Keyring.open(settings)
    assert not keyring.has_secret("content")
    secret = keyring.secret("content")
    assert keyring.has_secret("content")
    assert Keyring.open(settings).secret("content") == secret != keyring.secret("copies")


def test_what_is_sealed_opens_with_its_key_and_in_its_place_alone() -> None:
    key, other = bytes(32), bytes([1]) * 32
    sealed = seal(key, b"secret", b"here")
    assert unseal(key, sealed, b"here") == b"secret"
    assert seal(key, b"secret", b"here") != sealed
    for wrong_key, wrong_place in ((other, b"here"), (key, b"there")):
        with pytest.raises(KeyLost):
            unseal(wrong_key, sealed, wrong_place)


def test_the_keyring_holds_no_key_in_plain(settings: Settings) -> None:
    key = Keyring.open(settings).data_keys(["card/1"], create=True)["card/1"]
    assert key is not None
    for file in settings.data_folder.iterdir():
        assert key not in file.read_bytes() and key.hex().encode() not in file.read_bytes()


def test_keys_that_are_only_read_are_forgotten_too_when_they_are_many(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"card/{number}" for number in range(9)]
    made = Keyring.open(settings).data_keys(names, create=True)
    monkeypatch.setattr("crm.keyring.keyring._KEYS_CACHED", 3)
    reader = Keyring.open(settings)
    assert reader.data_keys(names, create=False) == made
    assert len(reader.opened) <= 3
