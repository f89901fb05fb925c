"""Backups in a page: made in the background, tried, listed with both; headquarters alone."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import httpx
import pytest

from crm.configuration.settings import Settings
from crm.journal.checkpoints import Partition, move_on, next_offset
from crm.operations.status import MOVE, MOVED
from crm.storage.database import writing
from streams.backup.manifest import DATA
from streams.backup.shelf import Shelf
from streams.running.installation import Installation
from streams.serving.web_server import open_site
from tests.integration.web.acting import form_in
from tests.integration.web.sites import RunningSite, card, serving, sign_in
from tests.templates import new_installation


def ends(shelf: Shelf) -> None:
    """Wait until what was begun has ended."""
    for thread in threading.enumerate():
        if thread.name == "backup":
            thread.join()
    assert not shelf.is_busy


@pytest.fixture(scope="module")
def shelved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSite, Shelf]]:
    folder: Path = tmp_path_factory.mktemp("shelf")
    settings: Settings = replace(new_installation(folder), backups_folder=folder / "elsewhere")
    site = open_site(settings)
    shelf = site.backups
    assert isinstance(shelf, Shelf)
    with serving(site) as running:
        running.user("office", "headquarters")
        running.accept(card())
        yield running, shelf


@pytest.fixture
def office(shelved: tuple[RunningSite, Shelf]) -> Iterator[httpx.Client]:
    with shelved[0].client() as client:
        assert sign_in(client, "office").status_code == 303
        yield client


def test_one_is_made_by_a_tap_tried_and_listed_and_a_broken_one_is_called_broken(
    shelved: tuple[RunningSite, Shelf], office: httpx.Client
) -> None:
    _, shelf = shelved
    empty = office.get("/backups").text
    assert "还没有备份过" in empty and "该备份了" in empty
    assert office.post("/backups", data=form_in(empty, "/backups")).status_code == 303
    ends(shelf)
    (made,) = shelf.kept()
    page = office.get("/backups").text
    assert made.name in page and "核对过，完整" in page and "该备份了" not in page
    data = Path(shelf.place) / made.name / DATA
    data.write_bytes(data.read_bytes()[:-1])
    assert office.post("/backups/try", data=form_in(page, "/backups/try")).status_code == 303
    ends(shelf)
    assert "坏了，不能用" in office.get("/backups").text


def test_while_one_is_under_way_no_other_is_begun(
    shelved: tuple[RunningSite, Shelf], office: httpx.Client
) -> None:
    _, shelf = shelved
    before, page = len(shelf.kept()), office.get("/backups").text
    with shelf._turn:
        assert not shelf.begin() and not shelf.begin_trying(shelf.kept()[0].name)
        busy = office.get("/backups").text
        assert "正在备份或核对" in busy and 'action="/backups"' not in busy
        assert office.post("/backups", data=form_in(page, "/backups")).status_code == 303
    assert len(shelf.kept()) == before


def test_one_that_cannot_be_written_is_said_to_have_failed(
    tmp_path: Path, shelved: tuple[RunningSite, Shelf]
) -> None:
    running, _ = shelved
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    site = running.site
    settings = Settings.in_folder(tmp_path)
    shelf = Shelf(Installation(settings, site.engine, site.keyring), in_the_way / "backups")
    assert shelf.begin()
    ends(shelf)
    assert shelf.has_failed and shelf.kept() == []
    assert not shelf.begin_trying("../elsewhere")


def test_one_that_breaks_off_in_any_way_is_said_to_have_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_said: object) -> None:
        raise RuntimeError("anything else")

    monkeypatch.setattr("streams.backup.shelf.back_up", breaks)
    shelf = Shelf(cast(Installation, None), tmp_path)
    assert shelf.begin()
    ends(shelf)
    assert shelf.has_failed


@pytest.mark.parametrize(("place", "is_beside"), [("data-backup", False), ("data/backups", True)])
def test_only_a_folder_within_that_of_the_data_is_called_beside_it(
    shelved: tuple[RunningSite, Shelf], tmp_path: Path, place: str, is_beside: bool
) -> None:
    running, shelf = shelved
    there = Shelf(shelf._installation, tmp_path / place)
    site = replace(running.site, data_folder=tmp_path / "data", backups=there)
    with serving(site) as elsewhere, elsewhere.client() as client:
        assert sign_in(client, "office").status_code == 303
        assert ("在同一块盘上" in client.get("/backups").text) is is_beside


def test_after_a_move_the_pages_ask_for_a_backup_and_say_that_those_of_before_count_for_nothing(
    shelved: tuple[RunningSite, Shelf], office: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, shelf = shelved
    said = "搬到了现在的数据库"
    assert said not in office.get("/backups").text + office.get("/status").text
    mark = Partition(MOVE, "a mark", 0)
    with writing(running.site.engine) as connection:
        next_offset(connection, mark)
        move_on(connection, mark, MOVED, running.site.now_us())
    page = office.get("/backups").text
    assert said in page and "请现在备份一次" in page and "不算现在的备份" in page
    assert said in office.get("/status").text and "该备份了" in office.get("/status").text
    # Backups are named by the second: the next one has a name of its own.
    monkeypatch.setattr("streams.backup.shelf.now_us", lambda: running.site.now_us() + 60 * 10**6)
    office.post("/backups", data=form_in(page, "/backups"))
    ends(shelf)
    assert said not in office.get("/backups").text + office.get("/status").text
