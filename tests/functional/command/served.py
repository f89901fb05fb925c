"""What is served by a process of the command: whether it answers, and which process it is."""

import httpx
import psutil

from tests.servers.processes import children_that_run


def answers(api: httpx.Client) -> bool:
    try:
        return api.get("/v1/events", params={"source": "x", "id": "y"}).status_code < 500
    except httpx.TransportError:
        return False


def child_of(parent: int, argument: str) -> psutil.Process | None:
    """The supervised process with this argument, None while there is none."""
    return next(iter(children_that_run(argument, parent)), None)
