"""Weights learnt from records of which nobody says who is who.

u, how often a level is seen of two people, is counted over pairs that are spread evenly over all
records: hardly any of them is one person. m, how often it is seen of one person, is found by
expectation and maximisation within two blocks: records whose names sound the same tell of
everything but names, records born on one day tell of names. So the households in which everybody
has one phone and one address, which would be taken for people, are in neither.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import log2

from crm.identity.comparison import LEVELS, compare
from crm.identity.record import Record
from crm.identity.weights import Centibits

ROUNDS = 40
SPREAD_PAIRS = 60_000
BLOCK_MAX = 200
_STEP = 7_919
_SEEN_BEFORE = 0.5
"""Added to each count, so that what was not seen is rare and not impossible."""
HEAVIEST_CENTIBITS = 1_400
"""Of one piece of evidence: phones are given to others, and a level may be seen by chance."""

_Fit = tuple[tuple[str, str], ...]
_Shares = Mapping[str, Mapping[str, float]]


def learn(records: Sequence[Record]) -> list[tuple[str, str, Centibits]]:
    """(thing, level, centibits) for every level; at least some hundred records are needed."""
    ordered = sorted(records, key=lambda record: record.record_id)
    unlike = _shares(Counter(_fits(ordered, _spread(len(ordered)))))
    by_sound = Counter(_fits(ordered, _within(ordered, _sound)))
    by_birth = Counter(
        _fits(ordered, _within(ordered, lambda r: r.born if len(r.born) == 8 else ""))
    )
    like = dict(_maximised(by_sound, unlike, {"name"}))
    like["name"] = _maximised(by_birth, unlike, {"birth"})["name"]
    rows = []
    for thing, levels in LEVELS.items():
        for level in levels:
            bits = log2(like[thing][level] / unlike[thing][level])
            centibits = max(-HEAVIEST_CENTIBITS, min(HEAVIEST_CENTIBITS, round(100 * bits)))
            rows.append((thing, level, centibits))
    return rows


def _spread(size: int) -> Iterator[tuple[int, int]]:
    for at in range(min(SPREAD_PAIRS, size * (size - 1) // 2)):
        one, other = at % size, (at * _STEP + 1 + at // size) % size
        if one != other:
            yield one, other


def _sound(record: Record) -> str:
    return record.name.sound


def _within(
    records: Sequence[Record], key_of: Callable[[Record], str]
) -> Iterator[tuple[int, int]]:
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        key = key_of(record)
        if key:
            blocks[key].append(place)
    for block in blocks.values():
        if len(block) <= BLOCK_MAX:
            yield from ((one, other) for at, one in enumerate(block) for other in block[at + 1 :])


def _fits(records: Sequence[Record], pairs: Iterable[tuple[int, int]]) -> Iterator[_Fit]:
    for one, other in pairs:
        yield tuple(compare(records[one], records[other]).items())


def _shares(weighted: Mapping[_Fit, float]) -> dict[str, dict[str, float]]:
    """Thing → level → how often, among those where it could be compared."""
    counts = {thing: dict.fromkeys(levels, _SEEN_BEFORE) for thing, levels in LEVELS.items()}
    for fit, weight in weighted.items():
        for thing, level in fit:
            counts[thing][level] += weight
    return {
        thing: {level: count / sum(levels.values()) for level, count in levels.items()}
        for thing, levels in counts.items()
    }


def _maximised(fits: Mapping[_Fit, int], unlike: _Shares, blocked: set[str]) -> _Shares:
    """Shares among one person's pairs of a block; the block's own thing is left out."""
    seen: Counter[_Fit] = Counter()
    for fit, count in fits.items():
        seen[tuple(each for each in fit if each[0] not in blocked)] += count
    like: _Shares = {
        thing: {level: 2.0 ** -(place + 1) for place, level in enumerate(levels)}
        for thing, levels in LEVELS.items()
    }
    share = 0.5
    for _ in range(ROUNDS):
        expected: dict[_Fit, float] = {}
        for fit, count in seen.items():
            of_one, of_two = share, 1 - share
            for thing, level in fit:
                of_one *= like[thing][level]
                of_two *= unlike[thing][level]
            expected[fit] = count * of_one / (of_one + of_two)
        share = sum(expected.values()) / max(1, sum(seen.values()))
        like = _shares(expected)
    return like
