"""Every threat of docs/security.md names a test that there is."""

import re

from tests.source_tree import ROOT

_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_each_threat_names_a_test_that_exists() -> None:
    table = [
        line
        for line in (ROOT / "docs" / "security.md").read_text("utf-8").splitlines()
        if line.startswith("| V")
    ]
    assert len(table) > 20
    assert [line for line in table if not _is_proved(line)] == []


def _is_proved(line: str) -> bool:
    named = _NAMED.search(line)
    if named is None or not (ROOT / named[1]).exists():
        return False
    return f"def {named[2]}(" in (ROOT / named[1]).read_text("utf-8")
