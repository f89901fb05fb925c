"""How alike two names are, in a few levels.

Chinese names are compared by how they sound: one character that sounds otherwise is another name
(brothers and twins share the first character of theirs). Names in letters are compared by slips
of the pen, word by word, in any order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from crm.identity.names import is_chinese, name_parts, pinyin, simplified, words_of

NameLevel = Literal["exact", "sound", "near", "part", "half", "different"]
"""exact: the same characters; sound: the same sound; near: a likely slip; part: the same as far as
both are written; half: surname and one syllable; different."""

_NAMES_REMEMBERED = 65_536
_TITLES = (
    *("阿姨", "大爷", "大妈", "大娘", "大叔", "叔叔", "伯伯", "奶奶", "爷爷", "老师", "师傅"),
    *("先生", "女士", "太太", "同志", "医生", "老太", "氏", "总", "工"),
)
_UNREADABLE = re.compile(r"[?\uff1f*_□■○●◇◆×〇\ufffd某]")
_FRONT = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("r", "l"), ("n", "l"))


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared.

    plain: simplified; sound: its pinyin without apostrophes; syllables of surname and given name
    (of a name in letters: its words); slurred: the syllables as many speak them in the South.
    """

    plain: str
    sound: str
    chinese: bool
    surname: tuple[str, ...]
    given: tuple[str, ...]
    slurred: tuple[str, ...]
    titled: bool
    """Whether only the surname is known: 王阿姨, 老王."""
    unreadable: bool


@lru_cache(maxsize=_NAMES_REMEMBERED)
def name_of(written: str) -> Name:
    """The forms in which a name is compared."""
    plain = simplified(written)
    if not is_chinese(plain):
        words = words_of(written)
        joined = "".join(words)
        return Name(plain, joined, False, words[-1:], words[:-1], words, False, False)
    titled = False
    for title in _TITLES:
        if plain.endswith(title) and len(plain) > len(title):
            plain, titled = plain[: -len(title)], True
            break
    if len(plain) == 2 and plain[0] in "老小":
        plain, titled = plain[1:], True
    surname, given = name_parts(plain)
    slurred = tuple(map(_slurred, (*surname, *given)))
    unreadable = _UNREADABLE.search(plain) is not None
    sound = pinyin(plain).replace("'", "")
    return Name(plain, sound, True, surname, given, slurred, titled or not given, unreadable)


@lru_cache(maxsize=_NAMES_REMEMBERED)
def likeness(one: Name, other: Name) -> NameLevel | None:
    """How alike two names are; None where one is empty."""
    if not one.plain or not other.plain:
        return None
    if one.titled or other.titled:
        return "part" if one.surname == other.surname else "different"
    if one.plain == other.plain:
        return "exact"
    if one.sound == other.sound:
        return "sound"
    if one.chinese and other.chinese:
        return _chinese(one, other)
    if one.chinese or other.chinese:
        return "different"
    return _in_letters(one.slurred, other.slurred)


def slips(one: str, other: str, most: int) -> int:
    """Letters to insert, leave out, exchange or swap with the next; `most` + 1 for more than so
    many."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, facing in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != facing))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == facing:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return min(last[-1], most + 1)


def _slurred(syllable: str) -> str:
    for written, spoken in _FRONT:
        if syllable.startswith(written):
            syllable = spoken + syllable[len(written) :]
            break
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable


def _chinese(one: Name, other: Name) -> NameLevel:
    if one.slurred == other.slurred:
        return "near"
    if (one.unreadable or other.unreadable) and _readable_alike(one.plain, other.plain):
        return "near"
    if one.surname == other.surname and sorted(one.given) == sorted(other.given):
        return "near"
    shorter, longer = sorted((one, other), key=lambda name: len(name.slurred))
    if _left_out(shorter, longer):
        return "part"
    if one.surname == other.surname and not set(one.given).isdisjoint(other.given):
        return "half"
    return "different"


def _readable_alike(one: str, other: str) -> bool:
    return len(one) == len(other) and all(
        a == b or _UNREADABLE.match(a) or _UNREADABLE.match(b)
        for a, b in zip(one, other, strict=True)
    )


def _left_out(shorter: Name, longer: Name) -> bool:
    """Whether one character is left out, or a husband's surname put in front."""
    few = (*shorter.surname, *shorter.given)
    many = (*longer.surname, *longer.given)
    if len(few) < 2 or len(many) != len(few) + 1:
        return False
    if many[1:] == few:
        return len(few) > 2
    return many[0] == few[0] and any(
        many[:place] + many[place + 1 :] == few for place in range(1, len(many))
    )


def _in_letters(one: Sequence[str], other: Sequence[str]) -> NameLevel:
    if sorted(one) == sorted(other):
        return "sound"
    if slips("".join(one), "".join(other), 2) <= 2:
        return "near"
    shorter, longer = sorted((list(one), list(other)), key=len)
    found = 0
    for word in shorter:
        fit = next((each for each in longer if _nearly(word, each)), None)
        if fit is not None:
            longer.remove(fit)
            found += 1
    if found == len(shorter):
        return "near" if not longer else "part"
    return "half" if found else "different"


def _nearly(one: str, other: str) -> bool:
    most = 1 if min(len(one), len(other)) < 5 else 2
    return slips(one, other, most) <= most
