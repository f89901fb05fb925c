"""Keys of dealers' copies shown once, inboxes want Kafka."""

from base64 import b64decode

from tests.functional.command.running import Jinxi


def test_a_dealers_key_is_shown_once_and_renewed_when_it_is_lost(jinxi: Jinxi) -> None:
    first = jinxi("dealer", "key", "D01", "--json").only
    assert (first["dealer"], first["key_number"], len(b64decode(first["key"]))) == ("D01", 1, 32)
    refused = jinxi("dealer", "key", "D01", status=2)
    assert "--renew" in refused.err
    second = jinxi("dealer", "key", "D01", "--renew", "--json").only
    assert second["key_number"] == 2
    assert second["key"] != first["key"]
    assert "第 1 号" in jinxi("dealer", "key", "D02").text


def test_inboxes_want_a_broker(jinxi: Jinxi) -> None:
    assert jinxi("inbox", "list", "--json").lines == []
    wanted = jinxi("inbox", "add", "erp", "--token-file", "erp.token", status=2)
    assert "JINXI_KAFKA_BOOTSTRAP" in wanted.err
    assert "JINXI_KAFKA_BOOTSTRAP" in jinxi("bridge", status=2).err
