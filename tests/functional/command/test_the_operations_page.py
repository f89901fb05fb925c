"""The steps of docs/operations.md, run literally as they stand there, on both databases."""

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from tests import forks
from tests.functional.command.running import environment, forked_from
from tests.servers.postgres import new_database
from tests.source_tree import ROOT

PAGE = ROOT / "docs" / "operations.md"
BLOCKS = dict(re.findall(r"^```sh run=(\S+)\n(.*?)^```$", PAGE.read_text(), re.M | re.S))
RELEASED = ROOT / "tests" / "fixtures" / "released"


@dataclass
class Machine:
    """Where the steps are run: an empty place for data, one for backups, one for what is kept."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("backups", "kept"):
            (self.folder / name).mkdir()
        call = f'{sys.executable} -I -S {forks.__file__} call {forked_from()} "$@"'
        (self.folder / "jinxi").write_text(f"#!/bin/sh\nexec {call}\n")
        (self.folder / "jinxi").chmod(0o755)
        self.settings |= {
            "JINXI_DATA": str(self.folder / "data"),
            "BACKUPS": str(self.folder / "backups"),
            "KEPT": str(self.folder / "kept"),
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, script: str) -> str:
        """What the steps print; each must end well."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=environment(**self.settings),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def block(self, name: str) -> str:
        return self.run(BLOCKS[name])

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def begin(self) -> None:
        """A small season is taken in and recorded."""
        self.run("jinxi season --people 6 > s.ndjson && jinxi accept --history s.ndjson")
        self.run("jinxi work --until-idle")

    def erase_somebody(self) -> str:
        """The id of the card."""
        found = self.run("""
            line=$(grep -m1 -F 'card.registered' s.ndjson)
            id=$(printf %s "$line" | sed -E 's/.*"card_id":"([^"]+)".*/\\1/')
            printf '{"specversion":"1.0","id":"gone","source":"/hq","type":"%s","time":"%s",' \\
                jinxi.card.erased.v1 2026-10-01T09:00:00+08:00 > erase.ndjson
            printf '"subject":"card/%s","data":{"card_id":"%s","reason_code":"asked"}}\\n' \\
                "$id" "$id" >> erase.ndjson
            jinxi accept --history erase.ndjson > /dev/null
            jinxi work --until-idle > /dev/null
            echo "$id"
        """)
        return found.strip()

    def is_erased(self, card: str) -> bool:
        # The same person may have other cards, which are not erased.
        cards = orjson.loads(self.run(f"jinxi archive {card} --json"))["cards"]
        (shown,) = (each for each in cards if each["card_id"] == card)
        told = f"card/{card}" in self.run("jinxi erasures")
        return told and not (shown["person"] or shown["contact"] or shown["health"])


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    if request.param == "sqlite":
        yield Machine(tmp_path)
        return
    server = request.getfixturevalue("postgres_server")
    with new_database(server) as data, new_database(server) as keys:
        yield Machine(tmp_path, {"JINXI_DATABASE_URL": data, "JINXI_KEYRING_URL": keys})


def test_every_step_that_is_to_be_run_is_run_here() -> None:
    text = Path(__file__).read_text()
    assert set(BLOCKS) == set(re.findall(r'machine\.block\("([a-z-]+)"\)', text))


def test_back_up_restore_the_data_and_rotate_as_the_page_says(machine: Machine) -> None:
    machine.begin()
    machine.block("back-up")
    card = machine.erase_somebody()
    assert machine.is_erased(card)
    told = machine.block("restore-the-data")
    assert machine.is_erased(card), told
    machine.block("rotate")
    assert machine.is_erased(card)
    machine.run("jinxi work --until-idle && jinxi check")


def test_restore_everything_as_the_page_says(
    request: pytest.FixtureRequest, machine: Machine
) -> None:
    machine.begin()
    machine.block("back-up")
    card = machine.erase_somebody()
    machine.run('jinxi erasures > "$KEPT/erasures.ndjson"')
    machine.data.rename(machine.folder / "lost")
    if "JINXI_DATABASE_URL" not in machine.settings:
        machine.block("restore-everything")
        assert machine.is_erased(card)
        return
    server = request.getfixturevalue("postgres_server")
    with new_database(server) as data, new_database(server) as keys:
        machine.settings |= {"JINXI_DATABASE_URL": data, "JINXI_KEYRING_URL": keys}
        machine.block("restore-everything")
        assert machine.is_erased(card)


@pytest.mark.parametrize("version", sorted(RELEASED.glob("*.tar.xz")), ids=lambda file: file.name)
def test_upgrade_every_released_version_as_the_page_says(version: Path, tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.data.mkdir()
    with tarfile.open(version) as archive:
        # Early patches of Python 3.11 know no filter.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(machine.data)  # noqa: S202 - ours
    machine.block("upgrade")
    machine.run("jinxi work --until-idle")
    assert '"ok":true' in machine.run("jinxi check --json")
