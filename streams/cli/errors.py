"""What stands in the way of a command: said as what, where, and how to mend it."""

import sqlite3
import sys

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from crm.configuration.environment import SettingFileUnreadable, SettingInvalid
from crm.configuration.settings import Settings
from crm.keyring.keyring import KeyLost, MasterKeyMissing, MasterKeyWrong
from crm.schema.revisions import DatabaseNewer
from crm.storage.database import DatabaseUnusable
from streams.dealer.errors import DealerError, PassingError
from streams.kafka.access import KafkaAccessInvalid
from streams.running.lease import WorkerRunning
from streams.wording.say import say, told

FAILED = 1
BUSY = 4
_ALWAYS = (
    DealerError,
    KafkaAccessInvalid,
    SettingInvalid,
    SettingFileUnreadable,
    WorkerRunning,
    DatabaseUnusable,
    MasterKeyMissing,
    MasterKeyWrong,
    KeyLost,
    ArgumentError,
    DBAPIError,
    sqlite3.Error,
    OSError,
)

_POSTGRESQL_PORT = 5432
_FULL = ("full", "no space left", "file too large", "quota")
_NOT_WRITABLE = ("readonly", "read-only", "permission", "not permitted")
_CORRUPT = ("not a database", "malformed", "disk image", "no such table", "no such column")


def foreseen() -> tuple[type[BaseException], ...]:
    """Exceptions that are no fault of the program."""
    return (*_ALWAYS, *_of_kafka())


def _of_kafka() -> tuple[type[BaseException], ...]:
    """None can be raised before its client is loaded, which takes a while and few commands need."""
    errors = sys.modules.get("kafka.errors")
    return () if errors is None else (errors.KafkaError,)


def status_of(error: BaseException) -> int:
    """The exit status."""
    return BUSY if isinstance(error, WorkerRunning | PassingError) else FAILED


def sentence_of(error: BaseException) -> str:
    """What happened, what is safe, and what to do next; nothing personal."""
    if isinstance(error, DealerError | KafkaAccessInvalid):
        return str(error)
    if isinstance(error, SettingInvalid | SettingFileUnreadable):
        return _of_setting(error)
    if isinstance(error, ArgumentError):
        # The message might repeat a password.
        return say(
            "JINXI_DATABASE_URL 或 JINXI_KEYRING_URL 不是数据库地址。没有动任何数据；"
            "请写成 postgresql+psycopg://用户@主机/库，或去掉它用 JINXI_DATA 文件夹。"
        )
    settings = Settings.from_environment()
    if isinstance(error, _of_kafka()):
        return say(
            "Kafka（{servers}）没有应答，或没有答应：{cause}。已收下的都在，之后会发布；"
            "请看它是否在运行、JINXI_KAFKA_ 的设置对不对、权限够不够。",
            servers=settings.kafka_bootstrap,
            cause=type(error).__name__,
        )
    if isinstance(error, WorkerRunning):
        return say(
            "另一个记录进程正在使用这个数据库（{file}），一次只能有一个。"
            "收下（jinxi accept）不受影响；要在这里记录，请先停掉那一个。",
            file=error,
        )
    if isinstance(error, MasterKeyMissing):
        return say(
            "找不到主密钥：{cause}。没有改动任何数据；请把备份的主密钥放回原处。",
            cause=told(str(error)),
        )
    if isinstance(error, MasterKeyWrong | KeyLost):
        return say(
            "密钥和数据对不上：{cause}。没有改动任何数据；请放回同一套备份里的密钥。",
            cause=told(str(error)),
        )
    if isinstance(error, DatabaseNewer):
        return say(
            "这个数据库是更新的版本建的（{theirs}，这里只认到 {ours}）。没有改动它；"
            "请换用同样新的程序再运行。",
            theirs=error.theirs,
            ours=error.ours,
        )
    return _of_storage(error, _place(error, settings))


def _of_setting(error: SettingInvalid | SettingFileUnreadable) -> str:
    """Which variable is wrong, and what may stand there."""
    if isinstance(error, SettingFileUnreadable):
        return say("读不了 {name} 指的文件 {file}", name=error.name, file=error.file)
    allowed = say(error.kind.allowed, known=error.kind.known)
    if error.value is None:
        return say("{name} 写得不对；可以是{allowed}", name=error.name, allowed=allowed)
    return say(
        "{name} 是“{value}”；可以是{allowed}", name=error.name, value=error.value, allowed=allowed
    )


def _place(error: BaseException, settings: Settings) -> str:
    """Where it happened: the folder, or the database's server without user and password."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" or not isinstance(error, DBAPIError):
        return str(settings.data_folder)
    return f"{url.host}:{url.port or _POSTGRESQL_PORT}/{url.database}"


def _of_storage(error: BaseException, folder: str) -> str:
    cause = _cause(error)
    text = cause.lower()
    if any(word in text for word in _FULL):
        return say(
            "磁盘满了：{folder}（{cause}）。已收下的都在；腾出空间后再运行一次，收下过的不会重复。",
            folder=folder,
            cause=told(cause),
        )
    if any(word in text for word in _NOT_WRITABLE):
        return say(
            "不能写入 {folder}（{cause}）。请换一个可写的文件夹（JINXI_DATA），或改它的权限。",
            folder=folder,
            cause=told(cause),
        )
    if any(word in text for word in _CORRUPT):
        return say(
            "数据库读不懂：{folder}（{cause}）。没有改动它；请从备份恢复，再运行 jinxi check。",
            folder=folder,
            cause=told(cause),
        )
    return say(
        "打不开或写不进 {folder}：{cause}。已收下的不受影响；"
        "请看磁盘是不是满了、这个文件夹能不能读写，再运行一次。",
        folder=folder,
        cause=told(cause),
    )


def _cause(error: BaseException) -> str:
    """The bare cause: SQLAlchemy's message would repeat the statement with its values."""
    if isinstance(error, DBAPIError):
        return " ".join(str(error.orig).split())
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}"
    return str(error)
