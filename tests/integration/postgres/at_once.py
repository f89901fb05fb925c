"""What several do at one moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from crm.clock import now_us
from crm.reward_desk.orders import Payer
from tests.servers.processes import PATIENCE_SECONDS

AT_ONCE = 6


def at_once(act: Callable[[int], str]) -> list[str]:
    """What several come to who begin together."""
    gate = Barrier(AT_ONCE)

    def run(n: int) -> str:
        gate.wait(PATIENCE_SECONDS)
        return act(n)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sorted(threads.map(run, range(AT_ONCE)))


def payer(n: int) -> Payer:
    return Payer(f"u-{n}", f"/phones/u-{n}", now_us())
