"""How every client of Kafka reaches the brokers: where they are, TLS, and who we are there.

One place for the clients of kafka-python (administration, relay, bridge); what the worker needs
besides, it makes of the same `Access` (streams/kafka/faust_app.py).
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crm.configuration.settings import Settings
from streams.wording.say import say


class KafkaAccessInvalid(Exception):
    """The settings do not say how to reach the brokers; the sentence says what to set."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the brokers are, and what they want to know of us.

    servers: host:port of each.
    protocol, mechanism: of KAFKA_PROTOCOLS and KAFKA_MECHANISMS (crm/configuration/settings.py).
    username, password: None unless the protocol is one of SASL.
    ca_file: who signs the brokers' certificates; None: whom the machine trusts.
    """

    servers: tuple[str, ...]
    protocol: str
    mechanism: str
    username: str | None
    password: str | None = field(repr=False)
    ca_file: Path | None

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is spoken."""
        return self.protocol.endswith("SSL")

    def ssl_context(self) -> ssl.SSLContext | None:
        """What checks the brokers' certificates and names; None without TLS."""
        return ssl.create_default_context(cafile=self.ca_file) if self.is_encrypted else None

    def arguments(self) -> dict[str, Any]:
        """What kafka-python's clients are opened with."""
        found: dict[str, Any] = {
            "bootstrap_servers": list(self.servers),
            "security_protocol": self.protocol,
        }
        if self.is_encrypted:
            found["ssl_context"] = self.ssl_context()
        if self.username is not None:
            found["sasl_mechanism"] = self.mechanism
            found["sasl_plain_username"] = self.username
            found["sasl_plain_password"] = self.password
        return found


def access_of(settings: Settings) -> Access:
    """As the settings say; raises KafkaAccessInvalid."""
    assert settings.kafka_bootstrap is not None
    protocol, mechanism = settings.kafka_security_protocol, settings.kafka_sasl_mechanism
    username = password = None
    if protocol.startswith("SASL"):
        username, file = settings.kafka_username, settings.kafka_password_file
        if not username or file is None:
            sentence = say(
                "{protocol} 需要用户名和密码：请设置 JINXI_KAFKA_USERNAME 和"
                " JINXI_KAFKA_PASSWORD_FILE",
                protocol=protocol,
            )
            raise KafkaAccessInvalid(sentence)
        password = _read("JINXI_KAFKA_PASSWORD_FILE", file).rstrip("\r\n")
    if protocol.endswith("SSL") and settings.kafka_ca_file is not None:
        _read("JINXI_KAFKA_CA_FILE", settings.kafka_ca_file)
    servers = tuple(settings.kafka_bootstrap.split(","))
    return Access(servers, protocol, mechanism, username, password, settings.kafka_ca_file)


def _read(name: str, file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sentence = say(
            "读不了 {name} 指的文件 {file}：请看它在不在，运行这个命令的账户能不能读它",
            name=name,
            file=file,
        )
        raise KafkaAccessInvalid(sentence) from error
