"""What a password may be: long enough, none that everybody tries first; kept as Argon2id hashes.

It is taken exactly as it was typed: nothing is cut off, folded or trimmed.
"""

import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from campaigns.wording.catalogues import N_
from crm.accounts.roles import AccountInvalid

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_LEAST_SCORE = 2
"""Of 0 to 4: 0 and 1 fall to some million guesses, as common words, rows of keys and names do."""
_JUDGED_CHARACTERS = 72
"""The estimate reads no further; what stands behind makes a password no weaker."""
_NICE, _LAST = 10, 19
Given = ParamSpec("Given")
Result = TypeVar("Result")


_WHY = {
    "length": N_("密码要 {least} 到 {most} 个字符"),
    "common": N_("这个密码太常见，别人很快猜得到；请换几个不相干的词连起来"),
}


class PasswordRefused(AccountInvalid):
    """The password is not taken; `why` is a code: length, common."""

    def __init__(self, why: str) -> None:
        super().__init__(_WHY[why], least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
        self.why = why


def hashed(password: str, name: str) -> str:
    """The hash of a new password of the account of that name; PasswordRefused."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordRefused("length")
    judged = zxcvbn(password[:_JUDGED_CHARACTERS], user_inputs=[name, "jinxi", "golden", "sunset"])
    if judged["score"] < _LEAST_SCORE:
        raise PasswordRefused("common")
    return _yielding(_hasher().hash, password)


def agrees(known: str | None, password: str) -> bool:
    """Whether it is the password of a hash; takes as long where there is none."""
    if len(password) > LONGEST_PASSWORD:
        # None is that long, and hashing what anybody sends costs.
        return False
    try:
        fits = _yielding(_hasher().verify, known or _nobodys_hash(), password)
        return fits and known is not None
    except (VerificationError, InvalidHashError):
        return False


def _yielding(work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """The work's result. A hash keeps processors busy, by design: everything else goes before."""
    return _threads().submit(work, *given, **named).result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "hashing", _let_others_go_first)


def _let_others_go_first() -> None:
    """Of this thread and those that it starts; elsewhere a priority is a whole process's."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        # Never before what it was: that takes a right, and who has none could not sign in.
        behind = os.getpriority(os.PRIO_PROCESS, thread) + _NICE
        os.setpriority(os.PRIO_PROCESS, thread, min(behind, _LAST))


@cache
def _hasher() -> PasswordHasher:
    """Argon2id with the parameters of RFC 9106 for little memory."""
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """A hash to check against where there is no account."""
    return _hasher().hash(secrets.token_hex(16))
