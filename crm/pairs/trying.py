"""What weights would join and ask before they are put in force; nothing is written.

The same evaluation as the recording's, over some cards with all that can concern them. Where there
are more cards than that, what is found of them is taken for all.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from crm.components.as_of import past_of_subjects
from crm.components.event_filter import EVERYTHING
from crm.components.matched_cards import identity_card
from crm.identity.resolution import resolve
from crm.identity.weights import Weights
from crm.keyring.keyring import Keyring
from crm.people.tables import CARD
from crm.scope import Scope
from crm.storage.reads import stored_rows

CARDS_TRIED = 1_000
"""Cards that are looked at, besides those that they may belong to: some seconds."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How many cards there are, and how many of them were looked at; of all, how many weights would
    join to another, and of how many pairs a person would be asked."""

    cards: int
    seen: int
    joined: int
    asked: int

    @property
    def exact(self) -> bool:
        """Whether all were looked at."""
        return self.seen == self.cards


def tried(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    weights: Weights,
    at_us: int,
    most: int = CARDS_TRIED,
) -> Tried:
    """Who would be who by some weights, instead of those in force."""
    scope.require("conflicts", "who is who is the company's to decide")
    standing = CARD.c.erased.is_(False)
    cards = connection.execute(select(func.count()).where(standing)).scalar_one()
    if not cards:
        return Tried(0, 0, 0, 0)
    place = func.row_number().over(order_by=CARD.c.card_id).label("place")
    numbered = select(CARD.c.card_id, CARD.c.pinyin, CARD.c.born, place)
    all_cards = numbered.where(standing).subquery()
    # Every so-manieth by its id, the same ones whenever it is asked.
    some = select(all_cards).where((all_cards.c.place * most) % max(cards, most) < most)
    sample = connection.execute(some).all()
    alike = {(row.pinyin, row.born) for row in sample if row.pinyin and len(row.born or "") > 4}
    columns = (CARD.c.pinyin, CARD.c.born)
    asked = {
        card_id for (card_id,) in stored_rows(connection, (CARD.c.card_id,), columns, sorted(alike))
    }
    asked.update(row.card_id for row in sample)
    subjects = [f"card/{card_id}" for card_id in sorted(asked)]
    past = past_of_subjects(connection, keyring, subjects, at_us, EVERYTHING)
    found = resolve(
        map(identity_card, past.cards.values()),
        past.fold.pair_decisions,
        past.context.is_crowded,
        weights,
    )
    among = {row.card_id for row in sample}
    joined = sum(link.decided_by == "weights" for link in found.links if link.card_id in among)
    sides = sum((pair.card_id in among) + (pair.other_card_id in among) for pair in found.asked)
    share = cards / len(sample)
    return Tried(cards, len(sample), round(joined * share), round(sides * share / 2))
