"""`jinxi consents` and `jinxi notice`: what proves a consent, and texts that never change."""

from pathlib import Path

import orjson

from tests.functional.command.running import Jinxi, a_text


def test_the_ledger_of_a_person_tells_every_word_and_what_stands(looking: Jinxi) -> None:
    people = looking("people", "--json").lines
    ledgers = [looking("consents", person["person_id"], "--json").only for person in people[:30]]
    words = [word for ledger in ledgers for word in ledger["consents"]]
    assert any(word["word"] == "given" for word in words)
    for word in words:
        assert word["actor"]
        assert word["received_at"]
        given = word["word"] == "given"
        assert (word["notice_sha256"] is not None) == given
        assert word["notice_unknown"] is False
    for ledger in ledgers:
        asked = {(w["card_id"], w["purpose"], w["dealer"]) for w in ledger["consents"]}
        stands = {(s["card_id"], s["purpose"], s["dealer"]) for s in ledger["standings"]}
        assert stands == asked


def test_a_ledger_of_before_holds_only_what_was_said_by_then(looking: Jinxi) -> None:
    people = looking("people", "--json").lines
    whole = [looking("consents", person["person_id"], "--json").only for person in people[:20]]
    said = next(ledger for ledger in whole if ledger["consents"])
    first = said["consents"][0]
    then = looking("consents", first["card_id"], "--at", first["time"], "--json").only
    assert [word["time"] for word in then["consents"]].count(first["time"]) >= 1
    assert all(word["time"] <= first["time"] for word in then["consents"])


def test_a_ledger_is_asked_for_by_a_name_that_exists(looking: Jinxi) -> None:
    assert "jinxi people" in looking("consents", "nobody", status=1).err


def test_a_notice_is_added_once_and_never_changed(jinxi: Jinxi, tmp_path: Path) -> None:
    file = tmp_path / "archive.md"
    file.write_text(a_text("写清楚。"), encoding="utf-8")
    add = ("notice", "add", "2026-06", "archive", "--text", file, "--json")
    first, again = jinxi(*add).only, jinxi(*add).only
    assert (first.pop("added"), again.pop("added")) == (True, False)
    assert first == again
    file.write_text(a_text("写别的。"), encoding="utf-8")
    assert "2026-06" in jinxi(*add, status=2).err
    shown = jinxi("notice", "show", "2026-06", "archive", "--json").only
    assert "写清楚。" in shown["texts"]["zh-CN"]
    current = {
        each["purpose"]: each["version"]
        for each in jinxi("notice", "list", "--json").lines
        if each["current"]
    }
    assert current["archive"] == "2026-06"
    assert current["health"] == "2026-01"


def test_a_notice_that_lacks_something_is_refused_in_words(jinxi: Jinxi, tmp_path: Path) -> None:
    file = tmp_path / "archive.md"
    file.write_text("# 标题\n\n## 谁\n\n我们。\n", encoding="utf-8")
    told = jinxi("notice", "add", "1", "archive", "--text", file, status=2).err
    assert "怎么撤回" in told
    assert orjson.dumps(jinxi("notice", "list", "--json").lines).count(b'"1"') == 0
