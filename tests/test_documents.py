"""Documents made of the code say what the code says; those that are written keep in form."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
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
    *("JINXI_ROLE_PASSWORD_PATH", "JINXI_OWNER_PASSWORD_PATH", "JINXI_BACKUPS_PATH"),
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


def test_every_file_and_function_in_the_life_of_one_event_is_there() -> None:
    text = (ROOT / "docs" / "a-day-in-the-life-of-one-event.md").read_text("utf-8")
    steps = re.findall(r"^\| .+ \| `([\w/.-]+)` \| `([\w.]+)` \|$", text, re.MULTILINE)
    assert len(steps) > 25
    assert text.count("\n| ") - 2 * text.count("\n| ---") == len(steps)
    assert_none(
        "the file and the function of each step are there",
        (f"{file}: no {name}" for file, name in steps if not _is_defined(ROOT / file, name)),
    )


def _is_defined(file: Path, name: str) -> bool:
    if not file.exists():
        return False
    if file.suffix == ".js":
        return re.search(rf"\bfunction {name}\(", file.read_text("utf-8")) is not None
    body: Sequence[ast.stmt] = ast.parse(file.read_text("utf-8")).body
    for part in name.split("."):
        found = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == part
        ]
        if not found:
            return False
        body = found[0].body
    return True


def test_the_documents_make_a_site_without_a_broken_link(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "properdocs", "build", "--strict", "-d", tmp_path / "site")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").exists()


def test_the_version_stands_in_one_place_and_the_compose_file_follows() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert f"${{JINXI_IMAGE:-jinxi:{version}}}" in compose
    released = re.findall(
        r"^## \[(\d[\d.]*)\] - \d{4}-\d\d-\d\d$",
        (ROOT / "CHANGELOG.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert released[0] == version
