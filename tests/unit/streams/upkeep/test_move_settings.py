"""What a move is told and tells of settings: the password stays in its file."""

from pathlib import Path

import pytest

from crm.configuration.settings import Settings
from streams.cli.commands.move import next_settings
from streams.upkeep.move import target_settings

URL = "postgresql+psycopg://jinxi@db.example/jinxi"


@pytest.fixture
def target(tmp_path: Path) -> Settings:
    file = tmp_path / "password"
    file.write_text("p:w@rd\n")
    said = {"JINXI_DATA": str(tmp_path / "data"), "JINXI_DATABASE_PASSWORD_FILE": str(file)}
    return target_settings(Settings.from_environment(said), URL, None)


def test_the_target_is_opened_with_the_password_of_the_file(target: Settings) -> None:
    assert target.database_url == "postgresql+psycopg://jinxi:p%3Aw%40rd@db.example/jinxi"
    assert target.keyring_url == "postgresql+psycopg://jinxi:p%3Aw%40rd@db.example/jinxi_keys"


def test_the_settings_that_it_names_open_the_target(target: Settings) -> None:
    named = next_settings(target)
    assert "p%3Aw%40rd" not in str(named) and named["JINXI_DATABASE_URL"] == URL
    assert Settings.from_environment(named) == target
