"""How many examples a law is shown: by one rule for all.

Fewest in `make quick`, few in `make test`, many in `make prove`."""

import os

from hypothesis import HealthCheck, settings

PROVING = os.environ.get("JINXI_PROVE") == "1"

_PROFILE = "prove" if PROVING else "quick" if os.environ.get("JINXI_QUICK") == "1" else "suite"
_FEWEST = 2

# The suite draws the same examples each time, so that red means a change; the proofs draw new ones.
settings.register_profile(
    "suite",
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", settings.get_profile("suite"), max_examples=10)
settings.register_profile(
    "prove",
    max_examples=1_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def load() -> None:
    """Whatever says nothing of its own is shown the profile's number."""
    settings.load_profile(_PROFILE)


def examples(times: float) -> settings:
    """So many times the profile's number: below 1 where an example is dear, above where cheap."""
    profile = settings.get_profile(_PROFILE)
    return settings(profile, max_examples=max(_FEWEST, round(profile.max_examples * times)))
