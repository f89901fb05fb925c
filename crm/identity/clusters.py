"""Clusters of cards that only grow: what may be joined, and the evidence that joined it.

A join looks at every pair of cards across the two clusters. What the pairs can say against it is
kept per cluster in a few values, so that looking costs the same however many cards there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from crm.identity.traits import Traits

EvidenceKind = Literal["same", "id_number", "name_and_phone", "name_and_birth", "weights"]

Part = tuple[str, str, int]
"""What was compared, how well it fits, and what that weighs in hundredths of a bit."""

PAIRS_ACROSS_MAX = 400
"""Of two clusters that are joined by weights; larger ones are left to a person."""

BIRTH_YEARS_APART_MAX = 2
"""Birth years written from memory differ; further apart than this they mean two people."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a card belongs where it does: the strongest edge that joined it to another card.

    parts: what speaks for it and against it, where weights are in force.
    """

    kind: EvidenceKind
    other_card_id: str
    parts: tuple[Part, ...] = ()


@dataclass(slots=True)
class _Cluster:
    """Its cards, the cards a person keeps apart from them, and all they say of one person."""

    members: set[str]
    kept_apart: set[str] = field(default_factory=set)
    id_numbers: set[str] = field(default_factory=set)
    sexes: set[str] = field(default_factory=set)
    first_birth_year: int | None = None
    last_birth_year: int | None = None

    def take(self, other: "_Cluster") -> None:
        self.members |= other.members
        self.kept_apart |= other.kept_apart
        self.id_numbers |= other.id_numbers
        self.sexes |= other.sexes
        if other.first_birth_year is None or other.last_birth_year is None:
            return
        if self.first_birth_year is None or self.last_birth_year is None:
            self.first_birth_year = other.first_birth_year
            self.last_birth_year = other.last_birth_year
            return
        self.first_birth_year = min(self.first_birth_year, other.first_birth_year)
        self.last_birth_year = max(self.last_birth_year, other.last_birth_year)


class Clusters:
    """The clusters of a set of cards; every card begins as one of its own.

    `kept_apart` holds, for a card, the cards that a person said are someone else.
    """

    def __init__(
        self, traits: Mapping[str, Traits], kept_apart: Mapping[str, frozenset[str]]
    ) -> None:
        self._traits = traits
        self._kept_apart = kept_apart
        self._cluster_of: dict[str, _Cluster] = {}
        self.evidence: dict[str, Evidence] = {}

    def members(self, card_id: str) -> frozenset[str]:
        """The cards joined with this one, itself among them."""
        cluster = self._cluster_of.get(card_id)
        return frozenset(cluster.members) if cluster else frozenset((card_id,))

    def together(self, card_id: str, other_card_id: str) -> bool:
        """Whether the two cards are in one cluster."""
        return self._cluster(card_id) is self._cluster(other_card_id)

    def join_by_decision(self, card_id: str, other_card_id: str) -> bool:
        """Join two cards because a person said so; False if a person keeps their clusters apart.

        What the cards say of themselves does not matter: a person stands above any rule.
        """
        one, other = self._cluster(card_id), self._cluster(other_card_id)
        if one is not other and _said_different(one, other):
            return False
        return self._join(one, other, card_id, other_card_id, "same")

    def join_by_rule(self, card_id: str, other_card_id: str, kind: EvidenceKind) -> bool:
        """Join two cards because a rule says so; False if any pair across them speaks against."""
        one, other = self._cluster(card_id), self._cluster(other_card_id)
        if one is not other and (_said_different(one, other) or _vetoed(one, other)):
            return False
        return self._join(one, other, card_id, other_card_id, kind)

    def join_by_weights(
        self,
        card_id: str,
        other_card_id: str,
        parts: tuple[Part, ...],
        speaks_against: Callable[[str, str], bool],
    ) -> bool:
        """Join two cards because of what their likeness weighs; False if a person, another sex or
        ID number, or the likeness of any pair across them speaks against."""
        one, other = self._cluster(card_id), self._cluster(other_card_id)
        if one is other:
            return True
        if (
            len(one.members) * len(other.members) > PAIRS_ACROSS_MAX
            or _said_different(one, other)
            or _any_pair_differs(one.id_numbers, other.id_numbers)
            or _any_pair_differs(one.sexes, other.sexes)
            or any(speaks_against(mine, its) for mine in one.members for its in other.members)
        ):
            return False
        return self._join(one, other, card_id, other_card_id, "weights", parts)

    def said_different(self, card_id: str, other_card_id: str) -> bool:
        """Whether a person keeps the clusters of two cards apart."""
        return _said_different(self._cluster(card_id), self._cluster(other_card_id))

    def _join(
        self,
        one: _Cluster,
        other: _Cluster,
        card_id: str,
        other_card_id: str,
        kind: EvidenceKind,
        parts: tuple[Part, ...] = (),
    ) -> bool:
        if one is not other:
            self.evidence.setdefault(card_id, Evidence(kind, other_card_id, parts))
            self.evidence.setdefault(other_card_id, Evidence(kind, card_id, parts))
            larger, smaller = (
                (one, other) if len(one.members) >= len(other.members) else (other, one)
            )
            larger.take(smaller)
            self._cluster_of.update(dict.fromkeys(smaller.members, larger))
        return True

    def _cluster(self, card_id: str) -> _Cluster:
        cluster = self._cluster_of.get(card_id)
        if cluster is None:
            cluster = self._cluster_of[card_id] = self._cluster_of_one(card_id)
        return cluster

    def _cluster_of_one(self, card_id: str) -> _Cluster:
        traits = self._traits[card_id]
        return _Cluster(
            members={card_id},
            kept_apart=set(self._kept_apart.get(card_id, ())),
            id_numbers={traits.id_number} if traits.id_number else set(),
            sexes={traits.sex} if traits.sex else set(),
            first_birth_year=traits.birth_year,
            last_birth_year=traits.birth_year,
        )


def _said_different(one: _Cluster, other: _Cluster) -> bool:
    return bool(one.kept_apart) and not one.kept_apart.isdisjoint(other.members)


def _vetoed(one: _Cluster, other: _Cluster) -> bool:
    """Whether some card of one and some card of the other cannot be about the same person."""
    return (
        _any_pair_differs(one.id_numbers, other.id_numbers)
        or _any_pair_differs(one.sexes, other.sexes)
        or _birth_years_too_far_apart(one, other)
    )


def _any_pair_differs(values: set[str], others: set[str]) -> bool:
    return bool(values) and bool(others) and (len(values) > 1 or values != others)


def _birth_years_too_far_apart(one: _Cluster, other: _Cluster) -> bool:
    if one.first_birth_year is None or other.first_birth_year is None:
        return False
    if one.last_birth_year is None or other.last_birth_year is None:
        return False
    widest = max(
        one.last_birth_year - other.first_birth_year, other.last_birth_year - one.first_birth_year
    )
    return widest > BIRTH_YEARS_APART_MAX
