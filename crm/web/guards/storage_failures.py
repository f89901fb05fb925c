"""What is answered when the database or the disk is in the way: never “accepted”, always why."""

import errno

from sqlalchemy.exc import DBAPIError

from crm.storage.database import is_passing

BUSY, FULL, BROKEN, NO_TEXT = 503, 507, 500, 400
RETRY_SECONDS = 5
DETAILS = {
    BUSY: "somebody holds the database, or it is away: nothing of this was kept, send it again",
    FULL: "the disk is full or cannot be written: nothing of this was kept, send it again later",
    BROKEN: "this was not done; what was answered before is kept",
    NO_TEXT: "a text holds the character U+0000, which is kept nowhere: leave it out",
}
_FULL_TEXTS = ("is full", "disk full", "no space left", "file too large", "quota")
_NOT_KEPT = "cannot contain nul"
"""What the driver of PostgreSQL says of a character that SQLite keeps."""
_FULL_ERRNOS = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def status_of(error: BaseException) -> int:
    """503: it may pass by itself; 507: there is no room; 400: no database keeps what was sent;
    500: anything else."""
    if isinstance(error, OSError):
        return FULL if error.errno in _FULL_ERRNOS else BROKEN
    if not isinstance(error, DBAPIError):
        return BROKEN
    said = str(error.orig).lower()
    if any(text in said for text in _FULL_TEXTS) or "disk i/o error" in said:
        return FULL
    if _NOT_KEPT in said:
        return NO_TEXT
    return BUSY if is_passing(error) else BROKEN


def headers_of(status: int) -> dict[str, str]:
    """When it may be tried again; of what broke, that the connection ends, as the server ends it: a
    proxy that sent the next form on it would never hear of it."""
    if status == BROKEN:
        return {"Connection": "close"}
    return {"Retry-After": str(RETRY_SECONDS)} if status == BUSY else {}
