"""How the brokers are reached, out of settings; what is wrong in them is said before any client."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError, TopicAuthorizationFailedError

from crm.configuration.settings import Settings
from streams.cli.errors import foreseen, sentence_of
from streams.kafka.access import KafkaAccessInvalid, access_of


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With two brokers, a user, and the file of its password."""
    (tmp_path / "password").write_text("a b/c@d\n")
    return replace(
        Settings.in_folder(tmp_path),
        kafka_bootstrap="one:9092,two:9092",
        kafka_username="jinxi",
        kafka_password_file=tmp_path / "password",
    )


def test_without_a_word_nobody_signs_in_and_nothing_is_encrypted(settings: Settings) -> None:
    assert access_of(settings).arguments() == {
        "bootstrap_servers": ["one:9092", "two:9092"],
        "security_protocol": "PLAINTEXT",
    }


def test_who_signs_in_is_told_with_the_password_of_its_file_and_never_shown(
    settings: Settings,
) -> None:
    asked: dict[str, Any] = {
        "kafka_security_protocol": "SASL_PLAINTEXT",
        "kafka_sasl_mechanism": "SCRAM-SHA-512",
    }
    access = access_of(replace(settings, **asked))
    told = access.arguments()
    assert told["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (told["sasl_plain_username"], told["sasl_plain_password"]) == ("jinxi", "a b/c@d")
    assert "ssl_context" not in told
    assert "a b" not in repr(access)


def test_with_tls_certificates_and_names_are_checked(settings: Settings) -> None:
    context = access_of(replace(settings, kafka_security_protocol="SSL")).arguments()["ssl_context"]
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kafka_username": None}, "JINXI_KAFKA_USERNAME"),
        ({"kafka_password_file": None}, "JINXI_KAFKA_PASSWORD_FILE"),
        ({"kafka_password_file": Path("/missing")}, "JINXI_KAFKA_PASSWORD_FILE"),
        ({"kafka_ca_file": Path("/missing")}, "JINXI_KAFKA_CA_FILE"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_or_missing_is_named(
    settings: Settings, wrong: dict[str, Any], said: str
) -> None:
    guarded = replace(settings, kafka_security_protocol="SASL_SSL")
    with pytest.raises(KafkaAccessInvalid, match=said):
        access_of(replace(guarded, **wrong))


def test_the_environment_says_all_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SASL_MECHANISM": "SCRAM-SHA-256",
        "USERNAME": "jinxi",
        "PASSWORD_FILE": "/run/secrets/kafka",
        "CA_FILE": "/etc/kafka/ca.pem",
    }.items():
        monkeypatch.setenv(f"JINXI_KAFKA_{name}", value)
    found = Settings.from_environment()
    assert (found.kafka_security_protocol, found.kafka_sasl_mechanism) == (
        "SASL_SSL",
        "SCRAM-SHA-256",
    )
    assert (found.kafka_username, found.kafka_password_file, found.kafka_ca_file) == (
        "jinxi",
        Path("/run/secrets/kafka"),
        Path("/etc/kafka/ca.pem"),
    )


@pytest.mark.parametrize("error", [KafkaTimeoutError("x"), TopicAuthorizationFailedError("x")])
def test_a_broker_that_is_away_or_refuses_is_said_in_words(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINXI_KAFKA_BOOTSTRAP", "one:9092")
    assert isinstance(error, foreseen())
    said = sentence_of(error)
    assert "one:9092" in said and type(error).__name__ in said
