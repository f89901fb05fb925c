"""Buckets and receipts against published vectors: other software comes to the same bytes."""

import hashlib
import json
from base64 import b64decode
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from campaigns.canonical import canonical_json
from crm.copies.digest import buckets
from crm.copies.receipts import Receipt, Signer, claim_bytes, is_public_key, is_signed


def published(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name(name).read_text("utf-8"))
    return found


BUCKETS = published("bucket_vectors.json")["vectors"]
RECEIPTS = published("receipt_vectors.json")


def receipt_of(vector: dict[str, Any]) -> Receipt:
    values = vector["receipt"]
    return Receipt(**{**values, "day": date.fromisoformat(values["day"])})


@pytest.mark.parametrize("vector", BUCKETS, ids=lambda vector: vector["name"])
def test_a_published_vector_gives_its_buckets(vector: dict[str, Any]) -> None:
    prefix = vector["prefix"]
    rows = sorted((row["key"], canonical_json(row)) for row in vector["rows"])
    below = [(key, row) for key, row in rows if key.startswith(prefix)]
    wanted = {name: (each["rows"], each["digest"]) for name, each in vector["buckets"].items()}
    assert buckets(prefix, below) == wanted


@pytest.mark.parametrize("vector", BUCKETS, ids=lambda vector: vector["name"])
def test_a_published_bucket_can_be_checked_by_hand(vector: dict[str, Any]) -> None:
    for each in vector["buckets"].values():
        assert hashlib.sha256(each["text"].encode()).hexdigest() == each["digest"]
    assert sum(each["rows"] for each in vector["buckets"].values()) == sum(
        row["key"].startswith(vector["prefix"]) for row in vector["rows"]
    )


@pytest.mark.parametrize("vector", RECEIPTS["vectors"], ids=lambda vector: vector["name"])
def test_a_published_receipt_gives_its_bytes_and_its_signature(vector: dict[str, Any]) -> None:
    signer = Signer(b64decode(vector["secret_key"]))
    signed = receipt_of(vector).signed_bytes
    assert signed.decode() == vector["text"]
    assert signer.public_key == vector["public_key"]
    assert signer.sign(signed) == vector["signature"]
    assert is_signed(signed, vector["signature"], vector["public_key"])


def test_a_published_acknowledgement_is_signed_in_the_same_way() -> None:
    vector = RECEIPTS["acknowledgement"]
    said = claim_bytes(**vector["said"])
    assert said.decode() == vector["text"]
    assert is_signed(said, vector["signature"], vector["public_key"])


def test_any_change_breaks_a_signature() -> None:
    one, other = RECEIPTS["vectors"]
    signed = receipt_of(one).signed_bytes
    assert not is_signed(signed + b" ", one["signature"], one["public_key"])
    assert not is_signed(signed, other["signature"], one["public_key"])
    assert not is_signed(signed, one["signature"], other["public_key"])
    for broken in ("", "AAAA", "no base64", one["signature"] + "AAAA", "…"):
        assert not is_signed(signed, broken, one["public_key"])


def test_a_public_key_is_thirty_two_bytes_in_base64() -> None:
    assert is_public_key(RECEIPTS["vectors"][0]["public_key"])
    assert not any(map(is_public_key, ("", "AAAA", "x" * 44, "…")))
