"""Tokens are listed and revoked, keys of dealers' copies shown once, inboxes want Kafka."""

from base64 import b64decode

from tests.functional.command.running import Jinxi


def test_tokens_are_listed_without_themselves_and_revoked(jinxi: Jinxi) -> None:
    words = ("--role", "dealer", "--dealer", "D01", "--source", "/dealers/D01")
    token = jinxi("token", "add", "--name", "erp", *words, "--json").only["token"]
    listed = jinxi("token", "list", "--json")
    assert token not in listed.text
    assert {name: listed.only[name] for name in ("name", "role", "dealer", "sources")} == {
        "name": "erp",
        "role": "dealer",
        "dealer": "D01",
        "sources": "/dealers/D01",
    }
    actor = listed.only["actor"]
    assert actor in jinxi("token", "list").text
    assert "已吊销" in jinxi("token", "revoke", actor).text
    assert jinxi("token", "list", "--json").lines == []
    assert actor in jinxi("token", "revoke", actor, status=1).err


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
