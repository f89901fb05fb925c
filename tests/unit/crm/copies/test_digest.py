"""The digest against published vectors: what a dealer computes with other software is the same."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from crm.copies.digest import digest

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("digest_vectors.json").read_text("utf-8")
)["vectors"]
ROWS: list[dict[str, Any]] = [row for vector in VECTORS for row in vector["rows"]]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_published_vector_gives_its_digest(vector: dict[str, Any]) -> None:
    assert digest(vector["rows"]) == vector["digest"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_published_vector_can_be_checked_by_hand(vector: dict[str, Any]) -> None:
    rows = sorted(vector["rows"], key=lambda row: str(row["key"]))
    assert "\n".join(rfc8785.dumps(row).decode() for row in rows) == vector["text"]
    assert hashlib.sha256(vector["text"].encode()).hexdigest() == vector["digest"]


def test_neither_the_order_of_rows_nor_that_of_keys_matters() -> None:
    turned = [dict(reversed(row.items())) for row in reversed(ROWS)]
    assert digest(turned) == digest(ROWS)


def test_any_difference_in_a_row_or_a_missing_row_shows() -> None:
    changed = [ROWS[0] | {"deceased": True}, *ROWS[1:]]
    assert len({digest(ROWS), digest(changed), digest(ROWS[1:]), digest([])}) == 4
