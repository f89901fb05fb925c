"""The people and households that a set of cards and people's decisions make: a pure function.

The order in which cards and decisions arrive plays no part, and nothing of an earlier result is
needed: what a word or a correction changed is computed anew, and taken back the same way.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from campaigns.ids import household_id, person_id
from crm.identity.blocking import closed_pairs
from crm.identity.clusters import Clusters, Evidence
from crm.identity.matching import Block, cards_by_phone, decisions_in_force, join_all, kept_apart
from crm.identity.record import Record
from crm.identity.traits import IdentityCard, PairDecision, Traits, traits_of
from crm.identity.weighing import Asked, Compared, join_by_weights, records_of, with_proving_phones
from crm.identity.weights import Weights


@dataclass(frozen=True, slots=True)
class Person:
    """One person: the cards, in effective order, and the household. Who lives alone is one too."""

    person_id: str
    card_ids: tuple[str, ...]
    household_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """Which person a card belongs to, who decided it, and on what evidence.

    `decided_by` is "human" for a person's word, "rule" for the deterministic rule, "weights" for
    likeness, and "alone" for a card that nothing joins to another; only that one is without
    evidence.
    """

    card_id: str
    person_id: str
    decided_by: Literal["human", "rule", "weights", "alone"]
    evidence: Evidence | None


_DECIDED_BY: Mapping[str, Literal["human", "weights"]] = MappingProxyType(
    {"same": "human", "weights": "weights"}
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """People by the effective order of their first cards, their links in the same order.

    `aliases` leads from the id that any card would give to the person the card belongs to.
    `asked` are the pairs of cards that a person is asked about, the heaviest first.
    """

    persons: tuple[Person, ...]
    links: tuple[Link, ...]
    aliases: Mapping[str, str]
    asked: tuple[Asked, ...] = ()


def nobody_crowds(phone: str) -> bool:
    """No phone is known to be crowded beyond what the cards at hand show."""
    return False


def resolve(
    cards: Iterable[IdentityCard],
    decisions: Iterable[PairDecision],
    crowded_phones: Callable[[str], bool] = nobody_crowds,
    weights: Weights | None = None,
    records: Iterable[Record] | None = None,
    compared: Compared = closed_pairs,
) -> Resolution:
    """Who is who among the cards, whose ids are unique.

    Without `weights` it is the deterministic rule alone. `records` are the cards as they are
    weighed, where that is not what stands on them; `compared` are those that are weighed at all.

    Words about a card that is not among them play no part. `crowded_phones` tells of phones that
    are on more cards than were loaded, and so prove nothing (see `matching.CARDS_ON_A_PHONE_MAX`).
    The result for a set that is closed under shared closure keys and decisions is the same as for
    those cards within a larger set.
    """
    in_order = sorted(cards, key=lambda card: (card.order, card.card_id))
    traits = {card.card_id: traits_of(card) for card in in_order}
    said = decisions_in_force(decisions, traits)
    phones = cards_by_phone(traits, crowded_phones)
    clusters = Clusters(traits, kept_apart(said))
    join_all(clusters, said, traits, phones)
    asked: tuple[Asked, ...] = ()
    if weights is not None:
        weighed = records_of(in_order) if records is None else records
        asked = join_by_weights(clusters, with_proving_phones(weighed, phones), weights, compared)
    own_ids = {card_id: person_id(card_id) for card_id in traits}
    people = _people(traits, clusters, own_ids)
    person_of = {card_id: who for who, card_ids in people.items() for card_id in card_ids}
    households = _households(people, person_of, phones)
    return Resolution(
        persons=tuple(Person(who, tuple(ids), households[who]) for who, ids in people.items()),
        links=tuple(
            _link(card_id, who, clusters) for who, ids in people.items() for card_id in ids
        ),
        aliases={own_ids[card_id]: who for card_id, who in person_of.items()},
        asked=asked,
    )


def _people(
    traits: Mapping[str, Traits], clusters: Clusters, own_ids: Mapping[str, str]
) -> dict[str, list[str]]:
    """Person id → card ids; `traits` is in effective order, so the first card names the person."""
    people: dict[str, list[str]] = {}
    named: dict[str, str] = {}
    for card_id in traits:
        who = named.get(card_id)
        if who is None:
            who = own_ids[card_id]
            named.update(dict.fromkeys(clusters.members(card_id), who))
        people.setdefault(who, []).append(card_id)
    return people


def _households(
    people: Mapping[str, list[str]], person_of: Mapping[str, str], phones: Mapping[str, Block]
) -> dict[str, str]:
    """Person id → household id: people are of one household if phones connect them."""
    neighbours: dict[str, set[str]] = {who: set() for who in people}
    for on_phone in phones.values():
        if len(on_phone) > 1:
            first = person_of[on_phone[0]]
            for card_id in on_phone[1:]:
                neighbours[first].add(person_of[card_id])
                neighbours[person_of[card_id]].add(first)
    households: dict[str, str] = {}
    for who in people:
        if who not in households:
            together = _reachable(who, neighbours)
            households.update(dict.fromkeys(together, household_id(min(together))))
    return households


def _reachable(start: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    reached, to_visit = {start}, [start]
    while to_visit:
        new = neighbours[to_visit.pop()] - reached
        reached |= new
        to_visit += new
    return reached


def _link(card_id: str, who: str, clusters: Clusters) -> Link:
    evidence = clusters.evidence.get(card_id)
    if evidence is None:
        return Link(card_id, who, "alone", None)
    return Link(card_id, who, _DECIDED_BY.get(evidence.kind, "rule"), evidence)
