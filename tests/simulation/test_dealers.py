"""Whatever is lost, repeated, reordered or killed: every dealer ends with the copy of the rule.

A seed that fails is run alone with `JINXI_SEEDS=417 pytest tests/simulation -k copies_end`.
"""

import os

import pytest

from tests.simulation.dealers import simulated

_FEW, _MANY = 30, 1_000


def _seeds() -> list[int]:
    """Those that were asked for, else a few, in `make prove` many."""
    asked = os.environ.get("JINXI_SEEDS")
    if asked:
        return [int(seed) for seed in asked.split(",")]
    return list(range(_MANY if os.environ.get("JINXI_PROVE") == "1" else _FEW))


@pytest.mark.more_in_prove
@pytest.mark.parametrize("seed", _seeds())
def test_copies_end_as_the_rule_says_and_nothing_forbidden_was_ever_sent(seed: int) -> None:
    with simulated(seed) as simulation:
        simulation.run()
        simulation.assert_lawful()
        assert {"sent", "pulled whole", "broken off", "heard again"} <= simulation.met.keys()
