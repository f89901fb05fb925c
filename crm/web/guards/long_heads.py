"""What a head holds that costs more to read than it is long: left out before anybody reads it."""

from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST_COOKIES = 4_096
"""Bytes of all cookies together: as many as browsers keep of one. Python before 3.11.10 takes the
escapes of a quoted one apart at the square of their number (CVE-2024-7592): some seconds for a head
that is as long as heads may be, and nobody else is answered meanwhile."""


class ShortHeads:
    """Leaves out cookies that are longer than any of ours: whoever sends them is nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            headers: list[tuple[bytes, bytes]] = scope["headers"]
            cookies = [value for name, value in headers if name == b"cookie"]
            if sum(map(len, cookies)) > LONGEST_COOKIES:
                kept = [header for header in headers if header[0] != b"cookie"]
                scope = {**scope, "headers": kept}
        await self.app(scope, receive, send)
