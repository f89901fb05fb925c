"""Serves the reference company over HTTP, badly when a test asks for it."""

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.integration.dealers.reference import Company, Refused


@dataclass
class Weather:
    """What goes wrong on the way: how many next pages are cut off, after how many of their bytes;
    refusals that come before any answer."""

    cut_pages: int = 0
    cut_after_bytes: int = 0
    refusals: list[Refused] = field(default_factory=list)
    raw_answer: bytes | None = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    company: Company
    weather: Weather

    def log_message(self, *_: object) -> None:
        """Tests read no log."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(orjson.loads(self.rfile.read(int(self.headers["content-length"]))))

    def _answer(self, body: dict[str, Any]) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query, keep_blank_values=True)
        asked = {name: values[0] for name, values in query.items()}
        self.company.asked.append(f"{self.command} {url.path}")
        try:
            if self.weather.refusals:
                raise self.weather.refusals.pop(0)
            dealer = self.company.dealer_of(self.headers.get("authorization", ""))
            self._send(200, self._told(dealer, url.path, asked, body), cut="changes" in url.path)
        except Refused as refused:
            later = refused.retry_after
            heads = {} if later is None else {"Retry-After": str(later)}
            self._send(refused.status, orjson.dumps({"detail": refused.reason}), heads)

    def _told(self, dealer: str, path: str, asked: dict[str, str], body: dict[str, Any]) -> bytes:
        company = self.company
        if self.weather.raw_answer is not None:
            return self.weather.raw_answer
        match (self.command, path.removeprefix("/v1/dealer/")):
            case ("GET", "changes"):
                after, limit = int(asked["after"]), int(asked["limit"])
                return b"".join(company.changes(dealer, after, limit))
            case ("POST", "acknowledge"):
                return orjson.dumps(company.acknowledge(dealer, body))
            case ("GET", "buckets") if asked.get("rows") == "true":
                return orjson.dumps({"rows": company.fingerprints(dealer, asked["prefix"])})
            case ("GET", "buckets"):
                return orjson.dumps({"buckets": company.buckets(dealer, asked["prefix"])})
            case ("POST", "rows"):
                return b"".join(company.rows(dealer, body["keys"]))
            case ("GET", "keys"):
                return orjson.dumps({"company_key": company.public_key})
            case ("POST", "keys"):
                company.take_key(dealer, body["public_key"])
            case ("POST", "receipts"):
                company.take_receipt(dealer, body["receipt"], body["signature"])
            case _:
                raise Refused(404, "no such address")
        return b"{}"

    def _send(
        self, status: int, body: bytes, heads: Mapping[str, str] | None = None, cut: bool = False
    ) -> None:
        self.send_response(status)
        if "gzip" in self.headers.get("accept-encoding", "") and not self.weather.cut_pages:
            body = gzip.compress(body)
            self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(body)))
        for name, value in (heads or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if cut and self.weather.cut_pages:
            self.weather.cut_pages -= 1
            self.wfile.write(body[: self.weather.cut_after_bytes])
            self.close_connection = True
            return
        self.wfile.write(body)


@dataclass
class Served:
    """A company that answers at an address."""

    company: Company
    weather: Weather
    url: str


@contextmanager
def served(company: Company) -> Iterator[Served]:
    """The company at an address of this machine."""
    weather = Weather()
    handler = type("Handler", (_Handler,), {"company": company, "weather": weather})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Served(company, weather, f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
