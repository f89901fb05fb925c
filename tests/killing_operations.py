"""Kills backup, restore and the rotation of the master key, and sees that nothing is lost."""

import shutil
from pathlib import Path
from random import Random

from streams.backup.manifest import read_manifest
from tests.installations import Installation, assert_same, clock
from tests.integration.backup.backups import erase_c1, in_plain, restored
from tests.integration.backup.conftest import lived_in
from tests.killed_processes import kept
from tests.operating import LONGEST_LIFE_SECONDS, killed, to_its_end
from tests.seasons import AFTER_US, assert_lawful


def assert_killed_backups_are_never_taken_for_whole(kills: int, seed: int, place: Path) -> None:
    """Each time nothing bears the name, or all of it; at the end no draft is left."""
    random = Random(seed)
    with clock(AFTER_US), Installation() as made:
        lived_in(made)
        events, before = kept(made), made.snapshot()
        to_its_end("backup", made.folder, place / "first")
        folder = place / "killed"
        struck, life_seconds = 0, LONGEST_LIFE_SECONDS
        while struck < kills:
            is_struck = killed("backup", made.folder, folder, random, life_seconds)
            struck += is_struck
            # How long it lives hangs on the machine.
            life_seconds *= 1.5 if is_struck else 0.5
            if folder.exists():
                read_manifest(folder)
                shutil.rmtree(folder)
        to_its_end("backup", made.folder, folder)
        assert not list(place.glob(".*"))
        assert kept(made) == events
        restored(made, folder, replace=True)
        assert_same(before, made.snapshot())
        assert_lawful(made)


def assert_killed_restores_lose_nothing(kills: int, seed: int, place: Path) -> None:
    """After each kill the place is as it was, or as it is to be; the erased is never back."""
    random = Random(seed)
    with clock(AFTER_US), Installation() as made:
        lived_in(made)
        to_its_end("backup", made.folder, place / "b")
        erase_c1(made)
        made.work()
        events = kept(made)
        made.close()
        to_its_end("restore", made.folder, place / "b")
        for _ in range(kills):
            killed("restore", made.folder, place / "b", random)
            made.open()
            assert len(kept(made)) == len(events)
            assert made.keyring.data_keys(["card/c1"], create=True) == {"card/c1": None}
            made.close()
        to_its_end("restore", made.folder, place / "b")
        made.open()
        assert not list(made.folder.glob("scratch-*"))
        assert in_plain(made) == set()
        assert_lawful(made)


def assert_killed_rotations_lose_no_key(kills: int, seed: int, place: Path) -> None:
    """Keys are made all the time, by somebody who never opens the keyring anew."""
    random = Random(seed)
    with clock(AFTER_US), Installation() as made:
        first = [f"card/n{number}" for number in range(6_000)]
        known = dict(made.keyring.data_keys(first, create=True))
        old = made.settings.master_key_file.read_bytes()
        to_its_end("rotate", made.folder, place)
        for number in range(kills):
            killed("rotate", made.folder, place, random)
            new = [f"card/k{number}-{count}" for count in range(3)]
            known |= made.keyring.data_keys(new, create=True)
            made.keyring.opened.clear()
            assert made.keyring.data_keys(known, create=False) == known
        to_its_end("rotate", made.folder, place)
        for retired in made.folder.glob("master.key.*"):
            retired.unlink()
        assert made.settings.master_key_file.read_bytes() != old
        made.close()
        made.open()
        assert made.keyring.data_keys(known, create=False) == known
