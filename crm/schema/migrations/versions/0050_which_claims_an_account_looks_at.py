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
    *map(sa.column, ("month", "looks_at", "granted_fen", "due_fen")),
    sa.column("unsettled", sa.Boolean()),
    sa.column("pooled", sa.Boolean()),
)
_REWARD = sa.table(
    "reward",
    *map(sa.column, ("reward_id", "member", "purchase_id", "granted_fen", "amount_fen")),
)
_KEY = ("reward_id", "member", "purchase_id")
_AT_ONCE = 10_000


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("month", sa.String(length=7), nullable=True))
        batch_op.add_column(sa.Column("looks_at", sa.String(length=5), nullable=True))
        batch_op.add_column(_filled("granted_fen", sa.BigInteger(), "0"))
        batch_op.add_column(_filled("due_fen", sa.BigInteger(), "0"))
        batch_op.add_column(_filled("unsettled", sa.Boolean(), sa.false()))
    _write(
        {
            "month": lambda _, claim: (claim.get("bought_on") or "")[:7] or None,
            "looks_at": lambda _, claim: _looks_at(claim),
            "granted_fen": lambda row, claim: _stood(row.granted_fen, claim),
            "due_fen": lambda row, claim: _stood(row.amount_fen, claim),
            "unsettled": _unsettled,
        }
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        for name in ("granted_fen", "due_fen", "unsettled"):
            batch_op.alter_column(name, server_default=None)
        batch_op.drop_index("ix_claim_member")
        batch_op.drop_index("ix_claim_subject")
        batch_op.create_index("ix_claim_subject", ["subject", "purchase_id"])
        batch_op.create_index("ix_claim_member", ["member", "month", "looks_at"])
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
        batch_op.add_column(_filled("pooled", sa.Boolean(), sa.false()))
    _write({"pooled": lambda _, claim: bool(_payments(claim) or _looks_at(claim))})
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.alter_column("pooled", server_default=None)
        batch_op.drop_index("ix_claim_unsettled")
        batch_op.drop_index("ix_claim_member")
        batch_op.drop_index("ix_claim_subject")
        batch_op.create_index("ix_claim_subject", ["subject"])
        batch_op.create_index("ix_claim_member", ["member", "pooled"])
        for name in ("unsettled", "due_fen", "granted_fen", "looks_at", "month"):
            batch_op.drop_column(name)


def _filled(name: str, kind: Any, default: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False, server_default=default)


def _write(columns: dict[str, Any]) -> None:
    key = [_CLAIM.c[name] == sa.bindparam(f"of_{name}") for name in _KEY]
    statement = _CLAIM.update().where(*key).values({n: sa.bindparam(n) for n in columns})
    values = list(_values(columns))
    for start in range(0, len(values), _AT_ONCE):
        op.get_bind().execute(statement, values[start : start + _AT_ONCE])


def _values(columns: dict[str, Any]) -> Iterator[dict[str, Any]]:
    same = sa.and_(*(_CLAIM.c[name] == _REWARD.c[name] for name in _KEY))
    query = sa.select(
        *(_CLAIM.c[name] for name in (*_KEY, "body")),
        *(_REWARD.c[name] for name in ("granted_fen", "amount_fen")),
    ).join_from(_CLAIM, _REWARD, same, isouter=True)
    for row in op.get_bind().execute(query.execution_options(yield_per=_AT_ONCE)):
        claim = msgspec.msgpack.decode(row.body)
        made = {name: value(row, claim) for name, value in columns.items()}
        yield {f"of_{name}": getattr(row, name) for name in _KEY} | made


def _looks_at(claim: dict[str, Any]) -> str | None:
    if claim.get("cap_fen_year") is not None:
        return "year"
    return "month" if claim.get("cap_fen_month") is not None or claim.get("tiers") else None


def _payments(claim: dict[str, Any]) -> list[Any]:
    found: list[Any] = claim["words"].get("payments", [])
    return found


def _stood(stored: int | None, claim: dict[str, Any]) -> int:
    """What has no row of its own stood behind another under the same id."""
    due_fen: int = claim["due_fen"]
    return due_fen if stored is None else stored


def _unsettled(row: Any, claim: dict[str, Any]) -> bool:
    payments = _payments(claim)
    paid_fen = sum(payment["amount_fen"] for payment in payments)
    return bool(payments) and _stood(row.amount_fen, claim) != paid_fen
