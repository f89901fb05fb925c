"""A server as over a network: a proxy on loopback that lets every answer arrive later.

It runs in a process of its own. What the client sends goes on at once; what the server answers is
handed on as long after it came as was asked, in its order. Nothing else is slowed: connections do
not wait for each other, and as much may be on its way as the server sends.
"""

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.synchronize import Event

from sqlalchemy.engine import make_url

_LOOPBACK = "127.0.0.1"
_PIECE_BYTES = 1 << 16
_START_SECONDS = 30.0

Answers = asyncio.Queue[tuple[float, bytes]]
"""What the server said, each with the time at which it arrives; nothing at all ends it."""


@contextmanager
def distant(url: str, delay_seconds: float) -> Iterator[str]:
    """The URL under which a server on this machine answers later."""
    server = make_url(url)
    listener = socket.create_server((_LOOPBACK, 0))
    context = multiprocessing.get_context("fork")
    listening = context.Event()
    arguments = (listener, server.port or 5432, delay_seconds, listening)
    process = context.Process(target=_serve, args=arguments, daemon=True)
    process.start()
    try:
        assert listening.wait(_START_SECONDS), "the proxy does not listen"
        port = listener.getsockname()[1]
        yield server.set(host=_LOOPBACK, port=port).render_as_string(hide_password=False)
    finally:
        listener.close()
        process.terminate()
        process.join()


def _serve(listener: socket.socket, port: int, delay_seconds: float, listening: Event) -> None:
    asyncio.run(_accept(listener, port, delay_seconds, listening))


async def _accept(
    listener: socket.socket, port: int, delay_seconds: float, listening: Event
) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await _between(reader, writer, port, delay_seconds)

    server = await asyncio.start_server(connected, sock=listener)
    listening.set()
    async with server:
        await server.serve_forever()


async def _between(
    client: asyncio.StreamReader, to_client: asyncio.StreamWriter, port: int, delay_seconds: float
) -> None:
    """One connection, until either side ends it."""
    answering, to_server = await asyncio.open_connection(_LOOPBACK, port)
    for each in (to_client, to_server):
        each.transport.get_extra_info("socket").setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )
    answers: Answers = asyncio.Queue()
    ways = [
        asyncio.create_task(_hand_on(client, to_server)),
        asyncio.create_task(_note(answering, answers, delay_seconds)),
        asyncio.create_task(_deliver(answers, to_client)),
    ]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    for each in (to_client, to_server):
        each.close()


async def _hand_on(client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
    while piece := await client.read(_PIECE_BYTES):
        to_server.write(piece)
        await to_server.drain()


async def _note(answering: asyncio.StreamReader, answers: Answers, delay_seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    piece = b"."
    while piece:
        piece = await answering.read(_PIECE_BYTES)
        answers.put_nowait((clock() + delay_seconds, piece))
    # The end of it is delivered like the rest.
    await asyncio.Event().wait()


async def _deliver(answers: Answers, to_client: asyncio.StreamWriter) -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due, piece = await answers.get()
        await asyncio.sleep(max(0.0, due - clock()))
        if not piece:
            return
        to_client.write(piece)
        await to_client.drain()
