"""Passwords: long enough, none of the common ones, and taken as typed."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm.accounts import passwords
from crm.accounts.passwords import LONGEST_PASSWORD, PasswordRefused, agrees, hashed


@pytest.mark.parametrize(
    "common",
    [
        "password1234",
        "qwertyuiop12",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcdefghijkl",
        "wangfang2020",
    ],
)
def test_a_common_password_or_the_own_name_is_refused(common: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        hashed(common, "wangfang2020")
    assert refused.value.why == "common"


@pytest.mark.parametrize("password", ["11-letters-", "", "长" * (LONGEST_PASSWORD + 1)])
def test_a_password_that_is_too_short_or_too_long_is_refused_and_never_cut(password: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        hashed(password, "anna")
    assert refused.value.why == "length"


def test_every_character_of_a_long_password_counts() -> None:
    password = "eight owls sat on a wire " * 8
    known = hashed(password, "anna")
    assert len(password) == LONGEST_PASSWORD
    assert agrees(known, password)
    assert not agrees(known, password[:-1])
    assert not agrees(known, password + "x")
    assert not agrees(None, password)


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
@pytest.mark.parametrize("niceness", [0, 5, 12, 19])
def test_while_a_password_is_hashed_everything_else_goes_first_however_late_we_come_ourselves(
    niceness: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hasher:
        """Tells its priority for a hash."""

        def hash(self, _: str) -> str:
            return str(priority())

    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def asked() -> tuple[int, int]:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), max(priority(), niceness))
        return priority(), int(hashed("a-long-one-of-mine", "anna"))

    monkeypatch.setattr(passwords, "_hasher", Hasher)
    passwords._threads.cache_clear()
    # A thread takes its priority from who starts it.
    with ThreadPoolExecutor(1) as started:
        own, hashing = started.submit(asked).result()
    passwords._threads.cache_clear()
    assert own >= niceness
    assert hashing == min(own + 10, 19)
