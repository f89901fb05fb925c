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
    missing = []
    for line in table:
        named = _NAMED.search(line)
        file = ROOT / named[1] if named else None
        is_there = file is not None and file.exists() and named is not None
        if not is_there or f"def {named[2]}(" not in file.read_text("utf-8"):
            missing.append(line)
    assert missing == []
