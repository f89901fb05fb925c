"""Sales of dealers."""

from random import Random

from tests.worlds import PURCHASES, Maker, Sent


def sold(seed: int) -> list[Sent]:
    """A world in which much changes in the copies, and some of the people buy."""
    maker = Maker(Random(seed), with_erasures=False)
    maker.shared_world(36)
    for name in (*PURCHASES, "p5", "p6", "p7", "p8"):
        maker.purchase(name)
    while len(maker.made) < 100:
        maker.pick(maker.care, maker.care, maker.care, maker.care, maker.returned, maker.consent)()
    return maker.made
