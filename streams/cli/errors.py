"""What stands in the way of a command: said as what, where, and how to mend it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from streams.running.loading import loaded
from streams.wording.causes import said_by_code
from streams.wording.say import language, say

FAILED = 1
BUSY = 4

_DEALER = "streams.dealer.errors.DealerError"
_PASSING = "streams.dealer.errors.PassingError"
_KAFKA_ACCESS = "streams.kafka.access.KafkaAccessInvalid"
_KAFKA = "kafka.errors.KafkaError"
_NO_TOPIC = "streams.kafka.topics.TopicMissing"
_SETTING = "crm.configuration.environment.SettingInvalid"
_SETTING_FILE = "crm.configuration.environment.SettingFileUnreadable"
_WORKER = "streams.running.lease.WorkerRunning"
_DATABASE = "crm.storage.database.DatabaseUnusable"
_DATABASE_NEWER = "crm.schema.revisions.DatabaseNewer"
_NO_MASTER_KEY = "crm.keyring.master_key.MasterKeyMissing"
_WRONG_MASTER_KEY = "crm.keyring.master_key.MasterKeyWrong"
_UNFINISHED = "crm.recording.unfinished.RecordingUnfinished"
_KEY_LOST = "crm.keyring.keyring.KeyLost"
_BAD_URL = "sqlalchemy.exc.ArgumentError"
_DRIVER = "sqlalchemy.exc.DBAPIError"
_SQLITE = "sqlite3.Error"
_SYSTEM = "builtins.OSError"

FORESEEN = frozenset(
    {
        _DEALER,
        _KAFKA_ACCESS,
        _KAFKA,
        _NO_TOPIC,
        _SETTING,
        _SETTING_FILE,
        _WORKER,
        _UNFINISHED,
        _DATABASE,
        _NO_MASTER_KEY,
        _WRONG_MASTER_KEY,
        _KEY_LOST,
        _BAD_URL,
        _DRIVER,
        _SQLITE,
        _SYSTEM,
    }
)
"""Exceptions that are no fault of the program, by name: what can raise them need not be loaded."""

_POSTGRESQL_PORT = 5432
_FOLDER = "jinxi_folder"
_FULL = ("full", "no space left", "file too large", "quota")
_NOT_WRITABLE = ("readonly", "read-only", "permission", "not permitted")
_CORRUPT = ("not a database", "malformed", "disk image", "no such table", "no such column")


@contextmanager
def written_to(folder: Path) -> Iterator[None]:
    """What cannot be written meanwhile is a matter of this folder, not of the data's."""
    try:
        yield
    except Exception as error:
        vars(error).setdefault(_FOLDER, folder)
        raise


def _is(error: BaseException, *names: str) -> bool:
    """Whether the error is of one of these classes, or of one made from them."""
    classes = {f"{each.__module__}.{each.__qualname__}" for each in type(error).__mro__}
    return not classes.isdisjoint(names)


def is_foreseen(error: BaseException) -> bool:
    """Whether it is no fault of the program."""
    return _is(error, *FORESEEN)


def status_of(error: BaseException) -> int:
    """The exit status."""
    return BUSY if _is(error, _WORKER, _UNFINISHED, _PASSING) else FAILED


def sentence_of(error: BaseException) -> str:
    """What happened, what is safe, and what to do next; nothing personal."""
    if _is(error, _DEALER, _KAFKA_ACCESS):
        return str(error)
    if _is(error, _SETTING, _SETTING_FILE):
        return _of_setting(error)
    if _is(error, _BAD_URL):
        # The message might repeat a password.
        return say(
            "JINXI_DATABASE_URL 或 JINXI_KEYRING_URL 不是数据库地址。没有动任何数据；"
            "请写成 postgresql+psycopg://用户@主机/库，或去掉它用 JINXI_DATA 文件夹。"
        )
    settings = loaded("crm.configuration.settings:Settings").from_environment()
    if _is(error, _KAFKA, _NO_TOPIC):
        return _of_kafka(error, settings.kafka_bootstrap)
    if _is(error, _WORKER):
        return say(
            "另一个记录进程正在使用这个数据库（{file}），一次只能有一个。"
            "收下（jinxi accept）不受影响；要在这里记录，请先停掉那一个。",
            file=error,
        )
    if _is(error, _UNFINISHED):
        return _said(error)
    if _is(error, _NO_MASTER_KEY):
        return say(
            "找不到主密钥：{cause}。没有改动任何数据；请把备份的主密钥放回原处。",
            cause=_said(error),
        )
    if _is(error, _WRONG_MASTER_KEY, _KEY_LOST):
        return say(
            "密钥和数据对不上：{cause}。没有改动任何数据；请放回同一套备份里的密钥。",
            cause=_said(error),
        )
    if _is(error, _DATABASE_NEWER):
        return say(
            "这个数据库是更新的版本建的（{theirs}，这里只认到 {ours}）。没有改动它；"
            "请换用同样新的程序再运行。",
            theirs=getattr(error, "theirs", ""),
            ours=getattr(error, "ours", ""),
        )
    return _of_storage(error, _place(error, settings))


def _of_setting(error: Any) -> str:
    """Which variable is wrong, and what may stand there."""
    if _is(error, _SETTING_FILE):
        return say(
            "读不了 {name} 指的文件 {file}：请看它在不在，运行这个命令的账户能不能读它",
            name=error.name,
            file=error.file,
        )
    allowed = say(error.kind.allowed, known=error.kind.known)
    if error.value is None:
        return say("{name} 写得不对；可以是{allowed}", name=error.name, allowed=allowed)
    return say(
        "{name} 是“{value}”；可以是{allowed}", name=error.name, value=error.value, allowed=allowed
    )


def _of_kafka(error: BaseException, servers: str | None) -> str:
    if _is(error, _NO_TOPIC):
        return say(
            "Kafka（{servers}）上没有主题 {topic}：请运行 jinxi topics create。"
            "已收下的都在，之后会发布。",
            servers=servers,
            topic=error,
        )
    return say(
        "Kafka（{servers}）没有应答，或没有答应：{cause}。已收下的都在，之后会发布；"
        "请看它是否在运行、JINXI_KAFKA_ 的设置对不对、权限够不够。",
        servers=servers,
        cause=type(error).__name__,
    )


def _of_server(error: BaseException) -> bool:
    return _is(error, _DRIVER) and not _is(getattr(error, "orig", error), _SQLITE)


def _place(error: BaseException, settings: Any) -> str:
    """Where it happened: the folder, or the database's server without user and password."""
    if not _of_server(error):
        return str(vars(error).get(_FOLDER, settings.data_folder))
    url = urlsplit(settings.database_url)
    return f"{url.hostname}:{url.port or _POSTGRESQL_PORT}{url.path}"


def _of_storage(error: BaseException, folder: str) -> str:
    cause = _cause(error)
    text = cause.lower()
    if any(word in text for word in _FULL):
        return say(
            "磁盘满了：{folder}（{cause}）。已收下的都在；腾出空间后再运行一次，收下过的不会重复。",
            folder=folder,
            cause=_in_words(error),
        )
    if any(word in text for word in _NOT_WRITABLE):
        return say(
            "不能写入 {folder}（{cause}）。请换一个可写的文件夹（JINXI_DATA），或改它的权限。",
            folder=folder,
            cause=_in_words(error),
        )
    if any(word in text for word in _CORRUPT):
        return say(
            "数据库读不懂：{folder}（{cause}）。没有改动它；请从备份恢复，再运行 jinxi check。",
            folder=folder,
            cause=_in_words(error),
        )
    if _of_server(error):
        return say(
            "连不上 PostgreSQL，或它没有答应（{place}）：{cause}。已收下的不受影响；"
            "请看它是否在运行、JINXI_DATABASE_URL 和密码文件对不对，再运行一次。",
            place=folder,
            cause=_in_words(error),
        )
    return say(
        "打不开或写不进 {folder}：{cause}。已收下的不受影响；"
        "请看磁盘是不是满了、这个文件夹能不能读写，再运行一次。",
        folder=folder,
        cause=_in_words(error),
    )


def _said(error: Any) -> str:
    said: str = error.said(language())
    return said


def _in_words(error: BaseException) -> str:
    """The cause as the reader says it, where its code is one that we know."""
    raised = getattr(error, "orig", error) if _is(error, _DRIVER) else error
    return said_by_code(raised) or _cause(error)


def _cause(error: BaseException) -> str:
    """The bare cause: SQLAlchemy's message would repeat the statement with its values."""
    if _is(error, _DRIVER):
        return " ".join(str(getattr(error, "orig", error)).split())
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}"
    return str(error)
