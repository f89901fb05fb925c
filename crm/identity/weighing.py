"""Joins what the deterministic rule leaves apart, by weights, and finds whom a person is asked of.

From the heaviest pair down; a pair that a person, a veto or any pair across the two clusters
speaks against joins nothing. So which cards are one person does not hang on the order of arrival.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crm.identity.clusters import Clusters, Part
from crm.identity.likeness import likeness
from crm.identity.record import Record, record_of
from crm.identity.traits import IdentityCard, that_may_prove
from crm.identity.weights import ScoredPair, Weights, judge

_OTHER_NAMES = ("half", "different")

Compared = Callable[[Sequence[Record]], Iterable[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Two cards of which a person is asked whether they are of one, the smaller id first."""

    card_id: str
    other_card_id: str
    centibits: int
    parts: tuple[Part, ...]


def records_of(cards: Iterable[IdentityCard]) -> list[Record]:
    """The cards as records."""
    return list(map(_record, cards))


def with_proving_phones(records: Iterable[Record], phones: Iterable[str]) -> list[Record]:
    """The records with the phones alone that prove something."""
    proving = frozenset(phones)
    return [
        record if record.phones <= proving else replace(record, phones=record.phones & proving)
        for record in records
    ]


def join_by_weights(
    clusters: Clusters, records: Iterable[Record], weights: Weights, compared: Compared
) -> tuple[Asked, ...]:
    """Join what weighs enough; gives the pairs that weigh enough to ask, the heaviest first.

    compared: which of the records are compared, by their places.
    """
    listed = sorted(records, key=lambda record: record.record_id)
    pairs = [
        (scored, listed[one], listed[other])
        for one, other in compared(listed)
        if not clusters.together(listed[one].record_id, listed[other].record_id)
        and (scored := judge(listed[one], listed[other], weights)).verdict != "apart"
    ]
    pairs.sort(key=lambda each: (-each[0].centibits, each[1].record_id, each[2].record_id))
    by_id = {record.record_id: record for record in listed}

    def speaks_against(card_id: str, other_card_id: str) -> bool:
        return judge(by_id[card_id], by_id[other_card_id], weights).centibits < 0

    def is_another_name(card_id: str, other_card_id: str) -> bool:
        """A likely slip must not lead from one twin's name to the other's."""
        one, other = by_id[card_id], by_id[other_card_id]
        return likeness(one.name, other.name) in _OTHER_NAMES or speaks_against(
            card_id, other_card_id
        )

    for scored, one, other in pairs:
        if scored.verdict == "link":
            is_slip = weights.homes and scored.fit.get("name") == "near"
            clusters.join_by_weights(
                one.record_id,
                other.record_id,
                scored.parts,
                is_another_name if is_slip else speaks_against,
            )
    _explain(clusters, by_id, weights)
    return tuple(_asked(clusters, pairs))


def _explain(clusters: Clusters, records: Mapping[str, Record], weights: Weights) -> None:
    """What the links of the rule and of people weigh."""
    for card_id, evidence in clusters.evidence.items():
        if not evidence.parts:
            scored = judge(records[card_id], records[evidence.other_card_id], weights)
            clusters.evidence[card_id] = replace(evidence, parts=scored.parts)


def _asked(
    clusters: Clusters, pairs: Iterable[tuple[ScoredPair, Record, Record]]
) -> Iterable[Asked]:
    """Of two clusters the heaviest pair alone."""
    seen: set[frozenset[frozenset[str]]] = set()
    for scored, one, other in pairs:
        card_id, other_id = one.record_id, other.record_id
        if clusters.together(card_id, other_id) or clusters.said_different(card_id, other_id):
            continue
        between = frozenset((clusters.members(card_id), clusters.members(other_id)))
        if between not in seen:
            seen.add(between)
            yield Asked(card_id, other_id, scored.centibits, scored.parts)


def _record(card: IdentityCard) -> Record:
    born = card.birth_date or card.birth_year
    return record_of(
        card.card_id,
        name=card.name or "",
        sex=card.sex or "",
        born=str(born or ""),
        id_number=card.id_number or "",
        phones=that_may_prove(card.phones),
        region=card.region or "",
        address=card.address or "",
    )
