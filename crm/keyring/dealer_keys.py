"""The keys under which dealers are sent their copies: one each, numbered, handed over once."""

from dataclasses import dataclass
from itertools import count

from crm.keyring.keyring import Keyring


class KeyIssued(Exception):
    """The dealer has a key already: it is shown once only, and can be replaced."""


@dataclass(frozen=True, slots=True)
class DealerKey:
    """A dealer's key in force; earlier numbers are destroyed."""

    dealer: str
    number: int
    secret: bytes


def dealer_key(keyring: Keyring, dealer: str) -> DealerKey | None:
    """The key in force, None while none was issued."""
    number = _number(keyring, dealer)
    subject = _subject(dealer, number)
    secret = keyring.data_keys([subject], create=False)[subject]
    return None if secret is None else DealerKey(dealer, number, secret)


def issue_dealer_key(keyring: Keyring, dealer: str, *, renew: bool = False) -> DealerKey:
    """A new key; KeyIssued when there is one and it is not to be replaced.

    The old one is destroyed first: what was sent under it is sent once more under the new one.
    """
    current = dealer_key(keyring, dealer)
    if current is not None:
        if not renew:
            raise KeyIssued(dealer)
        keyring.destroy(_subject(dealer, current.number))
    number = _number(keyring, dealer)
    subject = _subject(dealer, number)
    secret = keyring.data_keys([subject], create=True)[subject]
    assert secret is not None
    return DealerKey(dealer, number, secret)


def _number(keyring: Keyring, dealer: str) -> int:
    """The first number whose key was not destroyed."""
    return next(n for n in count(1) if not keyring.is_fenced([_subject(dealer, n)]))


def _subject(dealer: str, number: int) -> str:
    return f"dealer-copies/{dealer}/{number}"
