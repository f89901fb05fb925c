"""What stands in the way is said with what to do about this very thing."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from streams.cli.errors import sentence_of, written_to
from streams.kafka.topics import TopicMissing


@pytest.fixture(autouse=True)
def at_scale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JINXI_DATA", str(tmp_path))
    monkeypatch.setenv("JINXI_DATABASE_URL", "postgresql+psycopg://jinxi@db.example/jinxi")
    monkeypatch.setenv("JINXI_LANGUAGE", "en")


@pytest.mark.parametrize(
    "cause",
    [
        'FATAL: password authentication failed for user "jinxi"',
        "connection refused",
        "the server closed the connection unexpectedly",
    ],
)
def test_a_server_that_refuses_is_no_matter_of_a_folder(cause: str) -> None:
    said = sentence_of(OperationalError("", None, psycopg.OperationalError(cause)))
    assert cause in said and "db.example:5432/jinxi" in said
    assert "JINXI_DATABASE_URL" in said and "password" in said
    assert "folder" not in said and "disk" not in said


def test_a_full_disk_of_the_server_is_named_as_such() -> None:
    full = psycopg.errors.DiskFull("could not extend file: No space left on device")
    said = sentence_of(OperationalError("", None, full))
    assert "db.example:5432/jinxi" in said and "full" in said


def test_a_file_that_cannot_be_opened_is_a_matter_of_its_folder(tmp_path: Path) -> None:
    said = sentence_of(sqlite3.OperationalError("unable to open database file"))
    assert str(tmp_path) in said and "folder" in said


def test_a_topic_that_is_not_there_is_named_with_the_command_that_makes_it() -> None:
    said = sentence_of(TopicMissing("jinxi.events.v1"))
    assert "jinxi.events.v1" in said and "jinxi topics create" in said


def test_a_disk_of_backups_that_is_full_is_named_and_not_the_server(tmp_path: Path) -> None:
    full = OperationalError("", None, sqlite3.OperationalError("database or disk is full"))
    with pytest.raises(OperationalError) as caught, written_to(tmp_path / "backups"):
        raise full
    said = sentence_of(caught.value)
    assert str(tmp_path / "backups") in said and "full" in said
    assert "db.example" not in said
