"""One call to an address that a dealer gave: to the open internet alone, over TLS, once.

The name is resolved here and the connection made to the very address that was looked at, so that a
name cannot lead into the house between the two; redirects are not followed.
"""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 1_000
LONGEST_CALL_SECONDS = 15.0
"""From the connection to the answer: whoever sends it byte after byte keeps all others waiting."""
_TIMEOUT_SECONDS = 10.0
_SPECIAL = tuple(
    ip_network(each)
    for each in (
        "192.0.0.0/24",  # protocol assignments, also the two that may be reached (RFC 6890)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.31.196.0/24",  # AS112 (RFC 7535)
        "192.52.193.0/24",  # AMT (RFC 7450)
        "192.175.48.0/24",  # AS112 (RFC 7534)
        "::/3",  # all below 2000::/3: IPv4 inside (::ffff:0:0/96, ::ffff:0:0:0/96, 64:ff9b::/96)
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking (RFC 2928)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4: IPv4 inside (RFC 3056)
        "2620:4f:8000::/48",  # AS112 (RFC 7534)
        "3ffe::/16",  # the former 6bone (RFC 3701)
        "3fff::/20",  # documentation (RFC 9637)
        "4000::/2",  # all above 2000::/3: not given to anybody, or special
        "8000::/1",
    )
)
"""Beside what the standard library calls not global: special ranges (registries of RFC 6890) that
it counts as global in one version or another, and every IPv6 address that is not of 2000::/3, the
only one that is given out."""
_ISATAP = re.compile("0[02]005efe", re.IGNORECASE)


class AddressRefused(Exception):
    """The house does not call there; `why` is a code: url, https, private, unresolved, known."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def checked_url(url: str, *, loopback: bool) -> SplitResult:
    """The parts of an address that may be called; AddressRefused when it may not.

    loopback: also http, and this machine (for tests).
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("url") from error
    host = parts.hostname
    if not host or port == 0 or not url.isascii() or not url.isprintable():
        raise AddressRefused("url")
    if len(url) > LONGEST_URL or " " in url or parts.username is not None or parts.fragment:
        raise AddressRefused("url")
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise AddressRefused("https")
    literal = _literal(host)
    if literal is not None and not is_open(literal, loopback=loopback):
        raise AddressRefused("private")
    return parts


def is_open(address: IPv4Address | IPv6Address, *, loopback: bool) -> bool:
    """Whether an address is one of the open internet (or of this machine, where allowed)."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return loopback
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    if isinstance(address, IPv6Address) and _carries_ipv4(address):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _carries_ipv4(address: IPv6Address) -> bool:
    """Whether it is an ISATAP address (RFC 5214): an IPv4 address behind a mark of its own."""
    return bool(_ISATAP.match(address.exploded.replace(":", "")[16:24]))


def call(url: str, body: bytes, headers: Mapping[str, str], *, loopback: bool) -> int:
    """POST the body; returns the status. AddressRefused, or OSError and HTTPException as they
    come."""
    parts = checked_url(url, loopback=loopback)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolved(host, port, loopback=loopback)
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.sock = socket.create_connection((address, port), _TIMEOUT_SECONDS)
        if parts.scheme == "https":
            # Under the name: TLS checks the certificate of the name.
            connection.sock = ssl.create_default_context().wrap_socket(
                connection.sock, server_hostname=host, do_handshake_on_connect=False
            )
        with _hung_up_in_time(connection.sock):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.request("POST", target, body, dict(headers))
            return connection.getresponse().status
    finally:
        connection.close()


@contextmanager
def _hung_up_in_time(connected: socket.socket) -> Iterator[None]:
    """What the time for each read does not bound: how many of them there are."""

    def hang_up() -> None:
        with suppress(OSError):
            # Not the method of the connection itself: that of one over TLS leaves TLS as well, and
            # what lies there unread would be taken for an answer in plain.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = Timer(LONGEST_CALL_SECONDS, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _resolved(host: str, port: int, *, loopback: bool) -> str:
    """An address of the name; every one that it has must be open."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise AddressRefused("unresolved") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not all(is_open(ip_address(each.split("%")[0]), loopback=loopback) for each in addresses):
        raise AddressRefused("private")
    return addresses[0]


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, in any spelling that a resolver takes; None for a name."""
    try:
        return ip_address(host.split("%")[0])
    except ValueError:
        return _spelled(host)


def _spelled(host: str) -> IPv4Address | None:
    """127.1, 0x7f000001, 017700000001: what the machine's own resolver reads as an address."""
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
