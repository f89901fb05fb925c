"""Settings: what may differ between two installations, each variable said once.

`docs/settings.md` is made of this class (`make docs`).
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any
from urllib.parse import quote

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import DEFAULT_LANGUAGE, LANGUAGES, Language
from crm.configuration.environment import (
    BROKERS,
    DATABASE,
    FILE,
    NETWORKS,
    PREFIX,
    SWITCH,
    TEXT,
    SettingFileUnreadable,
    needed,
    one_of,
    option,
    read_all,
    read_one,
    seconds,
    variables,
)

KAFKA_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
KAFKA_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_SQLITE_FILE = re.compile(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?")
_DATABASE_NAME = re.compile(r"(\w+(?:\+\w+)?://(?:.*@)?[^/]*/)([^?]*)(.*)", re.DOTALL)
_USER_ALONE = re.compile(r"(\w+(?:\+\w+)?://[^:/@]+)(@.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are kept, who we are, how processes behave."""

    database_url: str = needed(
        "JINXI_DATABASE_URL",
        DATABASE,
        N_("数据库：事件日志和全部视图"),
        N_("数据文件夹里的 SQLite `jinxi.db`"),
    )
    keyring_url: str = needed(
        "JINXI_KEYRING_URL",
        DATABASE,
        N_("数据密钥的数据库，单独一个，不和上面那个一起恢复"),
        N_("SQLite：数据文件夹里的 `keys.db`；PostgreSQL：同一服务器上的 `库名_keys`"),
    )
    master_key_file: Path = needed(
        "JINXI_MASTER_KEY_FILE",
        FILE,
        N_("主密钥文件，第一次启动时生成；请另行备份"),
        N_("数据文件夹里的 `master.key`"),
    )
    data_folder: Path = needed(
        "JINXI_DATA",
        FILE,
        N_("数据文件夹"),
        N_("SQLite 文件所在处，否则 `./jinxi-data`"),
    )
    backups_folder: Path | None = option(
        "JINXI_BACKUPS",
        FILE,
        None,
        N_("在网页上开始的备份放在哪个文件夹；请用另一块盘"),
        N_("数据文件夹里的 `backups`"),
    )
    database_password_file: Path | None = option(
        "JINXI_DATABASE_PASSWORD_FILE",
        FILE,
        None,
        N_("数据库密码所在的文件，用于写了用户而没写密码的地址"),
    )
    language: Language = option(
        "JINXI_LANGUAGE",
        one_of(*LANGUAGES),
        DEFAULT_LANGUAGE,
        N_("命令说哪种语言"),
    )
    log: str | None = option(
        "JINXI_LOG",
        one_of("json", "text"),
        None,
        N_("服务进程的日志格式"),
        N_("终端上是 text，否则 json"),
    )
    matching: str = option(
        "JINXI_MATCHING",
        one_of("rules", "weights"),
        "rules",
        N_(
            "新的数据文件夹里怎样认出同一个人：只用确定规则，或一开始就用自带的权重。有了事件以后在网页上改"
        ),
    )
    company_name: str = option(
        "JINXI_COMPANY",
        TEXT,
        "金夕",
        N_("谁保管档案：给本人的副本上这样写"),
    )
    mail_server: str | None = option(
        "JINXI_SMTP",
        TEXT,
        None,
        N_("信用邮件发时交给哪台服务器，写成 主机:端口；不写就没有这条路"),
    )
    mail_tls: str = option(
        "JINXI_SMTP_TLS",
        one_of("required", "offered"),
        "required",
        N_(
            "邮件在路上要不要加密：required 是没有 TLS、证书对不上就不发，"
            "offered 是对方有就用、没有也发（只给本机或自己网络里的服务器）"
        ),
    )
    mail_from: str | None = option(
        "JINXI_SMTP_FROM",
        TEXT,
        None,
        N_("邮件的寄件地址"),
    )
    messages_url: str | None = option(
        "JINXI_MESSAGES_URL",
        TEXT,
        None,
        N_("短信和微信消息签名后交给哪个网关；不写就没有这条路"),
    )
    company_contact: str | None = option(
        "JINXI_COMPANY_CONTACT",
        TEXT,
        None,
        N_("怎样联系到，写在同一处"),
    )
    metrics_from: tuple[IPv4Network | IPv6Network, ...] = option(
        "JINXI_METRICS_FROM",
        NETWORKS,
        (),
        N_("可以读 `/metrics` 的网段；本机总可以"),
    )
    proxies: tuple[IPv4Network | IPv6Network, ...] = option(
        "JINXI_PROXIES",
        NETWORKS,
        (),
        N_("前面的代理的网段：只信它们写的 `X-Forwarded-…`"),
    )
    kafka_bootstrap: str | None = option(
        "JINXI_KAFKA_BOOTSTRAP",
        BROKERS,
        None,
        N_("Kafka 的地址；不设则由日志表自己传送。设了就该用 PostgreSQL"),
    )
    kafka_prefix: str = option(
        "JINXI_KAFKA_PREFIX",
        PREFIX,
        "jinxi",
        N_("主题和消费组名字的开头，供几套共用一个集群"),
    )
    kafka_security_protocol: str = option(
        "JINXI_KAFKA_SECURITY_PROTOCOL",
        one_of(*KAFKA_PROTOCOLS),
        "PLAINTEXT",
        N_("和 Kafka 之间是否加密、是否登录"),
    )
    kafka_sasl_mechanism: str = option(
        "JINXI_KAFKA_SASL_MECHANISM",
        one_of(*KAFKA_MECHANISMS),
        "PLAIN",
        N_("登录 Kafka 的方式（SASL）"),
    )
    kafka_username: str | None = option(
        "JINXI_KAFKA_USERNAME",
        TEXT,
        None,
        N_("登录 Kafka 的用户名（SASL）"),
    )
    kafka_password_file: Path | None = option(
        "JINXI_KAFKA_PASSWORD_FILE",
        FILE,
        None,
        N_("登录 Kafka 的密码所在的文件（SASL）"),
    )
    kafka_ca_file: Path | None = option(
        "JINXI_KAFKA_CA_FILE",
        FILE,
        None,
        N_("谁签发 Kafka 的证书（PEM，加密时用）"),
        N_("本机信任的机构"),
    )
    session_seconds: float = option(
        "JINXI_SESSION_SECONDS",
        seconds(6),
        15.0,
        N_("记录进程不见后，它的分区等它多少秒；Kafka 自己允许 6 以上"),
    )
    stalled_seconds: float = option(
        "JINXI_STALLED_SECONDS",
        seconds(1),
        60.0,
        N_("记录进程多少秒没有进展就自己结束（再由监督者启动）"),
    )
    dealer_copies_topic: bool = option(
        "JINXI_DEALER_COPIES_TOPIC",
        SWITCH,
        False,
        N_("是否把各经销商那一份的变化加密后发布到 Kafka"),
    )
    webhooks_to_loopback: bool = option(
        "JINXI_WEBHOOKS_TO_LOOPBACK",
        SWITCH,
        False,
        N_("经销商的通知地址可否在本机、可否不加密；只用于测试"),
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """As the environment says; raises SettingInvalid for what is not allowed there."""
        said = read_all(cls, environment)
        folder = said.get("data_folder") or Path("jinxi-data")
        database_url = said.get("database_url") or f"sqlite:///{folder}/jinxi.db"
        beside = sqlite_file(database_url)
        if beside is not None and "data_folder" not in said:
            folder = beside.parent
        keyring_url = said.get("keyring_url") or keyring_beside(database_url, folder)
        password_file = said.get("database_password_file")
        found = said | {
            "data_folder": folder,
            "database_url": with_password(database_url, password_file),
            "keyring_url": with_password(keyring_url, password_file),
            "master_key_file": said.get("master_key_file") or folder / "master.key",
        }
        return cls(**found)

    @classmethod
    def in_folder(cls, folder: Path) -> "Settings":
        """Everything in one folder, with SQLite."""
        return cls(
            database_url=f"sqlite:///{folder}/jinxi.db",
            keyring_url=f"sqlite:///{folder}/keys.db",
            master_key_file=folder / "master.key",
            data_folder=folder,
        )


def setting(name: str) -> Any:
    """One field alone, for what is needed before an installation is opened; None when unset."""
    declared = variables(Settings)[name]
    text = os.environ.get(declared.name)
    return read_one(declared, text) if text else None


def with_password(database_url: str, file: Path | None) -> str:
    """The URL with the password that the file holds, where it names a user and no password."""
    named = _USER_ALONE.fullmatch(database_url)
    if file is None or named is None:
        return database_url
    try:
        password = file.read_text("utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        declared = variables(Settings)["database_password_file"]
        raise SettingFileUnreadable(declared, file) from error
    return f"{named[1]}:{quote(password, safe='')}{named[2]}"


def keyring_beside(database_url: str, folder: Path) -> str:
    """Where the keyring is when nothing is said: PostgreSQL's database NAME has NAME_keys."""
    named = _DATABASE_NAME.fullmatch(database_url)
    if named is None or sqlite_file(database_url) is not None:
        return f"sqlite:///{folder}/keys.db"
    return f"{named[1]}{named[2]}_keys{named[3]}"


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite database, None for any other."""
    named = _SQLITE_FILE.fullmatch(database_url)
    return None if named is None else Path(named[1])
