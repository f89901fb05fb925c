"""Where webhooks are called: the open internet alone, in whatever spelling an address comes."""

import http.client
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.feed import calling
from crm.feed.calling import AddressRefused, call, checked_url, is_open

CLOSED_IPV4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
    *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24"),
    *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32"),
]
CLOSED_IPV6 = [
    *("::/128", "::1/128", "::ffff:0:0/112", "::ffff:0:0:0/96", "::/96", "64:ff9b::/96"),
    *("64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/32", "2001:2::/48", "2001:10::/28"),
    *("2001:20::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "3ffe::/16"),
    *("5f00::/16", "fc00::/7", "fd00::/8", "fe80::/10", "fec0::/10", "ff00::/8", "4000::/3"),
]
OPEN = ("8.8.8.8", "1.1.1.1", "223.5.5.5", "2606:4700::1111", "2400:3200::1", "2a00:1450::1")


@st.composite
def of_closed_ipv4(draw: st.DrawFn) -> IPv4Address:
    network = IPv4Network(draw(st.sampled_from(CLOSED_IPV4)))
    return network[draw(st.integers(0, network.num_addresses - 1))]


CARRYING: dict[str, Callable[[IPv4Address], str]] = {
    "mapped": lambda address: f"::ffff:{address}",
    "translated": lambda address: f"::ffff:0:{address}",
    "compatible": lambda address: f"::{address}",
    "NAT64": lambda address: f"64:ff9b::{address}",
    "local NAT64": lambda address: f"64:ff9b:1::{address}",
    "6to4": lambda address: str(IPv6Address((0x2002 << 112) | (int(address) << 80))),
    "Teredo": lambda address: str(IPv6Address((0x20010000 << 96) | (int(address) ^ 0xFFFFFFFF))),
    "ISATAP": lambda address: f"2a00:1450::5efe:{address}",
}


@given(of_closed_ipv4())
def test_no_address_of_a_special_range_is_called_in_any_of_its_spellings(
    address: IPv4Address,
) -> None:
    number = int(address)
    first, rest = number >> 24, number & 0xFFFFFF
    spellings = [str(address), str(number), hex(number), f"0{number:o}", f"{first}.{rest}"]
    spellings += [f"[{write(address)}]" for write in CARRYING.values()]
    for host in spellings:
        with pytest.raises(AddressRefused) as refused:
            checked_url(f"https://{host}/", loopback=False)
        assert refused.value.why in ("private", "url"), host


@pytest.mark.parametrize("network", CLOSED_IPV4 + CLOSED_IPV6)
def test_no_end_of_a_special_range_is_open(network: str) -> None:
    found = ip_network(network)
    for address in (found[0], found[-1], found[found.num_addresses // 2]):
        assert not is_open(address, loopback=False)


@pytest.mark.parametrize("carried", CARRYING)
def test_an_address_that_carries_an_open_one_inside_leads_nowhere_special_either(
    carried: str,
) -> None:
    inside = ip_address(CARRYING[carried](IPv4Address("8.8.8.8")))
    # A mapped one is that very address; all others go through a machine that we do not know.
    assert is_open(inside, loopback=False) == (carried == "mapped")


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_is_open(address: str) -> None:
    assert is_open(ip_address(address), loopback=False)


def answers(*addresses: str) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    """What a resolver says."""
    return [(2, 1, 6, "", (address, 443)) for address in addresses]


@pytest.mark.parametrize("closed", CLOSED_IPV4 + CLOSED_IPV6)
def test_a_name_of_which_one_answer_leads_into_the_house_is_not_called(
    closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = str(ip_network(closed)[-1])
    connected: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *given: connected.append(given))
    for found in (answers(inside), answers("8.8.8.8", inside), answers(inside, "8.8.8.8")):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, found=found, **k: found)
        with pytest.raises(AddressRefused) as refused:
            call("https://erp.example/", b"{}", {}, loopback=False)
        assert refused.value.why == "private"
    assert connected == []


@pytest.mark.parametrize(
    "drop", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=["one byte", "wait on"]
)
def test_who_answers_byte_after_byte_keeps_nobody_waiting(
    drop: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "LONGEST_CALL_SECONDS", 0.2)

    drops, hung_up, heard_to_the_end = 500, threading.Event(), threading.Event()

    def answer_drop_by_drop(server: socket.socket) -> None:
        connected, _ = server.accept()
        with connected, suppress(OSError):
            for _ in range(drops):
                connected.sendall(drop)
                if hung_up.wait(0.01):
                    return
            connected.sendall(b"\r\nHTTP/1.1 204 No Content\r\n\r\n")
            heard_to_the_end.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_drop_by_drop, args=(server,))
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises((OSError, http.client.HTTPException)):
            call(url, b"{}", {}, loopback=True)
        was_heard = heard_to_the_end.is_set()
        hung_up.set()
        thread.join()
    assert not was_heard
