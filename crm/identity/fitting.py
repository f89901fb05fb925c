"""Weights fitted to a set of records that is all there is: how many, and which names are common.

Among few people less evidence is enough than among a million, and a name that many have in it
weighs less than one that is rare. Where most names are written in letters the shipped weights,
learnt from Chinese seniors, say little: the set's own are learnt. Names in letters are often
exchanged for a nickname, or a translation; homes are not guarded there by the name, but by what
all fits together.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import log2

from crm.identity.learning import learn
from crm.identity.record import Record
from crm.identity.weights import Weights, weights_of

MEANT_FOR_PEOPLE = 1_000_000
LEAST_PEOPLE = 8_000
"""Of a smaller set no less evidence is asked: it is part of something larger."""
RARER_CENTIBITS, COMMONER_CENTIBITS = 100, 500
"""How much a name may weigh more, or less, than the average name."""
ENOUGH_TO_LEARN = 400
"""Records in letters, of which weights can be learnt."""
LINK_IN_LETTERS, ASK_IN_LETTERS = 900, 300


def fitted(weights: Weights, records: Sequence[Record]) -> Weights:
    """The weights as they hold among these records alone."""
    in_letters = [each for each in records if each.name.plain and not each.name.chinese]
    if len(in_letters) >= ENOUGH_TO_LEARN and 2 * len(in_letters) > len(records):
        learnt = weights_of("learnt", LINK_IN_LETTERS, ASK_IN_LETTERS, learn(records))
        return replace(learnt, homes=False)
    people = max(LEAST_PEOPLE, len(records))
    less = round(100 * log2(MEANT_FOR_PEOPLE / people)) if people < MEANT_FOR_PEOPLE else 0
    return replace(
        weights, link=weights.link - less, ask=weights.ask - less, common=_common(records)
    )


def _common(records: Sequence[Record]) -> dict[str, int]:
    """For each sound of a name: how much rarer it is than the average name of a pair is."""
    counts = Counter(record.name.sound for record in records if record.name.sound)
    pairs = sum(count * (count - 1) for count in counts.values())
    if not pairs:
        return {}
    average = sum(count * count * (count - 1) for count in counts.values()) / pairs
    return {
        sound: max(-COMMONER_CENTIBITS, min(RARER_CENTIBITS, round(100 * log2(average / count))))
        for sound, count in counts.items()
    }
