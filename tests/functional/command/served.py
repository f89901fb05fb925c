"""What is served by a process of the command: whether it answers, and which process it is."""

import socket
from typing import Any

import httpx
import psutil


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def answers(api: httpx.Client) -> bool:
    try:
        return api.get("/v1/events", params={"source": "x", "id": "y"}).status_code < 500
    except httpx.TransportError:
        return False


def child_of(parent: int, argument: str) -> Any:
    """The supervised process with this argument, None while there is none."""
    running_now = psutil.Process(parent).children()
    return next((child for child in running_now if argument in child.cmdline()), None)
