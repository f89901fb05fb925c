"""What SQLite and the system say by a code, in our words."""

import errno

from streams.wording.say import say

_OF_SQLITE = {
    "SQLITE_CANTOPEN": "打不开数据库文件",
    "SQLITE_READONLY": "数据库是只读的",
    "SQLITE_FULL": "没有空间了",
    "SQLITE_IOERR": "磁盘读写出错",
    "SQLITE_NOTADB": "文件不是数据库",
    "SQLITE_CORRUPT": "数据库文件已损坏",
    "SQLITE_BUSY": "数据库被占用",
}
_OF_SYSTEM = {
    errno.ENOSPC: "没有空间了",
    errno.EFBIG: "超过文件大小的上限",
    errno.EROFS: "只读的文件系统",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
}


def said_by_code(raised: object) -> str | None:
    """The words for an error of SQLite or of the system; None for a code that we do not know."""
    name = getattr(raised, "sqlite_errorname", None)
    if name is not None:
        # Extended codes (SQLITE_IOERR_WRITE) begin with the name of the plain one.
        words = next((each for code, each in _OF_SQLITE.items() if name.startswith(code)), None)
        return None if words is None else say(words)
    words = _OF_SYSTEM.get(getattr(raised, "errno", None) or 0)
    if words is None:
        return None
    where = getattr(raised, "filename", None)
    return f"{say(words)}：{where}" if where else say(words)
