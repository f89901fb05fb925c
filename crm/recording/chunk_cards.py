"""Records what is said of cards: every component that is touched or woken.

Those that only grew are recorded by what is new (crm/recording/chunk_growth.py); all others are
evaluated anew, and their rows compared with the stored ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.identifiers import mobile_e164
from crm.components.evaluation import Evaluation
from crm.components.fold import GROWS_BY, Fold
from crm.components.index import Closure, add_ties, close, homes_tied_to, rewrite_ties, ties_of
from crm.components.keys import JOINING, Digest, keys_of_event, keys_of_home, kind_of, phone_key
from crm.components.moment import evaluate
from crm.copies.tables import COPY_ROW
from crm.identity.resolution import nobody_crowds
from crm.ledger.book import ClaimStep, stored_claims
from crm.ledger.rows import HomedClaim
from crm.outcomes.matching import ever_weighed, weights_in_force
from crm.outcomes.shared import EvaluationContext
from crm.recording.chunk import Chunk, note_copies
from crm.recording.chunk_growth import record_growth
from crm.recording.claim_steps import Movers
from crm.recording.projections import PROJECTIONS

COMPONENTS_TOGETHER = 1_000
_KINDS = ("card", "reward")

Homes = frozenset[str]
Steps = tuple[list[HomedClaim], list[ClaimStep]]
"""The claims of before, and the steps of all of them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Components that are recorded together, and the phones among them that tie nobody."""

    components: Sequence[Homes]
    crowded: frozenset[str]


def record_cards(chunk: Chunk) -> Steps:
    """Every component that is touched or woken.

    Bookings go by events, not by people: they wait until everybody was looked at.
    """
    claims: list[HomedClaim] = []
    steps: list[ClaimStep] = []
    growing = _growing(chunk)
    for group in _groups(chunk, growing):
        context = _context(chunk, group.crowded)
        for start in range(0, len(group.components), COMPONENTS_TOGETHER):
            together = group.components[start : start + COMPONENTS_TOGETHER]
            may_grow = [c for c in together if not group.crowded and _only_grows(chunk, c, growing)]
            left, before, more = record_growth(chunk, may_grow, context)
            claims += before
            steps += more
            anew = [*set(together).difference(may_grow), *left]
            before = stored_claims(chunk.connection, {home for homes in anew for home in homes})
            claims += before
            steps += _write(chunk, anew, context, {claim.home for claim in before})
    return claims, steps


def _context(chunk: Chunk, crowded: frozenset[str]) -> EvaluationContext:
    return EvaluationContext(
        chunk.facts.activity,
        chunk.facts.member,
        chunk.facts.all_contracts(),
        chunk.facts.all_policies(),
        chunk.reached,
        _crowds(crowded, chunk.digest) if crowded else nobody_crowds,
        weights_in_force(chunk.facts.all_matching()),
    )


def _write(
    chunk: Chunk,
    components: Sequence[Homes],
    context: EvaluationContext,
    homes_with_claims: set[str],
) -> list[ClaimStep]:
    """Write the rows of some components; gives the steps of their claims, which come last."""
    if not components:
        return []
    everyone = {home for homes in components for home in homes}
    histories = chunk.cache.histories(chunk.connection, everyone)
    movers = Movers(chunk.own, chunk.woken, chunk.facts, chunk.changed, chunk.reached_at)
    rows: list[list[dict[str, Any]]] = [[] for _ in PROJECTIONS]
    steps: list[ClaimStep] = []
    for homes in components:
        evaluation = _evaluated(histories, homes, context)
        for projection, made in zip(PROJECTIONS, rows, strict=True):
            made += projection.rows(evaluation, chunk.keys)
        if evaluation.fold.may_have_claims or not homes_with_claims.isdisjoint(homes):
            steps += movers.steps(evaluation, homes)
        if not chunk.keeps:
            continue
        if context.is_crowded is nobody_crowds:
            chunk.components.keep(homes, evaluation.fold)
        else:
            for home in homes:
                chunk.components.drop(home)
    component_of = {home: homes for homes in components for home in homes}
    owners = [home for home in everyone if not chunk.is_fresh(histories[home])]
    for projection, made in zip(PROJECTIONS, rows, strict=True):
        difference = chunk.rewrite(projection.table, owners, made)
        if projection.table is COPY_ROW:
            note_copies(
                chunk,
                difference,
                lambda home: _evaluated(histories, component_of[home], context),
            )
    return steps


def _evaluated(
    histories: Mapping[str, Sequence[Any]], homes: Homes, context: EvaluationContext
) -> Evaluation:
    return evaluate(Fold([event for home in homes for event in histories[home]], context), context)


def _growing(chunk: Chunk) -> set[str]:
    """The touched homes whose events in the chunk neither take back nor say who is who."""
    if not chunk.is_next or chunk.everybody:
        return set()
    return {
        home
        for kind in _KINDS
        for home, events in chunk.homes(kind).items()
        if all(event.type_name in GROWS_BY for event in events)
    }


def _only_grows(chunk: Chunk, homes: Homes, growing: set[str]) -> bool:
    """Whether nothing concerns a component but its own growth, or the passing of days."""
    return (
        chunk.is_next
        and not chunk.everybody
        and all(
            (home in growing or home not in chunk.own)
            and all(event.type_name == "day.reached" for event in chunk.woken.get(home, ()))
            for home in homes
        )
    )


def _groups(chunk: Chunk, growing: set[str]) -> Iterator[Group]:
    """Store what the touched cards speak of; all that can concern them, then the woken ones.

    A day may wake everybody: no more than so many are held in memory. `growing` loses the homes
    that may have come together with others.
    """
    touched = {home for kind in _KINDS for home in chunk.homes(kind)}
    keys_by_home = _keys_by_home(chunk, sorted(touched - growing))
    named = {home: _keys_named(chunk, home) for home in growing}
    chunk.wake_newly_tied(keys_by_home)
    chunk.wake_newly_tied(named)
    former = _former_ties(chunk)
    net = rewrite_ties(chunk.connection, keys_by_home)
    add_ties(chunk.connection, named)
    if chunk.everybody:
        _tie_everybody(chunk)
    growing -= _joined(chunk, named)
    # What the touched cards speak of is read at once instead of one by one.
    chunk.facts.look_up({key for keys in (*keys_by_home.values(), *named.values()) for key in keys})
    woken = sorted(home for home in chunk.woken if kind_of(home) in _KINDS)
    starts = range(COMPONENTS_TOGETHER, len(woken), COMPONENTS_TOGETHER)
    later = (set(woken[start : start + COMPONENTS_TOGETHER]) for start in starts)
    seen: set[str] = set()
    for homes in (touched.union(woken[:COMPONENTS_TOGETHER]), *later):
        unknown = {home for home in homes if not _is_kept(chunk, home, growing)}
        unknown -= seen
        if unknown:
            closure = close(chunk.connection, unknown, net, former)
            seen.update(home for component in closure.components for home in component)
            yield from _by_crowding(closure)
        kept = {component for home in homes - seen if (component := chunk.components.of(home))}
        seen.update(home for component in kept for home in component.homes)
        if kept:
            yield Group([component.homes for component in kept], frozenset())


def _tie_everybody(chunk: Chunk) -> None:
    """What everybody speaks of: under weights cards are tied by more, and later no less."""
    homes = sorted(home for home in chunk.woken if kind_of(home) == "card")
    for start in range(0, len(homes), COMPONENTS_TOGETHER):
        piece = homes[start : start + COMPONENTS_TOGETHER]
        rewrite_ties(chunk.connection, _keys_by_home(chunk, piece))


def _by_crowding(closure: Closure) -> Iterator[Group]:
    yield Group(list(map(frozenset, closure.components)), closure.crowded)


def _is_kept(chunk: Chunk, home: str, growing: set[str]) -> bool:
    """Whether the component of a home is at hand, and can be no other now."""
    component = chunk.components.of(home)
    return component is not None and _only_grows(chunk, component.homes, growing)


def _keys_named(chunk: Chunk, home: str) -> set[str]:
    keys = {key for event in chunk.own[home] for key in keys_of_event(event)}
    keys.discard(home)
    return keys


def _joined(chunk: Chunk, named: Mapping[str, set[str]]) -> set[str]:
    """The homes that may have come together with others by what they name."""
    joining = {key for keys in named.values() for key in keys if kind_of(key) in JOINING}
    tied = homes_tied_to(chunk.connection, joining)
    found: set[str] = set()
    for home, keys in named.items():
        others = {other for key in keys & joining for other in _homes_at(key, tied)} - {home}
        component = chunk.components.of(home)
        if others and (component is None or not others <= component.homes):
            found |= {home, *others}
    return found


def _homes_at(key: str, tied: Mapping[str, set[str]]) -> Iterable[str]:
    return {key, *tied.get(key, ())} if kind_of(key) == "card" else tied.get(key, ())


def _keys_by_home(chunk: Chunk, homes: Sequence[str]) -> dict[str, set[str]]:
    """What each card speaks of; the histories are long, so a part of them is held at a time."""
    keys: dict[str, set[str]] = {}
    weighed = ever_weighed(chunk.facts.all_matching())
    for start in range(0, len(homes), COMPONENTS_TOGETHER):
        piece = homes[start : start + COMPONENTS_TOGETHER]
        histories = chunk.cache.histories(chunk.connection, piece)
        for home, events in histories.items():
            keys[home] = keys_of_home(home, events, chunk.digest, weighed=weighed)
    return keys


def _former_ties(chunk: Chunk) -> Mapping[str, set[str]]:
    """What tied the cards that are erased here: whoever it led to must do without them."""
    erased = {event.home for event in chunk.events if event.type_name == "card.erased"}
    stored = ties_of(chunk.connection, erased)
    former = {}
    weighed = ever_weighed(chunk.facts.all_matching())
    for home, history in chunk.cache.histories(chunk.connection, erased).items():
        before = [event for event in history if event.type_name != "card.erased"]
        keys = keys_of_home(home, before, chunk.digest, weighed=weighed)
        former[home] = stored.get(home, set()) | keys
    return former


def _crowds(crowded: frozenset[str], digest: Digest) -> Callable[[str], bool]:
    """Tells of a phone as written whether it is on too many cards."""

    def is_crowded(raw: str) -> bool:
        phone = mobile_e164(raw)
        return phone is not None and phone_key(phone, digest) in crowded

    return is_crowded
