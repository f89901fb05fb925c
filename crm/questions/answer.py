"""What a dealer hears when it asks for a person: mine, ask headquarters, or unknown.

`yours` is said of what stands in the dealer's own copy alone: of its contributing cards, not of the
other cards of their people, whose phones or names it does not have. Whoever else is known gives
`ask_headquarters`, whether another dealer knows the person or the company alone. An archive that is
restricted is stored and not used, so it gives nothing; an erased card says nothing.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crm.identity.resolution import nobody_crowds, resolve
from crm.identity.traits import IdentityCard

Answer = Literal["yours", "ask_headquarters", "unknown"]

_ASKED = "~"
"""No card has this id: an id has no tilde."""


@dataclass(frozen=True, slots=True)
class Question:
    """A person as a dealer would write it on a card."""

    name: str
    phone: str
    id_number: str | None = None
    birth_date: date | None = None
    region: str | None = None

    def as_card(self) -> IdentityCard:
        """The card that it would be, after all others."""
        return IdentityCard(
            _ASKED,
            (sys.maxsize, 0, "", ""),
            name=self.name,
            birth_date=self.birth_date,
            id_number=self.id_number,
            phones=(self.phone,),
            region=self.region,
        )


def answer(
    question: Question,
    own: Iterable[IdentityCard],
    others: Iterable[IdentityCard],
    is_crowded: Callable[[str], bool] = nobody_crowds,
) -> Answer:
    """By the rule by which cards are linked (crm/identity/matching.py), vetoes included.

    own: the cards that contribute to the dealer's copy; others: all others that may be used.
    What is `yours` is judged by the dealer's own cards alone, so that nobody else's can be seen in
    it.
    """
    mine = list(own)
    if _is_linked(question, mine, nobody_crowds):
        return "yours"
    if _is_linked(question, [*mine, *others], is_crowded):
        return "ask_headquarters"
    return "unknown"


def _is_linked(
    question: Question, cards: Iterable[IdentityCard], is_crowded: Callable[[str], bool]
) -> bool:
    resolution = resolve((*cards, question.as_card()), (), is_crowded)
    return any(
        _ASKED in person.card_ids and len(person.card_ids) > 1 for person in resolution.persons
    )
