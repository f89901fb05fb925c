"""The deterministic rule: which cards are taken for one person, in which order, and which phones
say nothing.

Two cards are linked by the same valid ID number; by the same sound of the name and the same
phone; or by the same name, birth date and prefecture. (The same name, birth date and phone needs
no rule of its own: the same name sounds the same.) Any other phone than a mainland mobile, and a
phone that very many share, proves nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

from crm.identity.clusters import Clusters, EvidenceKind
from crm.identity.traits import PairDecision, Traits, name_and_birth

NAMES_ON_A_PHONE_MAX = 8
"""A phone on more cards of different names (by sound) is a call centre's."""

CARDS_ON_A_PHONE_MAX = 200
"""A phone on more cards is not looked at: our own bound, for the sake of speed."""

Block = list[str]
"""Cards of which any two are linked by one piece of evidence."""


def cards_by_phone(
    traits: Mapping[str, Traits], crowded_phones: Callable[[str], bool]
) -> dict[str, Block]:
    """For each phone that proves something, the cards it is on."""
    cards: defaultdict[str, Block] = defaultdict(list)
    for card_id, said in traits.items():
        for phone in said.phones:
            cards[phone].append(card_id)
    return {
        phone: on_it
        for phone, on_it in cards.items()
        if not _too_many(traits, on_it) and not crowded_phones(phone)
    }


def decisions_in_force(
    decisions: Iterable[PairDecision], traits: Mapping[str, Traits]
) -> list[PairDecision]:
    """The latest decision on each pair of known cards, in effective order."""
    latest: dict[frozenset[str], PairDecision] = {}
    for decision in sorted(decisions, key=_decision_order):
        if decision.card_id != decision.other_card_id:
            latest[frozenset((decision.card_id, decision.other_card_id))] = decision
    known = (decision for pair, decision in latest.items() if all(card in traits for card in pair))
    return sorted(known, key=_decision_order)


def kept_apart(decisions: Iterable[PairDecision]) -> dict[str, frozenset[str]]:
    """For each card, the cards of which a person said: someone else."""
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for decision in decisions:
        if decision.kind == "different":
            apart[decision.card_id].add(decision.other_card_id)
            apart[decision.other_card_id].add(decision.card_id)
    return {card_id: frozenset(others) for card_id, others in apart.items()}


def join_all(
    clusters: Clusters,
    decisions: Iterable[PairDecision],
    traits: Mapping[str, Traits],
    phones: Mapping[str, Block],
) -> None:
    """Join by people's decisions first, then by the rule from the strongest evidence down."""
    for decision in decisions:
        if decision.kind == "same":
            clusters.join_by_decision(decision.card_id, decision.other_card_id)
    _join_blocks(clusters, "id_number", _id_blocks(traits))
    _join_blocks(clusters, "name_and_phone", _name_and_phone_blocks(traits, phones))
    _join_blocks(clusters, "name_and_birth", _name_and_birth_blocks(traits))


def _decision_order(decision: PairDecision) -> tuple[object, ...]:
    return decision.order, decision.kind, *sorted((decision.card_id, decision.other_card_id))


def _too_many(traits: Mapping[str, Traits], on_phone: Block) -> bool:
    if len(on_phone) <= NAMES_ON_A_PHONE_MAX:
        return False
    if len(on_phone) > CARDS_ON_A_PHONE_MAX:
        return True
    sounds = {traits[card_id].sound for card_id in on_phone} - {""}
    return len(sounds) > NAMES_ON_A_PHONE_MAX


def _id_blocks(traits: Mapping[str, Traits]) -> list[Block]:
    return _blocks((said.id_number, card_id) for card_id, said in traits.items())


def _name_and_phone_blocks(
    traits: Mapping[str, Traits], phones: Mapping[str, Block]
) -> list[Block]:
    blocks: list[Block] = []
    for on_phone in phones.values():
        if len(on_phone) > 1:
            blocks += _blocks((traits[card_id].sound or None, card_id) for card_id in on_phone)
    return blocks


def _name_and_birth_blocks(traits: Mapping[str, Traits]) -> list[Block]:
    return _blocks((name_and_birth(said), card_id) for card_id, said in traits.items())


def _blocks(keyed: Iterable[tuple[Hashable | None, str]]) -> list[Block]:
    """The cards of each key that two or more share; None is no key."""
    blocks: defaultdict[Hashable, Block] = defaultdict(list)
    for key, card_id in keyed:
        if key is not None:
            blocks[key].append(card_id)
    return [block for block in blocks.values() if len(block) > 1]


def _join_blocks(clusters: Clusters, kind: EvidenceKind, blocks: list[Block]) -> None:
    """Try the pairs of every block by card ids: the smaller id first, then the larger, as text."""
    for card_id, others in _pairs(clusters, blocks):
        for other in others:
            clusters.join_by_rule(card_id, other, kind)


def _pairs(clusters: Clusters, blocks: list[Block]) -> Iterator[tuple[str, list[str]]]:
    """Each card in order with the larger cards it shares a block with, in order.

    A block that has become one cluster is let go: its other pairs can join nothing any more.
    That keeps large blocks from costing the square of their size.
    """
    blocks_of: defaultdict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        block.sort(reverse=True)
        for card_id in block:
            blocks_of[card_id].append(block)
    for card_id in sorted(blocks_of):
        larger: set[str] = set()
        for block in blocks_of[card_id]:
            if block:
                block.pop()
                larger.update(block)
        if larger:
            yield card_id, sorted(larger)
        for block in blocks_of[card_id]:
            if all(clusters.together(card_id, other) for other in block):
                block.clear()
