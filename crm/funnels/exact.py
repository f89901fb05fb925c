"""The chain of one person whose touchpoints may serve several steps, or stand in the way of others.

Few are such; of them all that may be is tried, as far as it has to be.
"""

from dataclasses import dataclass

from crm.funnels.any_order import AnyOrderSearch
from crm.funnels.chains import Chain, OrderedSearch
from crm.funnels.definition import ChainKind, EntryRule
from crm.funnels.history import History, Mark, Slot, history_of


@dataclass(slots=True)
class Case:
    """What is known of one person.

    entries: marks of step 1 in the period, in effective order, with the ends of their windows.
    slots: of all touchpoints, for a strict funnel.
    """

    entries: list[tuple[Mark, int]]
    marks: list[Mark]
    slots: list[Slot] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How chains are counted. sequence: the steps in turn, as numbers of different ones."""

    sequence: tuple[int, ...]
    kind: ChainKind
    entry: EntryRule


def chain_of(rules: Rules, case: Case) -> Chain:
    """Of the entries that count the longest chain; then the latest entry, then early steps."""
    marks = [mark for mark, _ in case.entries]
    history = history_of(max(rules.sequence) + 1, marks, case.marks, case.slots)
    kinds = history.attainable(rules.sequence)
    if rules.entry == EntryRule.FIRST:
        return _search(rules, history, kinds, *case.entries[0]).chain()
    best: Chain = ()
    # Entries alike in time and in what they can serve have the same chains.
    alike = {(entry.slot, entry.kinds): (entry, limit) for entry, limit in case.entries}
    for entry, limit_us in sorted(alike.values(), reverse=True):
        as_late = bool(best) and best[0] == entry.slot.earliest_us
        if len(best) == len(kinds) and not as_late:
            break
        search = _search(rules, history, kinds, entry, limit_us)
        length = search.length()
        if length > len(best):
            best = search.chain()
        elif length == len(best) and as_late:
            best = min(best, search.chain())
    return best


def _search(
    rules: Rules, history: History, kinds: tuple[int, ...], entry: Mark, limit_us: int
) -> AnyOrderSearch | OrderedSearch:
    if rules.kind == ChainKind.ANY:
        return AnyOrderSearch(history, kinds, entry, limit_us)
    strict = rules.kind == ChainKind.STRICT
    return OrderedSearch(history, kinds, entry, limit_us, strict=strict)
