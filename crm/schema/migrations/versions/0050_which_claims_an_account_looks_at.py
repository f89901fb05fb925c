"""which of a member's claims look at each other, and which may be set off."""

from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_CLAIM = sa.table(
    "claim",
    *map(sa.column, ("reward_id", "member", "purchase_id", "body")),
    sa.column("year", sa.Integer()),
    sa.column("looks_at_others", sa.Boolean()),
    sa.column("unsettled", sa.Boolean()),
    sa.column("pooled", sa.Boolean()),
)
_REWARD = sa.table(
    "reward", *map(sa.column, ("reward_id", "member", "purchase_id", "amount_fen", "paid_fen"))
)
_KEY = ("reward_id", "member", "purchase_id")
_AT_ONCE = 10_000


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("year", sa.Integer(), nullable=True))
        for name in ("looks_at_others", "unsettled"):
            batch_op.add_column(_flag(name))
    _write({"year": _year, "looks_at_others": _looks_at_others, "unsettled": _unsettled})
    with op.batch_alter_table("claim", schema=None) as batch_op:
        for name in ("looks_at_others", "unsettled"):
            batch_op.alter_column(name, server_default=None)
        batch_op.drop_index("ix_claim_member")
        batch_op.drop_index("ix_claim_subject")
        batch_op.create_index("ix_claim_subject", ["subject", "purchase_id"])
        batch_op.create_index("ix_claim_member", ["member", "year", "looks_at_others"])
        batch_op.create_index(
            "ix_claim_unsettled",
            ["member"],
            sqlite_where=sa.text("unsettled = 1"),
            postgresql_where=sa.text("unsettled"),
        )
        batch_op.drop_column("pooled")


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(_flag("pooled"))
    _write({"pooled": lambda row, claim: bool(_payments(claim)) or _looks_at_others(row, claim)})
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.alter_column("pooled", server_default=None)
        batch_op.drop_index("ix_claim_unsettled")
        batch_op.drop_index("ix_claim_member")
        batch_op.drop_index("ix_claim_subject")
        batch_op.create_index("ix_claim_subject", ["subject"])
        batch_op.create_index("ix_claim_member", ["member", "pooled"])
        for name in ("unsettled", "looks_at_others", "year"):
            batch_op.drop_column(name)


def _flag(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _write(columns: dict[str, Any]) -> None:
    key = [_CLAIM.c[name] == sa.bindparam(f"of_{name}") for name in _KEY]
    statement = _CLAIM.update().where(*key).values({n: sa.bindparam(n) for n in columns})
    values = list(_values(columns))
    for start in range(0, len(values), _AT_ONCE):
        op.get_bind().execute(statement, values[start : start + _AT_ONCE])


def _values(columns: dict[str, Any]) -> Iterator[dict[str, Any]]:
    same = sa.and_(*(_CLAIM.c[name] == _REWARD.c[name] for name in _KEY))
    query = sa.select(
        *(_CLAIM.c[name] for name in (*_KEY, "body")), _REWARD.c.amount_fen, _REWARD.c.paid_fen
    ).join_from(_CLAIM, _REWARD, same, isouter=True)
    for row in op.get_bind().execute(query.execution_options(yield_per=_AT_ONCE)):
        claim = msgspec.msgpack.decode(row.body)
        made = {name: value(row, claim) for name, value in columns.items()}
        yield {f"of_{name}": getattr(row, name) for name in _KEY} | made


def _year(_row: Any, claim: dict[str, Any]) -> int | None:
    bought_on = claim.get("bought_on")
    return None if bought_on is None else int(bought_on[:4])


def _looks_at_others(_row: Any, claim: dict[str, Any]) -> bool:
    caps = claim.get("cap_fen_month"), claim.get("cap_fen_year")
    return caps != (None, None) or bool(claim.get("tiers"))


def _payments(claim: dict[str, Any]) -> list[Any]:
    found: list[Any] = claim["words"].get("payments", [])
    return found


def _unsettled(row: Any, claim: dict[str, Any]) -> bool:
    """What has no row of its own is owed to nobody, and was paid all the same."""
    return bool(_payments(claim)) and (row.amount_fen is None or row.amount_fen != row.paid_fen)
