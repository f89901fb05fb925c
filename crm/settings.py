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
    dealer_copies_topic: whether changes of the dealers' copies are published, encrypted to each.
    webhooks_to_loopback: whether dealers' webhooks may lie on this machine, and without TLS.
    """

    database_url: str
    keyring_url: str
    master_key_file: Path
    data_folder: Path
    kafka_bootstrap: str | None = None
    kafka_prefix: str = "jinxi"
    dealer_copies_topic: bool = False
    webhooks_to_loopback: bool = False

    @classmethod
    def from_environment(cls) -> "Settings":
        """JINXI_DATABASE_URL, JINXI_KEYRING_URL, JINXI_MASTER_KEY_FILE, JINXI_DATA, and
        JINXI_KAFKA_BOOTSTRAP, JINXI_KAFKA_PREFIX, JINXI_DEALER_COPIES_TOPIC (on),
        JINXI_WEBHOOKS_TO_LOOPBACK (1)."""
        folder = Path(os.environ.get("JINXI_DATA", "jinxi-data"))
        database_url = os.environ.get("JINXI_DATABASE_URL") or f"sqlite:///{folder}/jinxi.db"
        beside = sqlite_file(database_url)
        if beside is not None and "JINXI_DATA" not in os.environ:
            folder = beside.parent
        return cls(
            database_url=database_url,
            keyring_url=os.environ.get("JINXI_KEYRING_URL") or _beside(database_url, folder),
            master_key_file=Path(os.environ.get("JINXI_MASTER_KEY_FILE") or folder / "master.key"),
            data_folder=folder,
            kafka_bootstrap=os.environ.get("JINXI_KAFKA_BOOTSTRAP") or None,
            kafka_prefix=os.environ.get("JINXI_KAFKA_PREFIX") or "jinxi",
            dealer_copies_topic=os.environ.get("JINXI_DEALER_COPIES_TOPIC") == "on",
            webhooks_to_loopback=os.environ.get("JINXI_WEBHOOKS_TO_LOOPBACK") == "1",
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


def _beside(database_url: str, folder: Path) -> str:
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
