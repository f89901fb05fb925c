"""Who had a hand in a reward: of what was said, not of rows alone, which may vanish.

A reward that only a payment names, a line of a payment file whose reward is gone, and a dispute of
such a one rest on nothing that is judged; who entered, approved or paid it did so all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from campaigns.cloudevents import decode_data
from campaigns.events.purchases import PurchaseMade
from crm.components.index import subjects_tied_to
from crm.components.index_keys import kind_of
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.people.linked import cards_beside
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.orders import OrderRow
from crm.scope import Scope
from crm.storage.database import in_pieces

_ENTERED = ("purchase.made", "referral.made", "member.enrolled")
APPROVED, PAID = "reward.approved", "reward.paid"


@dataclass(frozen=True, slots=True)
class Trace:
    """Whether the purchase stands; who entered it, or a referral of its person, or the member."""

    stands: bool
    entered_by: tuple[str, ...]


def traces_of(
    scope: Scope, connection: Connection, named: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Trace]:
    """By (purchase, member). What was taken back was entered all the same."""
    scope.require("money", "rewards and their money")
    wanted = set(named)
    if not wanted:
        return {}
    tied = subjects_tied_to(connection, {f"purchase/{purchase_id}" for purchase_id, _ in wanted})
    return {
        (purchase_id, member): _trace(
            connection, purchase_id, member, tied.get(f"purchase/{purchase_id}", set())
        )
        for purchase_id, member in sorted(wanted)
    }


def _trace(connection: Connection, purchase_id: str, member: str, tied: set[str]) -> Trace:
    subjects = sorted(_of_whole_people(connection, tied))
    query = (
        select(JOURNAL.c.type, JOURNAL.c.plain, JOURNAL.c.actor, OUTCOME.c.outcome)
        .outerjoin(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.subject.in_([*subjects, f"member/{member}"]), JOURNAL.c.type.in_(_ENTERED))
    )
    stands, actors = False, set()
    for row in connection.execute(query):
        if row.type == "purchase.made":
            made = decode_data(row.type, row.plain, None)
            if not isinstance(made, PurchaseMade) or made.purchase_id != purchase_id:
                continue
            stands = stands or row.outcome == "recorded"
        actors.add(row.actor)
    return Trace(stands, tuple(sorted(actors)))


def _of_whole_people(connection: Connection, tied: set[str]) -> set[str]:
    """The cards among what is tied, and all others of their people: a referral may be there."""
    cards = {each.partition("/")[2] for each in tied if kind_of(each) == "card"}
    beside = cards_beside(connection, cards).values()
    return {f"card/{card_id}" for card_id in cards.union(*beside)}


def with_traces(scope: Scope, connection: Connection, rows: Iterable[DeskRow]) -> list[DeskRow]:
    """The same rewards; of those that only a payment names, also who entered the purchase."""
    known = list(rows)
    bare = ((row.purchase_id, row.member) for row in known if row.bought_on is None)
    traces = traces_of(scope, connection, bare)

    def traced(row: DeskRow) -> DeskRow:
        trace = traces.get((row.purchase_id, row.member)) if row.bought_on is None else None
        if trace is None:
            return row
        return replace(row, entered_by=trace.entered_by, has_purchase=trace.stands)

    return [traced(row) for row in known]


def spoken_of(connection: Connection, actor: str, rewards: Iterable[str], *types: str) -> set[str]:
    """Of which rewards a person said such a thing, whatever became of it: recorded yet, taken
    back, or gone with the reward."""
    found: set[str] = set()
    for piece in in_pieces(sorted({f"reward/{reward_id}" for reward_id in rewards})):
        said = JOURNAL.c.subject.in_(piece), JOURNAL.c.type.in_(types), JOURNAL.c.actor == actor
        found.update(connection.execute(select(JOURNAL.c.subject).where(*said)).scalars())
    return {subject.partition("/")[2] for subject in found}


def may_be_payer(connection: Connection, actor: str, row: DeskRow) -> bool:
    """Whether this person may pay a reward: an approval counts before it is recorded."""
    return row.may_pay(actor) and not spoken_of(connection, actor, [row.reward_id], APPROVED)


def may_end(
    scope: Scope, connection: Connection, actor: str, order: OrderRow, row: DeskRow | None
) -> bool:
    """Whether this person may say what became of an order: as its payer, who is no other's hand.

    row: the order's reward; None where it is gone.
    """
    if row is not None:
        return may_be_payer(connection, actor, row)
    named = order.purchase_id, order.member
    entered_by = traces_of(scope, connection, [named])[named].entered_by
    approved = spoken_of(connection, actor, [order.reward_id], APPROVED)
    return actor not in entered_by and not approved


def handled(
    connection: Connection, actor: str, rewards: Iterable[str], rows: Iterable[DeskRow]
) -> set[str]:
    """Which of the rewards this person entered, approved or paid; rows: those that stand."""
    entered = {row.reward_id for row in rows if actor in row.hands}
    return entered | spoken_of(connection, actor, rewards, APPROVED, PAID)
