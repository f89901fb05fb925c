"""Inboxes: topics to which foreign producers write, each bound to what one token may say."""

import re
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, Engine, String, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from campaigns.intake import Credential
from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import SaidError
from crm.accounts.tokens import credential_of_actor, credential_of_token
from crm.clock import now_us
from crm.storage.database import METADATA, reading, writing

INBOX = Table(
    "inbox",
    METADATA,
    Column("name", String(48), primary_key=True),
    Column("actor", String(64), nullable=False),
    Column("created_us", BigInteger, nullable=False),
)
"""`actor` is the token's opaque id; the topic itself is Kafka's to keep."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")


class InboxInvalid(SaidError):
    """An inbox that cannot be made; says why."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """One inbox, and what may be said in it; None once its token was revoked."""

    name: str
    actor: str
    created_us: int
    credential: Credential | None


def check_inbox(engine: Engine, name: str, token: str) -> str:
    """The actor of the token, if the two could make an inbox; else InboxInvalid."""
    if not _NAME.fullmatch(name):
        raise InboxInvalid(N_("名字由 1 到 48 个 a-z、0-9、- 组成"))
    with reading(engine) as connection:
        credential = credential_of_token(connection, token)
        taken = connection.execute(select(INBOX.c.name).where(INBOX.c.name == name)).first()
    if credential is None or credential.actor is None:
        raise InboxInvalid(N_("没有这个令牌，或已吊销"))
    if taken is not None:
        raise InboxInvalid(N_("已有这个名字的收件箱"))
    return credential.actor


def add_inbox(engine: Engine, name: str, token: str) -> None:
    """Bind an inbox to a token; InboxInvalid when something is wrong with one of them."""
    row = {"name": name, "actor": check_inbox(engine, name, token), "created_us": now_us()}
    try:
        with writing(engine) as connection:
            connection.execute(insert(INBOX), [row])
    except IntegrityError as error:
        raise InboxInvalid(N_("已有这个名字的收件箱")) from error


def remove_inbox(engine: Engine, name: str) -> bool:
    """Nothing more is taken from it; False when there is none of this name."""
    with writing(engine) as connection:
        return connection.execute(delete(INBOX).where(INBOX.c.name == name)).rowcount > 0


def inboxes(connection: Connection) -> list[Inbox]:
    """All of them, by name."""
    rows = connection.execute(select(INBOX).order_by(INBOX.c.name))
    return [
        Inbox(name, actor, created_us, credential_of_actor(connection, actor))
        for name, actor, created_us in rows.all()
    ]
