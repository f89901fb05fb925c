"""Adds a notice of the installation's own; what was added is never changed."""

import orjson
from sqlalchemy import Engine

from campaigns.wording.catalogues import N_
from crm.accounts.access import COMMAND
from crm.accounts.changes import AccountChange, log_change
from crm.notices.notice import Notice, NoticeInvalid
from crm.notices.queries import find_notice
from crm.notices.tables import NOTICE
from crm.storage.database import insert_new, writing


def add_notice(engine: Engine, made: Notice, now_us: int, by: str = COMMAND) -> bool:
    """Keep a notice; False when it is there already, word for word. by: who adds it.

    Raises NoticeInvalid when the version stands for another text: people may have agreed to it.
    """
    with writing(engine) as connection:
        row = {
            "version": made.version,
            "purpose": made.purpose,
            "texts": orjson.dumps(dict(made.texts)),
            "sha256": made.sha256,
            "added_us": now_us,
        }
        known = find_notice(connection, made.version, made.purpose)
        if known is None and not insert_new(connection, NOTICE, [row], [NOTICE.c.version]):
            known = find_notice(connection, made.version, made.purpose)
        if known is not None:
            if known.sha256 != made.sha256:
                raise NoticeInvalid(
                    N_("{purpose} 的 {version} 版已是另一段文字，请用新的版本号"),
                    version=made.version,
                    purpose=made.purpose,
                )
            return False
        name = f"{made.version} {made.purpose}"
        log_change(connection, AccountChange(now_us, by, "notice_added", name))
    return True
