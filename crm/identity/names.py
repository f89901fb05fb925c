"""Names in the forms they are compared and searched by: simplified characters, toneless pinyin.

Names are shown as they were written; these forms only compare them. ü is written v throughout.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache, partial

from opencc import OpenCC

from campaigns.marks import INVISIBLE
from crm.identity.surnames import COMPOUND_SURNAMES, SURNAMES

_NAMES_REMEMBERED = 16_384

_MIDDLE_DOTS = (
    r"\u00b7\u0387\u16eb\u2022\u2024-\u2027\u2219\u22c5\u25cf\u25e6\u2981\u2e30-\u2e33\u30fb\ua78f"
    r"\u02d9\u1427.\u3002\uff65"
)
_BETWEEN_WORDS = re.compile(rf"[\s{_MIDDLE_DOTS}{INVISIBLE}]+")
_NO_LETTERS = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


@lru_cache(maxsize=_NAMES_REMEMBERED)
def simplified(name: str) -> str:
    """The name in simplified characters, without blanks and dots, Latin letters folded.

    This is the one normal form of names: they are compared, stored and asked for in it.
    """
    plain = _BETWEEN_WORDS.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return plain if plain.isascii() else _traditional_to_simplified().convert(plain)


@lru_cache(maxsize=_NAMES_REMEMBERED)
def pinyin(name: str) -> str:
    """The name as it sounds, toneless, in one word: 单桂兰 and 單桂蘭 give `shanguilan`.

    Written as in GB/T 28039, an apostrophe stands before a syllable that starts with a, e or o, so
    that 西安 (`xi'an`) and 先 (`xian`) differ. Latin names stay as they are.
    """
    first, *rest = _syllables(simplified(name)) or ("",)
    return first + "".join("'" + word if word[0] in "aeo" else word for word in rest)


@lru_cache(maxsize=_NAMES_REMEMBERED)
def pinyin_initials(name: str) -> str:
    """The first letter of each syllable, or of each word of a Latin name: 欧阳淑珍 → `oysz`."""
    if _HAN.search(name):
        words = _syllables(simplified(name))
    else:
        words = tuple(map(simplified, _BETWEEN_WORDS.split(name)))
    return "".join(word[0] for word in words if word).replace("ü", "v")


@lru_cache(maxsize=_NAMES_REMEMBERED)
def given_sound(name: str) -> str:
    """How the name sounds without its surname, in one word; empty for a name that is no Chinese."""
    plain = simplified(name)
    return "".join(_syllables(plain)[_surname_length(plain) :]) if _HAN.match(plain) else ""


@lru_cache(maxsize=_NAMES_REMEMBERED)
def sort_form(name: str) -> str:
    """By this names stand in a list: surname as it sounds, surname, given name likewise."""
    plain = simplified(name)
    length = _surname_length(plain) if _HAN.match(plain) else len(plain)
    syllables = _syllables(plain)
    surname = "".join(syllables[:length]) if length < len(plain) else "".join(syllables)
    return " ".join((surname, plain[:length], "".join(syllables[length:]), plain[length:])).strip()


def is_chinese(plain: str) -> bool:
    """Whether a name in simplified form is written in Chinese characters."""
    return _HAN.match(plain) is not None


def name_parts(plain: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The syllables of the surname and of the given name of a simplified Chinese name."""
    syllables, length = _syllables(plain), _surname_length(plain)
    return syllables[:length], syllables[length:]


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in letters, folded; marks between them play no part."""
    words = _NO_LETTERS.split(unicodedata.normalize("NFKC", name).casefold())
    return tuple(filter(None, words))


def _surname_length(plain: str) -> int:
    return 2 if len(plain) > 2 and plain[:2] in COMPOUND_SURNAMES else 1


def _syllables(plain: str) -> tuple[str, ...]:
    """The syllables of a simplified name; the surname is read as a surname."""
    if not _HAN.match(plain):
        return _read(plain)
    if _surname_length(plain) == 2:
        return COMPOUND_SURNAMES[plain[:2]] + _read(plain[2:])
    surname, given = plain[:1], plain[1:]
    return (SURNAMES.get(surname) or _read(surname)) + _read(given)


@lru_cache(maxsize=_NAMES_REMEMBERED)
def _read(characters: str) -> tuple[str, ...]:
    if not characters or characters.isascii():
        return (characters,) if characters else ()
    return tuple(syllable.replace("ü", "v") for syllable in _reader()(characters) if syllable)


@cache
def _reader() -> Callable[[str], list[str]]:
    """Loading the dictionaries of sounds takes a quarter of a command's start; few commands ask."""
    from pypinyin import Style, lazy_pinyin

    return partial(lazy_pinyin, style=Style.NORMAL)


@cache
def _traditional_to_simplified() -> OpenCC:
    """The converter loads its dictionaries when first used, which takes about a second."""
    return OpenCC("t2s")
