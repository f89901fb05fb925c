"""Accounts of people, tokens of machines, whose a source is, who opened what was hidden."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
)

from crm.storage.database import METADATA

ACCOUNT = Table(
    "account",
    METADATA,
    Column("actor", String(64), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("dealer", String(64)),
    Column("active", Boolean, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("demo", Boolean, nullable=False, server_default=false()),
    Column("regions", String(200), nullable=False, server_default=""),
)
"""`actor` is the opaque id under which the person's events are kept; it outlives the name.

roles: as the table of roles calls them, with blanks between.
regions: codes of where field staff works, with blanks between; none: everywhere.
demo: an account of `jinxi demo`, whose data are invented; a password alone opens it."""

INVITATION = Table(
    "invitation",
    METADATA,
    Column("secret_sha256", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("actor", String(64)),
    Column("roles", String(200), nullable=False),
    Column("dealer", String(64)),
    Column("made_by", String(64), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("regions", String(200), nullable=False, server_default=""),
)
"""Links that are good once: first (the first account), invite (a new one), reset (a new password of
`actor`'s). The secret of the link is kept nowhere."""

ACCOUNT_CHANGE = Table(
    "account_change",
    METADATA,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("at_us", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("what", String(24), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("detail", String(300), nullable=False),
    sqlite_autoincrement=True,
)
"""Who changed an account or a token, and how; by, subject: opaque ids."""

WEB_SESSION = Table(
    "web_session",
    METADATA,
    Column("name_sha256", String(64), primary_key=True),
    Column("actor", String(64), nullable=False),
    Column("stage", String(8), nullable=False),
    Column("began_us", BigInteger, nullable=False),
    Index("ix_web_session_actor", "actor"),
)
"""Who is signed in where, and how far the signing in has come (crm/accounts/sessions.py)."""

SECOND_FACTOR = Table(
    "second_factor",
    METADATA,
    Column("actor", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("confirmed_us", BigInteger),
    Column("last_step", BigInteger, nullable=False),
)
"""The sealed secret of an account's one-time codes; `last_step`: of which 30 seconds the last code
was that was used."""

RECOVERY_CODE = Table(
    "recovery_code",
    METADATA,
    Column("code_hmac", String(64), primary_key=True),
    Column("actor", String(64), nullable=False),
    Index("ix_recovery_code_actor", "actor"),
)
"""Keyed hashes of the recovery codes that are unused."""

API_TOKEN = Table(
    "api_token",
    METADATA,
    Column("token_sha256", String(64), primary_key=True),
    Column("actor", String(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("dealer", String(64)),
    Column("sources", String(4000), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
)
"""The token itself is shown once and kept nowhere; `sources` are prefixes, one a line.

A revoked one stays: events are kept under its actor."""

ACCESS = Table(
    "access_log",
    METADATA,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("card_id", String(64), nullable=False),
    Column("field", String(32), nullable=False),
    Index("ix_access_log_card_id", "card_id"),
    sqlite_autoincrement=True,
)
"""Who opened which hidden field of which card, and when; never what stood there."""

EXPORT = Table(
    "export_log",
    METADATA,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    Column("rows", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""Who took which list away as a file, and how long it was; never what stood in it."""
