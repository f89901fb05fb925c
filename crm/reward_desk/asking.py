"""Asks the history behind a reward: why it is what it is, and what is left of its purchase.

A reward that only a payment names, and a line of a payment file whose reward is gone, rest on
nothing that is judged; nobody may be their payer, for that, who entered the purchase.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from campaigns.cloudevents import decode_data
from campaigns.events.purchases import PurchaseMade
from crm.components.as_of import effective_up_to, past_of_subjects
from crm.components.index import subjects_tied_to
from crm.components.index_keys import kind_of
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.ledger.queries import claims_of_member, subject_of_reward
from crm.outcomes.tables import OUTCOME
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.orders import OrderRow
from crm.rewards.explaining import Explanation, explain
from crm.scope import HEADQUARTERS_SCOPE, Scope

_ENTERED = ("purchase.made", "referral.made", "member.enrolled")


def explanation_of(
    scope: Scope, connection: Connection, keyring: Keyring, reward_id: str, at_us: int
) -> Explanation | None:
    """The explanation of a reward as of an instant; None when there is no such reward."""
    found = subject_of_reward(scope, connection, reward_id)
    if found is None:
        return None
    subject, member = found
    past = past_of_subjects(connection, keyring, [subject], at_us, effective_up_to(at_us))
    others = claims_of_member(scope, connection, member)
    facts, bench = past.reward_facts
    explained = (explain(person, bench, reward_id, others) for person in facts)
    return next((each for each in explained if each is not None), None)


def explanation_shown(
    scope: Scope, connection: Connection, keyring: Keyring, row: DeskRow, at_us: int
) -> Explanation | None:
    """The explanation of a reward that the viewer was shown, as far as the viewer may know it.

    A dealer hears of its own member's the arithmetic, the rule and what would free it. The events
    behind it are of a person and of others' hands, and another referral is another member's.
    """
    scope.require("money", "rewards and their money")
    found = explanation_of(HEADQUARTERS_SCOPE, connection, keyring, row.reward_id, at_us)
    if found is None or scope.may("books"):
        return found
    return replace(found, chain=(), referrals=())


@dataclass(frozen=True, slots=True)
class Trace:
    """Whether the purchase stands; who entered it, or a referral of its card, or the member."""

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
    subjects = sorted(subject for subject in tied if kind_of(subject) == "card")
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


def may_end(
    scope: Scope, connection: Connection, actor: str, order: OrderRow, row: DeskRow | None
) -> bool:
    """Whether this person may say what became of an order: as its payer, who is no other's hand.

    row: the order's reward; None where it is gone.
    """
    if row is not None:
        return row.may_pay(actor)
    named = order.purchase_id, order.member
    entered_by = traces_of(scope, connection, [named])[named].entered_by
    approved = JOURNAL.c.subject == f"reward/{order.reward_id}", JOURNAL.c.type == "reward.approved"
    approvers = connection.execute(select(JOURNAL.c.actor).where(*approved)).scalars()
    return actor not in (*entered_by, *approvers)
