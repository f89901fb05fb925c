"""Slow guessing: each attempt to sign in is counted before the password is looked at.

A browser in which somebody has signed in before is known (crm/web/guards/devices.py) and has a
count of its own, so nobody else's guesses keep its owner out. All others are counted by name and
network, and by network. A name that is guessed from many networks is not locked, which would lock
its owner out: each attempt is slowed down.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from crm.pace import Turns

PERIOD_SECONDS = 15 * 60
OF_A_NAME_HERE, OF_A_NETWORK, OF_A_NAME = 5, 50, 30
OF_A_CODE = 10
"""Of an account, codes of the second factor: six digits must not be tried through."""
OWN_LINKS, OWN_LINK_MISSED = 60, 10
"""Of a network, openings of members' own links in a period; what one costs that opens nothing."""
DELAY_SECONDS = 3.0
_IPV4_PREFIX, _IPV6_PREFIX = 24, 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt comes upon: it is refused for a while, or slowed down, or neither."""

    wait_seconds: int = 0
    delay_seconds: float = 0.0


@dataclass(frozen=True)
class SignInAttempts:
    """Attempts to sign in. `clock` tells seconds."""

    clock: Callable[[], float] = time.monotonic
    known: Turns = field(init=False)
    here: Turns = field(init=False)
    by_network: Turns = field(init=False)
    by_name: Turns = field(init=False)
    codes: Turns = field(init=False)

    def __post_init__(self) -> None:
        """Each book with its measure."""
        for name, most in (
            ("known", OF_A_NAME_HERE),
            ("here", OF_A_NAME_HERE),
            ("by_network", OF_A_NETWORK),
            ("by_name", OF_A_NAME),
            ("codes", OF_A_CODE),
        ):
            book = Turns(most, most / PERIOD_SECONDS, clock=self.clock)
            object.__setattr__(self, name, book)

    def begin(self, name: str, address: str, device: str | None = None) -> Attempt:
        """Count an attempt before it is looked at; `device`: the known browser that it is from.

        What comes at the same time can therefore not pass the limit together.
        """
        if device is not None:
            return Attempt(self.known.wait_seconds(f"{name} {device}"))
        network = network_of(address)
        wait = self.by_network.wait_without_taking(network)
        wait = wait or self.here.wait_seconds(f"{name} {network}")
        wait = wait or self.by_network.wait_seconds(network)
        if wait:
            return Attempt(wait)
        return Attempt(0, DELAY_SECONDS if self.by_name.wait_seconds(name) else 0.0)

    def succeeded(self, name: str, address: str, device: str | None = None) -> None:
        """The attempt was right: the name is forgotten here, of the network just this attempt."""
        if device is not None:
            self.known.forget(f"{name} {device}")
            return
        network = network_of(address)
        self.here.forget(f"{name} {network}")
        self.by_network.give_back(network)
        self.by_name.give_back(name)


def network_of(address: str) -> str:
    """The network of an address: as far as one subscriber may choose addresses freely."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    prefix = _IPV4_PREFIX if parsed.version == 4 else _IPV6_PREFIX
    return str(ip_network(f"{parsed}/{prefix}", strict=False))
