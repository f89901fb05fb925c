"""Keeps that somebody looked at a finding and lets its rewards go on."""

from sqlalchemy import Engine

from crm.storage.database import insert_new, writing
from crm.watch.tables import WATCH_DECISION


def let_go_on(engine: Engine, key: str, actor: str, now_us: int) -> None:
    """The evidence is in order; who said so first stands."""
    row = {"key": key, "decided_us": now_us, "decided_by": actor}
    with writing(engine) as connection:
        insert_new(connection, WATCH_DECISION, [row])
