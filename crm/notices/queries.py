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


def current_notices(connection: Connection) -> dict[str, Notice]:
    """By purpose, the notice to show now: the one that was added last."""
    return {each.purpose: each for each in notices(connection)}
