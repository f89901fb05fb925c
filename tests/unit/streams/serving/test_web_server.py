"""Who may read the metrics."""

from ipaddress import ip_network

import pytest

from streams.serving.web_server import may_see_metrics


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_may_always_read_the_metrics(address: str) -> None:
    assert may_see_metrics(address, ())


@pytest.mark.parametrize("address", ["192.168.1.4", "8.8.8.8", "", "testclient"])
def test_others_may_not_unless_their_network_is_named(address: str) -> None:
    named = (ip_network("10.0.0.0/8"), ip_network("192.168.0.0/16"))
    assert not may_see_metrics(address, ())
    assert may_see_metrics(address, named) == address.startswith("192.168.")
