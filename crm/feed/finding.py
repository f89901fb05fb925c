"""Finds somebody in a dealer's own copy, by what the copy shows; for nobody else is anybody there.

As everything that leaves the house, it is for settled copies (crm/feed/settling.py).
"""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection

from crm.feed.portal import Shared, rows_of
from crm.identity.names import pinyin, pinyin_initials, simplified
from crm.scope import OutOfScope, Scope

_TAIL = 4


def find_own(
    scope: Scope, connection: Connection, dealer: str, text: str, limit: int
) -> tuple[list[Shared], int]:
    """(the first rows that every word of the text fits, how many there are), by name.

    Whoever's name begins as it was typed in letters comes first.
    """
    _may_find(scope, dealer)
    fitting = [shared for shared in rows_of(connection, dealer) if fits_own(shared, text)]
    letters = "".join(text.lower().split())

    def nearness(shared: Shared) -> tuple[bool, str, str]:
        sound = pinyin(next(iter(shared.names), ""))
        return not sound.startswith(letters), sound, shared.key

    return sorted(fitting, key=nearness)[:limit], len(fitting)


def own_person(scope: Scope, connection: Connection, dealer: str, key: str) -> Shared | None:
    """One row of the copy; None when it has none of this key."""
    _may_find(scope, dealer)
    return next(iter(rows_of(connection, dealer, key)), None)


def own_names(
    scope: Scope, connection: Connection, dealer: str, subjects: Collection[str]
) -> dict[str, str]:
    """Subject of a card (`card/…`) → the name that the row behind it shows, of some subjects."""
    _may_find(scope, dealer)
    return {
        subject: shared.names[0]
        for shared in rows_of(connection, dealer)
        if shared.names
        for subject in (f"card/{card}" for card in shared.cards)
        if subject in subjects
    }


def fits_own(shared: Shared, text: str) -> bool:
    """Whether every word of a text fits a row; an empty text fits none."""
    words = text.split()
    return bool(words) and all(_fits(shared, word) for word in words)


def _fits(shared: Shared, word: str) -> bool:
    plain = word.lower().replace("'", "")
    for name in shared.names:
        sounds = pinyin(name).replace("'", ""), pinyin_initials(name)
        if simplified(word) in simplified(name) or any(sound.startswith(plain) for sound in sounds):
            return True
    return word.isdigit() and any(tail.endswith(word[-_TAIL:]) for tail in tails_of(shared))


def tails_of(shared: Shared) -> Iterator[str]:
    """The ends of the phones that are shared."""
    for phone in shared.phones:
        yield phone[-_TAIL:]


def _may_find(scope: Scope, dealer: str) -> None:
    if not scope.may("own_people") or scope.dealer != dealer:
        raise OutOfScope("another dealer's people")
