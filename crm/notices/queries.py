"""Reads the notices, packaged ones and the installation's own."""

import orjson
from sqlalchemy import Connection, select

from crm.notices.notice import Notice
from crm.notices.packaged import packaged_notices
from crm.notices.tables import NOTICE

NoticeName = tuple[str, str]
"""(version, purpose)."""


def notices(connection: Connection) -> list[Notice]:
    """Every notice: the packaged ones, then the installation's own as they were added."""
    query = select(NOTICE).order_by(NOTICE.c.added_us, NOTICE.c.version, NOTICE.c.purpose)
    own = [
        Notice(row.version, row.purpose, orjson.loads(row.texts))
        for row in connection.execute(query)
    ]
    return [*packaged_notices(), *own]


def notice_hashes(connection: Connection) -> dict[NoticeName, str]:
    """The hash of each notice."""
    return {(each.version, each.purpose): each.sha256 for each in notices(connection)}


def find_notice(connection: Connection, version: str, purpose: str) -> Notice | None:
    """One notice, None when it is not known here."""
    named: dict[NoticeName, Notice] = {
        (each.version, each.purpose): each for each in notices(connection)
    }
    return named.get((version, purpose))


def notices_on(connection: Connection, until_us: int, named: str | None) -> dict[str, str]:
    """By purpose, the version that a paper of a day goes with.

    It is the one that the paper names, where there is one of that name; else what was in force at
    the end of that day. What is older than every notice of the installation goes with the first:
    later ones do not change what was taken. named: None where the paper says nothing.
    """
    query = select(NOTICE.c.version, NOTICE.c.purpose, NOTICE.c.added_us)
    own = connection.execute(query.order_by(NOTICE.c.added_us, NOTICE.c.version)).all()
    packaged: list[NoticeName] = [(each.version, each.purpose) for each in packaged_notices()]
    known = {*packaged, *((row.version, row.purpose) for row in own)}
    if named is not None and not any(version == named for version, _ in known):
        return {}
    found: dict[str, str] = {purpose: version for version, purpose in packaged}
    found |= {row.purpose: row.version for row in reversed(own)}
    found |= {row.purpose: row.version for row in own if row.added_us <= until_us}
    if named is not None:
        found |= {purpose: named for purpose in found if (named, purpose) in known}
    return found


def current_notices(connection: Connection) -> dict[str, Notice]:
    """By purpose, the notice to show now: the one that was added last."""
    return {each.purpose: each for each in notices(connection)}
