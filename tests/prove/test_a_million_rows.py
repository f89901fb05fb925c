"""One difference in a million rows is found and healed with less than a megabyte of traffic."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from campaigns.canonical import canonical_json
from crm.copies.digest import buckets
from crm.copies.replica import Page, RowChange, fingerprints
from streams.dealer.feed import Acknowledgement, Verdict
from streams.dealer.healing import heal
from streams.dealer.store import CopyStore

ROWS = 1_000_000
MOST_BYTES = 1_000_000

pytestmark = pytest.mark.prove


@dataclass
class OtherCopy:
    """The company's side over a copy of its own; counts what its answers would weigh."""

    store: CopyStore
    sent_bytes: int = 0
    mark: str = "a token"

    def _weighed(self, answer: Any) -> Any:
        self.sent_bytes += len(orjson.dumps(answer))
        return answer

    def buckets(self, prefix: str) -> Mapping[str, tuple[int, str]]:
        found: Mapping[str, tuple[int, str]] = self._weighed(
            buckets(prefix, self.store.rows(prefix))
        )
        return found

    def fingerprints(self, prefix: str) -> Mapping[str, str]:
        found: Mapping[str, str] = self._weighed(fingerprints(self.store.rows(prefix)))
        return found

    def rows(self, keys: Sequence[str]) -> Page:
        held = dict(row for key in keys for row in self.store.rows(key))
        self._weighed([[key, held[key].decode()] for key in keys])
        return Page(tuple(RowChange(9, key, held[key]) for key in keys), None)

    def changes(self, after: int, limit: int, wait_seconds: int) -> Page:
        raise NotImplementedError

    def acknowledge(self, held: Acknowledgement) -> Verdict:
        raise NotImplementedError

    def company_key(self) -> str:
        raise NotImplementedError

    def make_key_known(self, public: str) -> None:
        raise NotImplementedError

    def give_receipt(self, receipt: Mapping[str, Any], signature: str) -> None:
        raise NotImplementedError


def row(number: int) -> tuple[str, int, bytes]:
    key = sha256(b"%d" % number).hexdigest()
    content = {"key": key, "deceased": False, "identity": {"names": [f"王{number}"]}}
    return key, number + 1, canonical_json(content)


def test_one_difference_in_a_million_rows_takes_less_than_a_megabyte(tmp_path: Path) -> None:
    theirs = CopyStore.make(tmp_path / "theirs")
    with theirs.writing():
        theirs.connection.executemany(
            "INSERT INTO row VALUES (?, ?, ?, NULL)", map(row, range(ROWS))
        )
    theirs.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(tmp_path / "theirs", tmp_path / "ours")
    ours = CopyStore.make(tmp_path / "ours")
    key, _, content = row(4_711)
    ours.connection.execute("UPDATE row SET content = X'7B7D' WHERE key = ?", (key,))
    other = OtherCopy(theirs)
    assert heal(other, ours) == 1
    assert dict(ours.rows(key)) == {key: content}
    assert other.sent_bytes < MOST_BYTES, other.sent_bytes
    ours.close()
    theirs.close()
