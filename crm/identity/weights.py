"""What each fit weighs, in hundredths of a bit, and from how much on records are one person.

Fellegi and Sunter: the weight of a level is log2(m / u): m how often it is seen of one person's
records, u of two people's. The weights are a document with a version: who is who follows from it
and from what is written alone. The shipped one was learnt by `jinxi match learn` from invented
seniors (tests/bench/seniors.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from crm.identity.comparison import LEVELS, Fit, compare, vetoed
from crm.identity.record import Record

Centibits = int
"""Hundredths of a bit: whole numbers, so that a sum is the same wherever it is made."""


@dataclass(frozen=True)
class Weights:
    """A version of the weights.

    of: thing → level → centibits; a level that is not named weighs nothing.
    link, ask: from how many centibits on two records are linked by themselves, or a person is
    asked; both are meant for about a million people.
    common: what a name that sounds so weighs more, or less, than the average name.
    """

    version: str
    link: Centibits
    ask: Centibits
    of: Mapping[str, Mapping[str, Centibits]]
    common: Mapping[str, Centibits] = field(default_factory=dict)
    homes: bool = True

    def part(self, thing: str, level: str, one: Record) -> Centibits:
        """What a level weighs; `one` is either of the records."""
        weight = self.of.get(thing, {}).get(level, 0)
        if thing == "name" and level in ("exact", "sound"):
            weight += self.common.get(one.name.sound, 0)
        return weight

    def __hash__(self) -> int:
        """Versions are not published twice with other content."""
        return hash((self.version, self.link, self.ask))


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """What two records come to: the bits, what they are made of, and what follows."""

    centibits: Centibits
    fit: Fit
    parts: tuple[tuple[str, str, Centibits], ...]
    """(thing, level, centibits) of all that was compared."""
    verdict: Literal["link", "ask", "apart"]


def judge(one: Record, other: Record, weights: Weights) -> ScoredPair:
    """Whether two records are one person's, by the weights and the household guard."""
    fit = compare(one, other)
    parts = tuple(
        (thing, fit[thing], weights.part(thing, fit[thing], one))
        for thing in LEVELS
        if thing in fit
    )
    total = sum(weight for _, _, weight in parts)
    if vetoed(one, other):
        return ScoredPair(total, fit, parts, "apart")
    personal = not weights.homes or is_personal(fit, one, other)
    if total >= weights.link and personal:
        return ScoredPair(total, fit, parts, "link")
    return ScoredPair(
        total,
        fit,
        parts,
        "ask" if total >= weights.ask and (_may_ask(fit) or not weights.homes) else "apart",
    )


def is_personal(fit: Fit, one: Record, other: Record) -> bool:
    """The household guard: whether the evidence is of one person, and not of one home alone.

    The name sounds the same or the ID number is the same; or the name is written with a likely
    slip, or in letters in part, and the birth date fits to the day.
    """
    name, birth, number = fit.get("name"), fit.get("birth"), fit.get("id")
    if number == "same":
        return name not in ("different", "half") or one.verified
    if name in ("exact", "sound"):
        return birth not in ("different",) or number == "near"
    if name == "near":
        return birth == "same" or (birth in ("near", "lunar", "year") and number == "near")
    in_letters = not (one.name.chinese or other.name.chinese)
    return birth == "same" and in_letters and name in ("part", None)


def _may_ask(fit: Fit) -> bool:
    """Nobody is asked about two people of whom only the home is the same."""
    return fit.get("name") not in ("different", "half") or (
        fit.get("id") in ("same", "near") or fit.get("birth") == "same"
    )


def weights_of(
    version: str, link: Centibits, ask: Centibits, rows: Iterable[tuple[str, str, Centibits]]
) -> Weights:
    """Weights from (thing, level, centibits) rows."""
    of: dict[str, dict[str, Centibits]] = {}
    for thing, level, centibits in rows:
        of.setdefault(thing, {})[level] = centibits
    return Weights(version, link, ask, MappingProxyType(of))
