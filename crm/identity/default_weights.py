"""The weights that are shipped, as `jinxi match learn` found them in 7,000 records of invented
seniors (tests/bench/seniors.py, seed 101), and the thresholds that go with them.

They are in force nowhere until headquarters publishes them
(docs/decisions/0030-weights-are-published.md).
"""

from crm.identity.weights import Weights, weights_of

_LEARNT = """
    name: exact=1169, sound=1040, near=987, part=632, half=456, different=-904
    birth: same=1131, near=288, lunar=55, year=483, about=-201, different=-836
    sex: same=100, different=-1204
    id: same=1085, near=989, different=-814
    contact: phone=1115, address=974, near_phone=884, street=-416, different=-281
    region: same=420, prefecture=-411, different=-406
"""


def _rows(text: str) -> list[tuple[str, str, int]]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        thing, _, levels = line.partition(": ")
        for each in levels.split(", "):
            level, _, centibits = each.partition("=")
            found.append((thing, level, int(centibits)))
    return found


SHIPPED: Weights = weights_of("seniors-1", 2_300, 1_250, _rows(_LEARNT))
