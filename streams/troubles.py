"""What stands in the way of a command: said as what, where, and how to mend it."""

import sqlite3
import sys

from sqlalchemy.exc import DBAPIError

from crm.database import DatabaseUnusable
from crm.keyring import KeyLost, MasterKeyMissing, MasterKeyWrong
from crm.settings import Settings
from streams.dealer.troubles import DealerTrouble, PassingTrouble
from streams.kafka_access import KafkaAccessInvalid
from streams.lease import WorkerRunning
from streams.wording import say, told

FAILED = 1
BUSY = 4
_ALWAYS = (
    DealerTrouble,
    KafkaAccessInvalid,
    WorkerRunning,
    DatabaseUnusable,
    MasterKeyMissing,
    MasterKeyWrong,
    KeyLost,
    DBAPIError,
    sqlite3.Error,
    OSError,
)

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
    return BUSY if isinstance(error, WorkerRunning | PassingTrouble) else FAILED


def sentence_of(error: BaseException) -> str:
    """What happened, what is safe, and what to do next; nothing personal."""
    if isinstance(error, DealerTrouble | KafkaAccessInvalid):
        return str(error)
    settings = Settings.from_environment()
    folder = settings.data_folder
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
    return _of_storage(error, str(folder))


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
        return str(error.orig)
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}"
    return str(error)
