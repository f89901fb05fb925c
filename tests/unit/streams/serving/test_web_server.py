"""Who may read the metrics."""

import pytest

from streams.serving.web_server import may_see_metrics


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_may_always_read_the_metrics(address: str) -> None:
    assert may_see_metrics(address)


@pytest.mark.parametrize("address", ["192.168.1.4", "8.8.8.8", "", "testclient"])
def test_others_may_not_unless_their_network_is_named(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not may_see_metrics(address)
    monkeypatch.setenv("JINXI_METRICS_FROM", "10.0.0.0/8, 192.168.0.0/16")
    assert may_see_metrics(address) == address.startswith("192.168.")
