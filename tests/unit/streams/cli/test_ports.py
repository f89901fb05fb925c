"""Where nobody can listen is said before anything is opened."""

import socket
from collections.abc import Iterator

import pytest
import typer

from streams.cli.commands.web import serve_web


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_taken_is_named_with_the_option_that_changes_it(taken: int) -> None:
    with pytest.raises(typer.BadParameter, match=f"{taken}.*--port"):
        serve_web("127.0.0.1", taken)


def test_an_address_that_is_not_of_this_machine_is_named_with_the_cause() -> None:
    # Of the range for documents (RFC 5737).
    with pytest.raises(typer.BadParameter, match=r"192\.0\.2\.1") as caught:
        serve_web("192.0.2.1", 8765)
    assert "--port" not in str(caught.value)
