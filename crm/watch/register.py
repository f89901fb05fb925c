"""Keeps that somebody looked at a finding and lets its rewards go on; which accounts were paid."""

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, delete, select

from crm.members.tables import MEMBER
from crm.people.tables import CARD
from crm.storage.database import in_pieces, insert_new, writing
from crm.watch.accounts import Paid
from crm.watch.tables import PAID_ACCOUNT, WATCH_DECISION


def let_go_on(engine: Engine, key: str, actor: str, now_us: int) -> None:
    """The evidence is in order; who said so first stands."""
    row = {"key": key, "decided_us": now_us, "decided_by": actor}
    with writing(engine) as connection:
        insert_new(connection, WATCH_DECISION, [row])


def note_accounts(engine: Engine, paid: Iterable[tuple[str, Paid]], now_us: int) -> None:
    """Of orders, by their ids, into which account they were paid; what was noted first stands.

    Nothing is noted of members whose own card is erased.
    """
    rows = [
        {
            "order_id": order_id,
            "member": each.member,
            "employer": each.employer,
            "reference": each.reference,
            "account_key": each.account_key,
            "noted_us": now_us,
        }
        for order_id, each in paid
    ]
    if not rows:
        return
    with writing(engine) as connection:
        whose = MEMBER.c.member.in_({row["member"] for row in rows})
        own = select(MEMBER.c.member).join(CARD, CARD.c.card_id == MEMBER.c.card_id)
        erased = set(connection.execute(own.where(CARD.c.erased, whose)).scalars())
        kept = [row for row in rows if row["member"] not in erased]
        insert_new(connection, PAID_ACCOUNT, kept)


def forget_accounts(connection: Connection, card_ids: Iterable[str]) -> None:
    """Nothing of the accounts of members whose own card is erased stays."""
    for piece in in_pieces(sorted(card_ids)):
        erased = select(MEMBER.c.member).where(MEMBER.c.card_id.in_(piece))
        connection.execute(delete(PAID_ACCOUNT).where(PAID_ACCOUNT.c.member.in_(erased)))
