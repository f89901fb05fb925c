"""Settings: read from the environment, checked there, each variable said once."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from crm.configuration.environment import SettingFileUnreadable, SettingInvalid, variables
from crm.configuration.settings import Settings, keyring_beside, sqlite_file
from streams.cli.errors import is_foreseen, sentence_of
from tests.source_tree import PACKAGES, assert_none, modules_of

WITHOUT = "postgresql+psycopg://jinxi@db:5432/jinxi"
READERS = {"crm.configuration.settings", "streams.serving.orphans", "streams.serving.supervisor"}
"""The other two hand a pipe down to the processes that they start."""


def from_environment(**values: str) -> Settings:
    return Settings.from_environment({f"JINXI_{name}": value for name, value in values.items()})


def test_the_password_comes_from_its_file_where_the_url_has_none(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a b/c@d\n")
    found = from_environment(DATABASE_PASSWORD_FILE=str(file), DATABASE_URL=WITHOUT)
    for url, name in ((found.database_url, "jinxi"), (found.keyring_url, "jinxi_keys")):
        assert make_url(url).password == "a b/c@d"
        assert make_url(url).database == name
    own = WITHOUT.replace("jinxi@", "jinxi:own@")
    assert from_environment(DATABASE_PASSWORD_FILE=str(file), DATABASE_URL=own).database_url == own


def test_a_file_of_sqlite_needs_no_password(tmp_path: Path) -> None:
    found = from_environment(DATABASE_PASSWORD_FILE=str(tmp_path / "no"), DATA=str(tmp_path))
    assert found.database_url == f"sqlite:///{tmp_path}/jinxi.db"


def test_a_file_that_a_variable_names_and_nobody_can_read_is_said() -> None:
    with pytest.raises(SettingFileUnreadable) as caught:
        from_environment(DATABASE_PASSWORD_FILE="/missing", DATABASE_URL=WITHOUT)
    assert is_foreseen(caught.value)
    assert "JINXI_DATABASE_PASSWORD_FILE 指的文件 /missing" in sentence_of(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/jinxi.db",
        "sqlite+pysqlite:///here/jinxi.db?timeout=3",
        "sqlite://",
        "postgresql+psycopg://u:p%2F@h:5432/name?sslmode=require",
        "postgresql+psycopg://u:a/b?c@h/name",
        "postgresql://h/name",
    ],
)
def test_addresses_of_databases_are_read_as_the_library_reads_them(url: str) -> None:
    read = make_url(url)
    is_file = read.get_backend_name() == "sqlite"
    assert sqlite_file(url) == (Path(read.database) if is_file and read.database else None)
    if not is_file:
        keys = make_url(keyring_beside(url, Path("folder")))
        assert keys == read.set(database=f"{read.database}_keys")


def test_the_folder_is_where_the_database_file_is_unless_it_is_said() -> None:
    found = from_environment(DATABASE_URL="sqlite:////srv/a/jinxi.db")
    assert (found.data_folder, found.master_key_file) == (Path("/srv/a"), Path("/srv/a/master.key"))
    said = from_environment(DATABASE_URL="sqlite:////srv/a/jinxi.db", DATA="/srv/b")
    assert (said.data_folder, said.keyring_url) == (Path("/srv/b"), "sqlite:////srv/b/keys.db")


def test_what_is_set_has_its_type_and_what_is_empty_is_not_set() -> None:
    found = from_environment(
        DEALER_COPIES_TOPIC="On",
        WEBHOOKS_TO_LOOPBACK="0",
        SESSION_SECONDS="6",
        METRICS_FROM="10.0.0.0/8, 192.168.0.0/16",
        LOG="",
    )
    assert (found.dealer_copies_topic, found.webhooks_to_loopback) == (True, False)
    assert (found.session_seconds, found.stalled_seconds) == (6.0, 60.0)
    assert found.metrics_from == (ip_network("10.0.0.0/8"), ip_network("192.168.0.0/16"))
    assert found.log is None


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        ("LANGUAGE", "fr"),
        ("LOG", "xml"),
        ("KAFKA_SECURITY_PROTOCOL", "TLS"),
        ("KAFKA_SASL_MECHANISM", "GSSAPI"),
        ("KAFKA_PREFIX", "a b"),
        ("KAFKA_BOOTSTRAP", "one:port"),
        ("KAFKA_BOOTSTRAP", "one:9092, two:9092"),
        ("SESSION_SECONDS", "5"),
        ("SESSION_SECONDS", "soon"),
        ("STALLED_SECONDS", "nan"),
        ("STALLED_SECONDS", "inf"),
        ("DEALER_COPIES_TOPIC", "perhaps"),
        ("METRICS_FROM", "10.0.0.1/8"),
    ],
)
@pytest.mark.parametrize(
    ("language", "said"), [("zh-CN", "可以是"), ("zh-TW", "可以是"), ("en", "it may be")]
)
def test_a_wrong_value_is_named_with_what_is_allowed_in_the_reader_s_language(
    variable: str, wrong: str, language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINXI_LANGUAGE", language)
    with pytest.raises(SettingInvalid) as caught:
        from_environment(**{variable: wrong})
    assert is_foreseen(caught.value)
    sentence = sentence_of(caught.value)
    assert f"JINXI_{variable}" in sentence and wrong in sentence and said in sentence


def test_a_wrong_address_is_not_repeated_since_it_may_hold_a_password() -> None:
    with pytest.raises(SettingInvalid) as caught:
        from_environment(KEYRING_URL="mysql://jinxi:secret@host/name")
    assert "secret" not in f"{caught.value}{caught.value!r}{sentence_of(caught.value)}"
    assert "JINXI_KEYRING_URL" in sentence_of(caught.value)


def test_every_field_is_read_from_one_variable_of_its_own() -> None:
    declared = variables(Settings)
    assert set(declared) == set(Settings.__dataclass_fields__)
    assert len({each.name for each in declared.values()}) == len(declared)
    assert all(each.name.startswith("JINXI_") for each in declared.values())


def test_nothing_reads_the_environment_past_the_settings() -> None:
    assert_none(
        "the environment is read by crm/configuration/settings.py alone",
        (
            module.at(number, line.strip())
            for module in modules_of(*PACKAGES)
            if module.name not in READERS
            for number, line in enumerate(module.text.splitlines(), 1)
            if "os.environ" in line or "getenv" in line
        ),
    )
