"""The company's side over HTTP (docs/dealer-feed.md)."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from ssl import SSLCertVerificationError
from typing import Any, TypeVar

import httpx
import orjson

from crm.copies.replica import Bucket, LineInvalid, Page, read_page
from streams.dealer.errors import (
    AddressUnsafe,
    AnswerNotUnderstood,
    CertificateRefused,
    NotSettled,
    RequestRefused,
    ServerAway,
    TokenRefused,
    TokenUnreadable,
    TooOften,
)
from streams.dealer.feed import Acknowledgement, Verdict

_HERE = ("127.0.0.1", "localhost", "::1")
_CONNECT_SECONDS, _ANSWER_SECONDS = 10.0, 60.0
_LONGEST_LINE = 16 * 1024 * 1024
_LONGEST_TOKEN = 500
_LONGEST_REASON = 300
_RETRY_SECONDS = 30
_REFUSALS = (400, 409, 413)

Read = TypeVar("Read")


def token_in(file: Path) -> str:
    """The token that a file holds; TokenUnreadable when there is none."""
    try:
        written = file.read_bytes()
        # What PowerShell writes with > is UTF-16.
        is_utf_16 = written.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        token = written.decode("utf-16" if is_utf_16 else "utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenUnreadable(file) from error
    if not token or len(token) > _LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        raise TokenUnreadable(file)
    return token


class HttpFeed:
    """One dealer's feed at one address; `traffic_bytes` counts what went both ways."""

    def __init__(self, server: str, token_file: Path) -> None:
        url = _address(server)
        token = token_in(token_file)
        self.token_file = token_file
        self.traffic_bytes = 0
        self.mark = sha256(f"{url} {token}".encode()).hexdigest()
        self.client = httpx.Client(
            base_url=url,
            # Something on the way that kept answers would tell yesterday's for today's.
            headers={"Authorization": f"Bearer {token}", "Cache-Control": "no-store"},
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
        )

    def close(self) -> None:
        """Let go of the connection."""
        self.client.close()

    def changes(self, after: int, limit: int, wait_seconds: int) -> Page:
        """The changes after a number; what had come when a page was cut off."""
        asked = {"after": after, "limit": limit, "wait": wait_seconds}
        return self._page("GET", "/v1/dealer/changes", params=asked)

    def rows(self, keys: Sequence[str]) -> Page:
        """The rows of some keys as they stand now."""
        return self._page("POST", "/v1/dealer/rows", json={"keys": list(keys)})

    def acknowledge(self, held: Acknowledgement) -> Verdict:
        """Say what is held, and hear whether the company holds the same."""
        body = {"up_to": held.up_to, "rows": held.rows, "digest": held.digest, "at": held.at}
        return self._json(_verdict, "POST", "/v1/dealer/acknowledge", json=body)

    def buckets(self, prefix: str) -> Mapping[str, Bucket]:
        """The company's buckets of keys that begin with a prefix."""
        asked = {"prefix": prefix}
        return self._json(_buckets, "GET", "/v1/dealer/buckets", params=asked)

    def fingerprints(self, prefix: str) -> Mapping[str, str]:
        """Key → SHA-256 of the company's rows whose keys begin with a prefix."""
        asked = {"prefix": prefix, "rows": "true"}
        return self._json(
            lambda answer: dict(answer["rows"]), "GET", "/v1/dealer/buckets", params=asked
        )

    def company_key(self) -> str:
        """The company's public key, base64."""
        return self._json(_company_key, "GET", "/v1/dealer/keys")

    def make_key_known(self, public: str) -> None:
        """Tell the dealer's public key, base64."""
        self._json(_nothing, "POST", "/v1/dealer/keys", json={"public_key": public})

    def give_receipt(self, receipt: Mapping[str, Any], signature: str) -> None:
        """Hand over the dealer's signature (base64) under a receipt."""
        body = {"receipt": dict(receipt), "signature": signature}
        self._json(_nothing, "POST", "/v1/dealer/receipts", json=body)

    def _page(self, method: str, path: str, **asked: Any) -> Page:
        with self._answer(method, path, asked) as response:
            try:
                return read_page(_lines(response.iter_bytes()))
            except LineInvalid as error:
                raise AnswerNotUnderstood from error

    def _json(self, read: Callable[[Any], Read], method: str, path: str, **asked: Any) -> Read:
        with self._answer(method, path, asked) as response:
            body = response.read()
            try:
                return read(orjson.loads(body) if body else None)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise AnswerNotUnderstood from error

    @contextmanager
    def _answer(self, method: str, path: str, asked: Mapping[str, Any]) -> Iterator[httpx.Response]:
        """An answer that is one; everything else is raised as a trouble."""
        try:
            with self.client.stream(method, path, **asked) as response:
                self._must_be_good(response)
                try:
                    yield response
                finally:
                    sent = int(response.request.headers.get("content-length", 0))
                    self.traffic_bytes += sent + response.num_bytes_downloaded + _heads(response)
        except httpx.DecodingError as error:
            raise AnswerNotUnderstood from error
        except httpx.TransportError as error:
            if _is_untrusted(error):
                raise CertificateRefused(self.client.base_url.host) from error
            raise ServerAway(type(error).__name__) from error

    def _must_be_good(self, response: httpx.Response) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        if status in (401, 403):
            raise TokenRefused(self.token_file)
        if status == 503:
            raise NotSettled(_retry_seconds(response))
        if status == 429:
            raise TooOften(_retry_seconds(response))
        if status >= 500:
            raise ServerAway(f"HTTP {status}")
        if status not in _REFUSALS:
            raise AnswerNotUnderstood
        raise RequestRefused(status, _reason(response))


def _address(server: str) -> str:
    try:
        url = httpx.URL(server)
    except httpx.InvalidURL as error:
        raise AddressUnsafe("?") from error
    safe = url.scheme == "https" or (url.scheme == "http" and url.host in _HERE)
    if not safe or not url.host or url.userinfo:
        # What stands before an @ may be a password: it is not answer.
        raise AddressUnsafe(f"{url.scheme}://{url.host}")
    return str(url).rstrip("/")


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines; when the connection broke, what had come whole before.

    Split at line feeds alone: a text may hold other characters that end a line.
    """
    rest = b""
    try:
        for piece in pieces:
            *whole, rest = (rest + piece).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                raise LineInvalid("a line without an end")
            yield from filter(None, whole)
    except httpx.TransportError:
        return


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether what lies behind an error of the connection is the server's certificate."""
    while error is not None and not isinstance(error, SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _retry_seconds(response: httpx.Response) -> int:
    text = response.headers.get("retry-after", "")
    return min(int(text), 3_600) if text.isascii() and text.isdigit() else _RETRY_SECONDS


def _reason(response: httpx.Response) -> str:
    """What the company's side says of its refusal, as far as it says it in its own form."""
    try:
        answer = orjson.loads(response.read())
        said = answer.get("detail") or answer.get("title")
    except (ValueError, AttributeError):
        said = None
    return " ".join(str(said or response.reason_phrase).split())[:_LONGEST_REASON]


def _heads(response: httpx.Response) -> int:
    heads = (*response.headers.raw, *response.request.headers.raw)
    return sum(len(name) + len(value) + len(b": \r\n") for name, value in heads)


def _verdict(answer: Any) -> Verdict:
    if answer["state"] not in ("equal", "different", "behind"):
        raise ValueError("a state that is none")
    receipt, signature = answer.get("receipt"), answer.get("company_signature")
    if receipt is not None and not isinstance(receipt, dict):
        raise ValueError("a receipt that is none")
    return Verdict(answer["state"], int(answer["last"]), int(answer["rows"]), receipt, signature)


def _buckets(answer: Any) -> dict[str, Bucket]:
    return {name: (int(rows), str(hashed)) for name, (rows, hashed) in answer["buckets"].items()}


def _company_key(answer: Any) -> str:
    key = answer["company_key"]
    if not isinstance(key, str):
        raise ValueError("a key that is none")
    return key


def _nothing(answer: Any) -> None:
    """An answer of which only the status matters."""
