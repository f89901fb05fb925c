"""Settings that come from files instead of the environment."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from crm.settings import Settings

WITHOUT = "postgresql+psycopg://jinxi@db:5432/jinxi"


def test_the_password_comes_from_its_file_where_the_url_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("a b/c@d\n")
    monkeypatch.setenv("JINXI_DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("JINXI_DATABASE_URL", WITHOUT)
    found = Settings.from_environment()
    for url, name in ((found.database_url, "jinxi"), (found.keyring_url, "jinxi_keys")):
        assert make_url(url).password == "a b/c@d"
        assert make_url(url).database == name
    monkeypatch.setenv("JINXI_DATABASE_URL", WITHOUT.replace("jinxi@", "jinxi:own@"))
    assert Settings.from_environment().database_url.count(":own@") == 1


def test_a_file_of_sqlite_needs_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINXI_DATABASE_PASSWORD_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("JINXI_DATA", str(tmp_path))
    assert Settings.from_environment().database_url == f"sqlite:///{tmp_path}/jinxi.db"
