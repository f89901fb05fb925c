"""What the views do not know yet: payments on their way, words not recorded, debts already set off.

Whoever asks while others write reads in the order in which things move on: orders, what waits, the
journal, the views. So a payment that moves meanwhile is seen at least once.
"""

from collections import Counter
from collections.abc import Collection, Sequence

import orjson
from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from campaigns.catalogue import wire_name
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.journal.logged_event import EventKey
from crm.journal.outbox import OUTBOX
from crm.ledger.tables import BALANCE, REWARD
from crm.outcomes.tables import OUTCOME
from crm.outcomes.voids import may_take_back
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.orders import ON_ITS_WAY, ONE_EVENT
from crm.reward_desk.tables import PAYMENT_ORDER
from crm.rewards.postings import receivable_account

BEGUN: ColumnElement[bool] = PAYMENT_ORDER.c.state.in_(ON_ITS_WAY)
_PAID = "reward.paid"
_PAID_ON_THE_WIRE = f'"{wire_name(_PAID)}"'.encode()


def being_paid(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Of which of the rewards a payment was begun, or told and is not recorded yet.

    Also one that could not be recorded: the money has gone, until somebody takes that word back.
    """
    begun = select(PAYMENT_ORDER.c.reward_id).where(PAYMENT_ORDER.c.reward_id.in_(ids), BEGUN)
    found = set(connection.execute(begun).scalars())
    return found | _unrecorded(connection, ids, taken_back(connection, ids))


def taken_back(connection: Connection, ids: Sequence[str]) -> set[EventKey]:
    """The payments of some rewards that could not be recorded and that somebody took back since.

    Such a void waits for its target: a payment that is recorded after all is voided then.
    """
    said = JOURNAL.c.source, JOURNAL.c.id, JOURNAL.c.role, JOURNAL.c.subject
    failed = select(*said).join(DEAD_LETTER, DEAD_LETTER.c.position == JOURNAL.c.position)
    failed = failed.where(JOURNAL.c.subject.in_(_subjects(ids)), JOURNAL.c.type == _PAID)
    dead = {EventKey(row.source, row.id): row for row in connection.execute(failed)}
    if not dead:
        return set()
    voids = (
        select(*said, JOURNAL.c.plain)
        .outerjoin(DEAD_LETTER, DEAD_LETTER.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.subject.in_({row.subject for row in dead.values()}))
        .where(JOURNAL.c.type == "event.voided", DEAD_LETTER.c.position.is_(None))
    )
    found: set[EventKey] = set()
    for void in connection.execute(voids):
        named = orjson.loads(void.plain)
        key = EventKey(named["of_source"], named["of_id"])
        target = dead.get(key)
        if target is None or target.subject != void.subject:
            continue
        if may_take_back((void.source, void.role), (target.source, target.role)):
            found.add(key)
    return found


def _unrecorded(
    connection: Connection, ids: Sequence[str], ended: Collection[EventKey]
) -> set[str]:
    """Of which of the rewards a payment was told that is not recorded, but for what was ended.

    What ended one is read before: what was said in its place was said earlier, and is seen here.
    """
    waiting = select(OUTBOX.c.subject, OUTBOX.c.message).where(OUTBOX.c.subject.in_(_subjects(ids)))
    found = {
        _id(row.subject) for row in connection.execute(waiting) if _PAID_ON_THE_WIRE in row.message
    }
    kept = (
        select(JOURNAL.c.subject, JOURNAL.c.source, JOURNAL.c.id)
        .outerjoin(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.subject.in_(_subjects(ids)), JOURNAL.c.type == _PAID)
        .where(OUTCOME.c.position.is_(None))
    )
    return found | {
        _id(row.subject)
        for row in connection.execute(kept)
        if EventKey(row.source, row.id) not in ended
    }


def are_unpaid(connection: Connection, rows: Sequence[DeskRow]) -> bool:
    """Whether none of the rewards is being paid, or was paid since somebody looked at it."""
    ids = [row.reward_id for row in rows]
    if being_paid(connection, ids):
        return False
    paid = select(REWARD.c.reward_id, REWARD.c.member, REWARD.c.paid_fen)
    found = connection.execute(paid.where(REWARD.c.reward_id.in_(ids)))
    now = {(reward_id, member): fen for reward_id, member, fen in found}
    return all(now.get((row.reward_id, row.member)) == row.paid_fen for row in rows)


def settling(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Of which of the rewards something was said that the views do not know yet."""
    waiting = select(OUTBOX.c.subject).where(OUTBOX.c.subject.in_(_subjects(ids)))
    kept = (
        select(JOURNAL.c.subject)
        .outerjoin(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .outerjoin(DEAD_LETTER, DEAD_LETTER.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.subject.in_(_subjects(ids)))
        .where(OUTCOME.c.position.is_(None), DEAD_LETTER.c.position.is_(None))
    )
    return set(map(_id, connection.execute(waiting.union(kept)).scalars()))


def owed_by(connection: Connection, members: Collection[str]) -> dict[str, int]:
    """Member → what is owed back over all rewards, in fen, less what payments set off already.

    Those are the payments on their way, and those that were told and are not recorded yet; one that
    was taken back counts only until what was said in its place is recorded.
    """
    recorded = exists().where(
        JOURNAL.c.source == PAYMENT_ORDER.c.event_source,
        JOURNAL.c.id == PAYMENT_ORDER.c.order_id + ONE_EVENT,
        OUTCOME.c.position == JOURNAL.c.position,
    )
    columns = PAYMENT_ORDER.c.member, PAYMENT_ORDER.c.set_off_fen, PAYMENT_ORDER.c.reward_id
    kept = (
        select(*columns, PAYMENT_ORDER.c.event_source, PAYMENT_ORDER.c.order_id, BEGUN)
        .where(PAYMENT_ORDER.c.member.in_(members), PAYMENT_ORDER.c.set_off_fen > 0)
        .where(or_(BEGUN, (PAYMENT_ORDER.c.state == "paid") & ~recorded))
    )
    orders = connection.execute(kept).all()
    ids = sorted({reward_id for _, _, reward_id, *_ in orders})
    ended = taken_back(connection, ids)
    unrecorded = _unrecorded(connection, ids, ended)
    promised: Counter[str] = Counter()
    for member, set_off_fen, reward_id, source, order_id, is_begun in orders:
        if (
            is_begun
            or reward_id in unrecorded
            or EventKey(source, order_id + ONE_EVENT) not in ended
        ):
            promised[member] += set_off_fen
    accounts = [receivable_account(member) for member in sorted(members)]
    owed = select(BALANCE.c.member, func.sum(BALANCE.c.amount_fen))
    owed = owed.where(BALANCE.c.account.in_(accounts)).group_by(BALANCE.c.member)
    return {member: max(int(fen) - promised[member], 0) for member, fen in connection.execute(owed)}


def _subjects(ids: Sequence[str]) -> list[str]:
    return [f"reward/{reward_id}" for reward_id in ids]


def _id(subject: str) -> str:
    return subject.partition("/")[2]
