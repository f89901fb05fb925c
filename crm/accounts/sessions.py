"""Sessions of people as the server keeps them: begun, found again, ended.

A browser carries the name of its session; here stands the name's hash alone, so that whoever reads
the table signs in as nobody. What is not here is over, whatever a browser still carries.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from sqlalchemy import Connection, Engine, delete, insert, select

from campaigns.times import SECOND_US
from crm.accounts.tables import WEB_SESSION
from crm.storage.database import writing

Stage = Literal["code", "enrol", "full"]
"""code: the password was right, the second factor is due; enrol: it is to be set up first."""

LONGEST_SESSION_SECONDS = 12 * 3600
UNFINISHED_SECONDS = 15 * 60
"""So long a sign-in may stand half-way."""


@dataclass(frozen=True, slots=True)
class KeptSession:
    """Whose it is, and how far the signing in has come."""

    actor: str
    stage: Stage
    began_us: int

    def is_over(self, now_us: int) -> bool:
        """Whether it must be begun anew, used or not."""
        seconds = LONGEST_SESSION_SECONDS if self.stage == "full" else UNFINISHED_SECONDS
        return now_us - self.began_us > seconds * SECOND_US


def begin_session(engine: Engine, name: str, actor: str, stage: Stage, now_us: int) -> None:
    """Keep a session under its name; those that are over are cleared away."""
    row = {"name_sha256": _digest(name), "actor": actor, "stage": stage, "began_us": now_us}
    oldest_us = now_us - LONGEST_SESSION_SECONDS * SECOND_US
    with writing(engine) as connection:
        connection.execute(delete(WEB_SESSION).where(WEB_SESSION.c.began_us < oldest_us))
        connection.execute(insert(WEB_SESSION), [row])


def session_named(connection: Connection, name: str, now_us: int) -> KeptSession | None:
    """The session of that name, unless it is over."""
    columns = WEB_SESSION.c.actor, WEB_SESSION.c.stage, WEB_SESSION.c.began_us
    query = select(*columns).where(WEB_SESSION.c.name_sha256 == _digest(name))
    row = connection.execute(query).first()
    kept = None if row is None else KeptSession(*row)
    return None if kept is None or kept.is_over(now_us) else kept


def end_session(engine: Engine, name: str) -> None:
    """It opens nothing any more, wherever a copy of it is."""
    with writing(engine) as connection:
        connection.execute(delete(WEB_SESSION).where(WEB_SESSION.c.name_sha256 == _digest(name)))


def end_sessions_of(connection: Connection, actor: str) -> None:
    """All of an account."""
    connection.execute(delete(WEB_SESSION).where(WEB_SESSION.c.actor == actor))


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "replace")).hexdigest()
