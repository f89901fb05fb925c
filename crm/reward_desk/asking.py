"""Asks the history behind a reward: why it is what it is, what is left of its purchase, and which
referrals of a member came to none."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

import orjson
from sqlalchemy import Connection, select

from campaigns.cloudevents import decode_data
from campaigns.events.base import EventData
from campaigns.events.purchases import PurchaseMade, ReferralMade
from campaigns.times import shanghai_day
from crm.components.as_of import past_of_subjects
from crm.components.event_filter import effective_up_to
from crm.components.index import subjects_tied_to
from crm.components.index_keys import kind_of
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.ledger.queries import claims_of_member, subject_of_reward
from crm.ledger.tables import REWARD
from crm.outcomes.tables import OUTCOME
from crm.people.linked import people_of_cards
from crm.people.tables import CARD, LINK, PERSON
from crm.reward_desk.desk import REJECTIONS, DeskRow
from crm.rewards.explaining import Explanation, explain
from crm.scope import HEADQUARTERS_SCOPE, Scope
from crm.storage.database import in_pieces
from crm.storage.reads import stored_rows


def rejected_because(connection: Connection, rows: Collection[DeskRow]) -> dict[str, str]:
    """Reward → the reason that stands, of those that are rejected and have one; what is none of
    REJECTIONS is `other`. For readers that have asked who may see the rows."""
    subjects = [f"reward/{row.reward_id}" for row in rows if row.state == "rejected"]
    found: dict[str, str | None] = {}
    for piece in in_pieces(subjects):
        query = (
            select(JOURNAL.c.subject, JOURNAL.c.plain)
            .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
            .where(JOURNAL.c.subject.in_(piece), JOURNAL.c.type == "reward.rejected")
            .where(OUTCOME.c.outcome == "recorded")
            .order_by(*(JOURNAL.c[name] for name in ("starts_us", "sequence", "source", "id")))
        )
        for subject, plain in connection.execute(query):
            found[subject.partition("/")[2]] = orjson.loads(plain).get("reason_code")
    return {
        reward_id: reason if reason in REJECTIONS else "other"
        for reward_id, reason in found.items()
        if reason
    }


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
class Counted:
    """The reward that a purchase earned, and whose it is."""

    reward_id: str
    member: str


@dataclass(frozen=True, slots=True)
class Unrewarded:
    """A referral that earned its member nothing so far.

    name: of the patient, where the viewer may know it. bought: whether the patient bought since.
    reward: of whoever's referral counts for that purchase instead; None where none does.
    """

    card_id: str
    on: date
    name: str | None
    bought: bool
    reward: Counted | None


def unrewarded(
    scope: Scope, connection: Connection, member: str, most: int
) -> tuple[list[Unrewarded], int]:
    """(the latest referrals of a member that came to no reward, how many there are).

    Whose referral counted instead is another member's: that is for whoever sees the books.
    """
    scope.require("books", "what became of each referral")
    own = select(REWARD.c.referral_id).where(REWARD.c.member == member)
    rewarded = set(connection.execute(own).scalars())
    made = [each for each in _referrals(connection, member) if each[1].referral_id not in rewarded]
    person_of = people_of_cards(connection, {data.card_id for _, data in made})
    bought = _bought_by(connection, set(person_of.values()))
    found = []
    for at_us, data in made:
        since = [
            counted
            for bought_us, counted in bought.get(person_of.get(data.card_id, ""), ())
            if bought_us >= at_us
        ]
        counted = next(filter(None, since), None)
        # Of somebody whom the member referred twice one referral is enough.
        if counted is None or counted.member != member:
            found.append((data.card_id, shanghai_day(at_us), bool(since), counted))
    names = _names(scope, connection, {card_id for card_id, *_ in found[:most]})
    listed = [
        Unrewarded(card, on, names.get(card), has_bought, counted)
        for card, on, has_bought, counted in found[:most]
    ]
    return listed, len(found)


def _referrals(connection: Connection, member: str) -> list[tuple[int, ReferralMade]]:
    """What is recorded of whom a member referred, the latest first."""
    key = f"member/{member}"
    cards = {
        each for each in subjects_tied_to(connection, [key]).get(key, ()) if kind_of(each) == "card"
    }
    rows = _recorded(connection, "referral.made", cards)
    told = [(at_us, data) for at_us, data in rows if isinstance(data, ReferralMade)]
    return sorted(
        ((at_us, data) for at_us, data in told if data.member == member),
        key=lambda each: (each[0], each[1].referral_id),
        reverse=True,
    )


def _bought_by(
    connection: Connection, people: set[str]
) -> dict[str, list[tuple[int, Counted | None]]]:
    """Of each person when it bought, and which reward counts for that, in the order of time."""
    columns = (LINK.c.card_id, LINK.c.person_id)
    cards: dict[str, str] = dict(stored_rows(connection, columns, LINK.c.person_id, people))
    rows = _recorded(connection, "purchase.made", {f"card/{card_id}" for card_id in cards})
    made = [(at_us, data) for at_us, data in rows if isinstance(data, PurchaseMade)]
    counted = {
        purchase_id: Counted(reward_id, member)
        for purchase_id, reward_id, member, referral_id in stored_rows(
            connection,
            (REWARD.c.purchase_id, REWARD.c.reward_id, REWARD.c.member, REWARD.c.referral_id),
            REWARD.c.purchase_id,
            {data.purchase_id for _, data in made},
        )
        if referral_id is not None
    }
    found: dict[str, list[tuple[int, Counted | None]]] = {}
    for at_us, data in sorted(made, key=lambda each: (each[0], each[1].purchase_id)):
        told = at_us, counted.get(data.purchase_id)
        found.setdefault(cards[data.card_id], []).append(told)
    return found


def _recorded(
    connection: Connection, type_name: str, subjects: set[str]
) -> Iterator[tuple[int, EventData]]:
    for piece in in_pieces(sorted(subjects)):
        query = (
            select(JOURNAL.c.starts_us, JOURNAL.c.plain)
            .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
            .where(JOURNAL.c.subject.in_(piece), JOURNAL.c.type == type_name)
            .where(OUTCOME.c.outcome == "recorded")
        )
        for at_us, plain in connection.execute(query):
            yield at_us, decode_data(type_name, plain, None)


def _names(scope: Scope, connection: Connection, cards: set[str]) -> dict[str, str]:
    if not scope.may("people"):
        return {}
    query = (
        select(CARD.c.card_id, CARD.c.name)
        .join(LINK, LINK.c.card_id == CARD.c.card_id)
        .join(PERSON, PERSON.c.person_id == LINK.c.person_id)
        .where(CARD.c.card_id.in_(cards), CARD.c.name.is_not(None))
    )
    if not scope.may("restricted"):
        query = query.where(PERSON.c.restricted.is_(False))
    return {card_id: name for card_id, name in connection.execute(query)}
