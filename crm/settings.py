"""Settings: what may differ between two installations, read from the environment once."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are kept.

    database_url: the journal and every projection.
    keyring_url: the data keys; a database of its own, never restored together with the other.
    master_key_file: the key that wraps the data keys; whoever has it and the keyring reads all.
    data_folder: where local files go.
    kafka_bootstrap: brokers (host:port, with commas between) that carry the events; none: the
    journal itself carries them.
    kafka_prefix: what the names of topics and groups begin with.
    kafka_security_protocol, kafka_sasl_mechanism, kafka_username, kafka_password_file,
    kafka_ca_file: how the brokers are reached (streams/kafka/access.py).
    dealer_copies_topic: whether changes of the dealers' copies are published, encrypted to each.
    company_name, company_contact: who keeps the archives, as people are told it in their own copy.
    proxies: addresses or networks of the proxies in front, whose X-Forwarded-… headers count; none:
    nobody's do.
    webhooks_to_loopback: whether dealers' webhooks may lie on this machine, and without TLS.
    """

    database_url: str
    keyring_url: str
    master_key_file: Path
    data_folder: Path
    kafka_bootstrap: str | None = None
    kafka_prefix: str = "jinxi"
    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str = "PLAIN"
    kafka_username: str | None = None
    kafka_password_file: Path | None = None
    kafka_ca_file: Path | None = None
    dealer_copies_topic: bool = False
    company_name: str = "金夕"
    company_contact: str | None = None
    webhooks_to_loopback: bool = False
    proxies: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls) -> "Settings":
        """JINXI_DATABASE_URL, JINXI_KEYRING_URL, JINXI_MASTER_KEY_FILE, JINXI_DATA, and
        JINXI_KAFKA_BOOTSTRAP, JINXI_KAFKA_PREFIX, JINXI_KAFKA_SECURITY_PROTOCOL,
        JINXI_KAFKA_SASL_MECHANISM, JINXI_KAFKA_USERNAME, JINXI_KAFKA_PASSWORD_FILE,
        JINXI_KAFKA_CA_FILE, JINXI_DEALER_COPIES_TOPIC (on),
        JINXI_WEBHOOKS_TO_LOOPBACK (1), JINXI_PROXIES (commas between),
        JINXI_COMPANY, JINXI_COMPANY_CONTACT.
        JINXI_DATABASE_PASSWORD_FILE is read for URLs without a password."""
        folder = Path(os.environ.get("JINXI_DATA", "jinxi-data"))
        database_url = os.environ.get("JINXI_DATABASE_URL") or f"sqlite:///{folder}/jinxi.db"
        beside = sqlite_file(database_url)
        if beside is not None and "JINXI_DATA" not in os.environ:
            folder = beside.parent
        keyring_url = os.environ.get("JINXI_KEYRING_URL") or keyring_beside(database_url, folder)
        return cls(
            database_url=_with_password(database_url),
            keyring_url=_with_password(keyring_url),
            master_key_file=Path(os.environ.get("JINXI_MASTER_KEY_FILE") or folder / "master.key"),
            data_folder=folder,
            kafka_bootstrap=os.environ.get("JINXI_KAFKA_BOOTSTRAP") or None,
            kafka_prefix=os.environ.get("JINXI_KAFKA_PREFIX") or "jinxi",
            kafka_security_protocol=os.environ.get("JINXI_KAFKA_SECURITY_PROTOCOL") or "PLAINTEXT",
            kafka_sasl_mechanism=os.environ.get("JINXI_KAFKA_SASL_MECHANISM") or "PLAIN",
            kafka_username=os.environ.get("JINXI_KAFKA_USERNAME") or None,
            kafka_password_file=_file("JINXI_KAFKA_PASSWORD_FILE"),
            kafka_ca_file=_file("JINXI_KAFKA_CA_FILE"),
            dealer_copies_topic=os.environ.get("JINXI_DEALER_COPIES_TOPIC") == "on",
            company_name=os.environ.get("JINXI_COMPANY") or "金夕",
            company_contact=os.environ.get("JINXI_COMPANY_CONTACT") or None,
            webhooks_to_loopback=os.environ.get("JINXI_WEBHOOKS_TO_LOOPBACK") == "1",
            proxies=tuple(os.environ.get("JINXI_PROXIES", "").replace(",", " ").split()),
        )

    @classmethod
    def in_folder(cls, folder: Path) -> "Settings":
        """Everything in one folder, with SQLite."""
        return cls(
            database_url=f"sqlite:///{folder}/jinxi.db",
            keyring_url=f"sqlite:///{folder}/keys.db",
            master_key_file=folder / "master.key",
            data_folder=folder,
        )


def _file(name: str) -> Path | None:
    """The file that a variable names."""
    named = os.environ.get(name)
    return Path(named) if named else None


def _with_password(database_url: str) -> str:
    """The URL with the password of JINXI_DATABASE_PASSWORD_FILE, where it names a user and none."""
    file, url = os.environ.get("JINXI_DATABASE_PASSWORD_FILE"), make_url(database_url)
    if not file or url.username is None or url.password is not None:
        return database_url
    password = Path(file).read_text("utf-8").rstrip("\n")
    return url.set(password=password).render_as_string(hide_password=False)


def keyring_beside(database_url: str, folder: Path) -> str:
    """Where the keyring is when nothing is said: PostgreSQL's database NAME has NAME_keys."""
    if sqlite_file(database_url) is not None:
        return f"sqlite:///{folder}/keys.db"
    url = make_url(database_url)
    return url.set(database=f"{url.database}_keys").render_as_string(hide_password=False)


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite database, None for any other."""
    url = make_url(database_url)
    if not url.drivername.startswith("sqlite") or not url.database:
        return None
    return Path(url.database)
