"""Documents made of the code say what the code says; those that are written keep in form."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.configuration.environment import variables
from crm.configuration.settings import Settings
from tests.source_tree import ROOT, assert_none
from tools.documents.decisions import title_of
from tools.documents.written import written

DECISIONS = ROOT / "docs" / "decisions"
_VARIABLE = re.compile(r"\bJINXI_[A-Z_]*[A-Z]\b")
OF_OTHERS = {
    *("JINXI_IMAGE", "JINXI_PORT", "JINXI_PROXY"),
    *("JINXI_MASTER_KEY_PATH", "JINXI_DATABASE_PASSWORD_PATH"),
    *("JINXI_MOVE_TO", "JINXI_MOVE_KEYRING_TO"),
    *("JINXI_PROVE", "JINXI_PYTHON", "JINXI_REQUIRE_SERVICES"),
}
"""Of the compose file, of options of the command, of the tests: no settings of an installation."""


@pytest.mark.parametrize("path", written(), ids=lambda path: path.name)
def test_what_is_made_of_the_code_is_as_the_code_says(path: Path) -> None:
    assert path.read_text("utf-8") == written()[path], "run: make docs"


def test_every_package_says_in_one_line_what_a_reader_finds_there() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| `((?:campaigns|crm|streams)[\w/]*)/` \| (.*) \|$", table, re.MULTILINE)
    assert len(rows) > 40
    assert_none(
        "the first line of a package's docstring is one sentence",
        (f"{folder}/__init__.py:1: {about}" for folder, about in rows if not about.endswith(".")),
    )


def test_the_title_of_a_decision_begins_with_its_number() -> None:
    assert_none(
        "a decision's title is its number and a sentence of what was decided",
        (
            f"docs/decisions/{file.name}:1: {title_of(file)}"
            for file in DECISIONS.glob("0*.md")
            if not re.match(rf"{file.name[:4]} [A-Z0-9m]", title_of(file))
        ),
    )


def test_every_variable_that_a_document_names_is_a_setting() -> None:
    known = {each.name for each in variables(Settings).values()} | OF_OTHERS
    assert_none("documents name settings that exist", _unknown(known))


def _unknown(known: set[str]) -> Iterator[str]:
    for document in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for number, line in enumerate(document.read_text("utf-8").splitlines(), 1):
            for name in _VARIABLE.findall(line):
                if name not in known:
                    yield f"{document.relative_to(ROOT)}:{number}: {name}"
