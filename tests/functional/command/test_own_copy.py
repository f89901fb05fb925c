"""`jinxi own-copy`: everything of the person, nothing of anybody else, in three languages."""

import base64
import re
import stat
import zlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.examples import a_card, an_event
from tests.functional.command.running import Jinxi

NOBODYS = ("李付款", "13700007777", "王小妹", "13600006666", "member-7", "介绍人说")
DRAWS_NOTHING = re.compile(rb"BT [^()]*? ET")
"""A font that is set and not used."""
HERS = ("王桂英", "13912345678", "110105195002140063", "高血压", "阿司匹林", "手抖", "晚上头晕")


def events() -> list[dict[str, Any]]:
    """A woman, her daughter's card, and everything that may be written about the two."""
    person = {"name": "王桂英", "sex": "female", "birth_year": 1950}
    person["id_number"] = "110105195002140063"
    health = {"conditions": ["高血压"], "medicines": ["阿司匹林"]}
    daughter = {"name": "王小妹"}
    contract = {"dealer": "D01", "contract_id": "K1", "name": "安康经营部", "regions": ["110000"]}
    contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
    share = {"card_id": "C1", "purpose": "share_with_dealer", "dealer": "D01"}
    share |= {"notice_version": "2026-01", "method": "paper", "by": "self"}
    bought = {"purchase_id": "P1", "card_id": "C1", "sku": "JX-B4", "quantity": 1}
    bought |= {"unit_price_fen": 69_300, "channel": "dealer", "buyer": {"relation": "child"}}
    bought |= {"private": {"buyer_name": "李付款", "buyer_phone": "13700007777"}}
    complaint: dict[str, Any] = {"complaint_id": "Q1", "card_id": "C1", "kind": "effect"}
    complaint["private"] = {"text": "手抖"}
    return [
        an_event("dealer.contracted", contract, id="k1"),
        a_card(
            "C1",
            person=person,
            contact={"phones": ["13912345678"]},
            health=health,
            region="110105",
            private={"note": "介绍人说她脾气急"},
        ),
        a_card("C2", person=daughter, contact={"phones": ["13600006666"]}),
        _said("relation.stated", {"card_id": "C1", "other_card_id": "C2", "relation": "child"}),
        _said("consent.given", share),
        _said("purchase.made", bought),
        _said("complaint.raised", complaint),
        _said("clinic.consulted", {"card_id": "C1", "health": {"note": "晚上头晕"}}),
        _said("identity.different", {"card_id": "C1", "other_card_id": "C2", "reason_code": "x"}),
        _said("follow_up.done", _call()),
    ]


def _call() -> dict[str, Any]:
    told = {"card_id": "C1", "channel": "phone", "outcome": "reached"}
    return told | {"private": {"note": "介绍人说她女儿接的电话"}}


def _said(type_name: str, data: dict[str, Any]) -> dict[str, Any]:
    return an_event(type_name, data, id=f"id-{type_name}", time="2026-05-04T10:00:00+08:00")


@pytest.fixture
def known(jinxi: Jinxi) -> Jinxi:
    """An installation that knows the two."""
    jinxi("accept", "-", stdin=b"\n".join(map(orjson.dumps, events())) + b"\n")
    assert jinxi("work", "--until-idle", "--json").only["rejected"] == 0
    return jinxi


def copy_of(known: Jinxi, *arguments: object) -> dict[str, Any]:
    known("own-copy", "C1", "--out", "copy.json", *arguments)
    told: dict[str, Any] = orjson.loads((known.folder / "copy.json").read_bytes())
    return told


def section(copy: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in copy["sections"] if each["name"] == name]
    return found  # type: ignore[no-any-return]


def test_a_copy_holds_what_is_hers_and_nothing_of_others(known: Jinxi) -> None:
    text = orjson.dumps(copy_of(known)).decode()
    assert [word for word in HERS if word not in text] == []
    assert [word for word in NOBODYS if word in text] == []


def test_an_amount_is_told_as_people_write_it_in_every_language(known: Jinxi) -> None:
    for language in ("zh-CN", "en"):
        text = orjson.dumps(copy_of(known, "--language", language)).decode()
        assert "¥693.00" in text and "CNY" not in text


def test_a_copy_tells_who_else_has_one_and_of_what(known: Jinxi) -> None:
    (sentence,) = section(copy_of(known), "copies")["paragraphs"]
    assert "安康经营部" in sentence
    assert "D01" in sentence
    assert "身份、联系方式" in sentence
    assert "健康" not in sentence
    before = copy_of(known, "--at", "2026-05-03T12:00:00+08:00")
    assert "没有人" in section(before, "copies")["paragraphs"][0]


def test_every_piece_says_who_recorded_it_and_when_it_came(known: Jinxi) -> None:
    copy = copy_of(known)
    for part in ("held", "events", "consents"):
        entries = section(copy, part)["entries"]
        assert entries
        assert all("总部" in each["origin"] and "20" in each["origin"] for each in entries)


def test_notes_of_staff_are_counted_and_not_handed_over_unread(known: Jinxi) -> None:
    (sentence,) = section(copy_of(known), "held")["paragraphs"]
    assert "2 条备注" in sentence


def test_an_erased_card_leaves_a_copy_that_says_so(known: Jinxi) -> None:
    erased = _said("card.erased", {"card_id": "C1", "reason_code": "own_request"})
    known("accept", "-", stdin=orjson.dumps(erased))
    known("work", "--until-idle")
    copy = copy_of(known)
    text = orjson.dumps(copy).decode()
    assert [word for word in HERS if word in text] == []
    assert "已经删除" in section(copy, "held")["entries"][0]["lines"][0]["label"]


def test_somebody_who_took_the_archive_back_still_gets_a_copy(known: Jinxi) -> None:
    refused = _said("consent.withdrawn", {"card_id": "C1", "purpose": "archive"})
    known("accept", "-", stdin=orjson.dumps(refused))
    known("work", "--until-idle")
    assert "王桂英" in orjson.dumps(copy_of(known)).decode()


@pytest.mark.parametrize(
    ("language", "title", "event"),
    [
        ("zh-CN", "您的个人信息副本", "写档案卡"),
        ("zh-TW", "您的個人資訊副本", "寫檔案卡"),
        ("en", "A copy of your personal information", "Card written"),
    ],
)
def test_a_copy_speaks_the_language_that_is_asked_for(
    known: Jinxi, language: str, title: str, event: str
) -> None:
    copy = copy_of(known, "--language", language)
    assert (copy["title"], copy["language"]) == (title, language)
    assert any(event in each["title"] for each in section(copy, "events")["entries"])
    if language == "en":
        rights = " ".join(section(copy, "rights")["paragraphs"])
        assert not re.search("[\u4e00-\u9fff]", rights)


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_the_paper_is_in_large_print_and_names_its_letters(known: Jinxi, language: str) -> None:
    known("own-copy", "C1", "--out", "copy.pdf", "--language", language)
    file = known.folder / "copy.pdf"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    data = file.read_bytes()
    assert b"UniGB-UTF16-H" in data
    drawn = [DRAWS_NOTHING.sub(b"", page) for page in pages(data)]
    sizes = {float(size) for page in drawn for size in re.findall(rb"([\d.]+) Tf", page)}
    assert sizes
    assert min(sizes) >= 18
    assert max(sizes) == 28
    name = "王桂英".encode("utf-16-be")
    assert any(name in unescaped(page) for page in pages(data))


def pages(data: bytes) -> list[bytes]:
    """What is drawn on each page."""
    found = re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)
    return [zlib.decompress(base64.a85decode(each.strip(), adobe=False)) for each in _coded(found)]


def _coded(found: list[bytes]) -> list[bytes]:
    return [each.strip().removesuffix(b"~>") for each in found]


def unescaped(page: bytes) -> bytes:
    """A page with the escapes of PDF's strings resolved."""
    octal = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), page)
    return re.sub(rb"\\([()\\])", rb"\1", octal)


def test_a_rare_character_has_its_code_beside_it(jinxi: Jinxi) -> None:
    card = a_card("C9", person={"name": "王㛃"})
    jinxi("accept", "-", stdin=orjson.dumps(card))
    jinxi("work", "--until-idle")
    jinxi("own-copy", "C9", "--out", "copy.pdf")
    drawn = b"".join(map(unescaped, pages((jinxi.folder / "copy.pdf").read_bytes())))
    assert b"U+36C3" in drawn


@pytest.mark.parametrize("out", ["王桂英.pdf", "13912345678.json", "copy.docx"])
def test_a_file_is_named_after_nobody_and_is_pdf_or_json(known: Jinxi, out: str) -> None:
    answer = known("own-copy", "C1", "--out", out, status=2)
    assert not Path(known.folder / out).exists()
    assert "王桂英" not in answer.err


def test_a_copy_of_nobody_is_not_made(known: Jinxi) -> None:
    answer = known("own-copy", "nobody", "--out", "copy.json", status=1)
    assert "nobody" in answer.err
    assert not (known.folder / "copy.json").exists()
