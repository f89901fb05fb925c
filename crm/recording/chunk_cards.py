"""Records what is said of cards: every component that is touched or woken.

Those that only grew are recorded by what is new (crm/recording/chunk_growth.py); all others are
evaluated anew, and their rows compared with the stored ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from campaigns.identifiers import mobile_e164
from crm.components.evaluation import Evaluation
from crm.components.fold import GROWS_BY, Fold
from crm.components.index import Closure, add_ties, close, rewrite_ties, subjects_tied_to, ties_of
from crm.components.index_keys import (
    JOINING,
    Digest,
    keys_of_event,
    keys_of_subject,
    kind_of,
    phone_key,
)
from crm.components.moment import evaluate
from crm.copies.tables import COPY_ROW
from crm.identity.resolution import nobody_crowds
from crm.ledger.book import ClaimStep
from crm.ledger.rows import OwnedClaim
from crm.ledger.stored_claims import stored_claims
from crm.outcomes.matching import ever_weighed, weights_in_force
from crm.outcomes.shared import EvaluationContext
from crm.recording.chunk import Chunk, Judged, note_copies
from crm.recording.chunk_growth import record_growth
from crm.recording.claim_steps import Movers
from crm.recording.projections import PROJECTIONS

COMPONENTS_TOGETHER = 1_000
_KINDS = ("card", "reward")

Subjects = frozenset[str]
Steps = tuple[list[OwnedClaim], list[ClaimStep]]
"""The claims of before, and the steps of all of them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Components that are recorded together, and the phones among them that tie nobody."""

    components: Sequence[Subjects]
    crowded: frozenset[str]


def record_cards(chunk: Chunk) -> Steps:
    """Every component that is touched or woken.

    Bookings go by events, not by people: they wait until everybody was looked at.
    """
    claims: list[OwnedClaim] = []
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
            before = stored_claims(
                chunk.connection, {subject for subjects in anew for subject in subjects}
            )
            claims += before
            steps += _write(chunk, anew, context, {claim.subject for claim in before})
    return claims, steps


def _context(chunk: Chunk, crowded: frozenset[str]) -> EvaluationContext:
    return EvaluationContext(
        chunk.facts.activity,
        chunk.facts.member,
        chunk.facts.all_contracts(),
        chunk.facts.all_policies(),
        chunk.day,
        _crowds(crowded, chunk.digest) if crowded else nobody_crowds,
        weights_in_force(chunk.facts.all_matching()),
    )


def _write(
    chunk: Chunk,
    components: Sequence[Subjects],
    context: EvaluationContext,
    subjects_with_claims: set[str],
) -> list[ClaimStep]:
    """Write the rows of some components; gives the steps of their claims, which come last."""
    if not components:
        return []
    everyone = {subject for subjects in components for subject in subjects}
    histories = chunk.cache.histories(chunk.connection, everyone)
    known = chunk.own, chunk.woken, chunk.facts, chunk.changed, chunk.day_at
    movers = Movers(*known, chunk.keep_time)
    rows: list[list[dict[str, Any]]] = [[] for _ in PROJECTIONS]
    judged: list[Judged] = []
    steps: list[ClaimStep] = []
    for subjects in components:
        chunk.keep_time()
        evaluation = _evaluated(histories, subjects, context)
        judged.append((evaluation.events, evaluation.outcomes))
        for projection, made in zip(PROJECTIONS, rows, strict=True):
            made += projection.rows(evaluation, chunk.hashes)
        if evaluation.fold.may_have_claims or not subjects_with_claims.isdisjoint(subjects):
            steps += movers.steps(evaluation, subjects)
        if not chunk.keeps:
            continue
        if context.is_crowded is nobody_crowds:
            chunk.components.keep(subjects, evaluation.fold)
        else:
            for subject in subjects:
                chunk.components.drop(subject)
    component_of = {subject: subjects for subjects in components for subject in subjects}
    owners = [subject for subject in everyone if not chunk.is_fresh(histories[subject])]
    chunk.write_outcomes(judged)
    for projection, made in zip(PROJECTIONS, rows, strict=True):
        owner = projection.owner
        difference = chunk.rewrite(projection.table, owner.of(owners), made, owner=owner.column)
        if projection.table is COPY_ROW:
            note_copies(
                chunk,
                difference,
                lambda subject: _evaluated(histories, component_of[subject], context),
            )
    return steps


def _evaluated(
    histories: Mapping[str, Sequence[Any]], subjects: Subjects, context: EvaluationContext
) -> Evaluation:
    return evaluate(
        Fold([event for subject in subjects for event in histories[subject]], context), context
    )


def _growing(chunk: Chunk) -> set[str]:
    """The subjects whose events in the chunk neither take back nor say who is who."""
    if not chunk.is_next or chunk.everybody:
        return set()
    return {
        subject
        for kind in _KINDS
        for subject, events in chunk.subjects(kind).items()
        if all(event.type_name in GROWS_BY for event in events)
    }


def _only_grows(chunk: Chunk, subjects: Subjects, growing: set[str]) -> bool:
    """Whether nothing concerns a component but its own growth, or the passing of days."""
    return (
        chunk.is_next
        and not chunk.everybody
        and all(
            (subject in growing or subject not in chunk.own)
            and all(event.type_name == "day.reached" for event in chunk.woken.get(subject, ()))
            for subject in subjects
        )
    )


def _groups(chunk: Chunk, growing: set[str]) -> Iterator[Group]:
    """Store what the touched cards speak of; all that can concern them, then the woken ones.

    A day may wake everybody: no more than so many are held in memory. `growing` loses the subjects
    that may have come together with others.
    """
    with_events = {subject for kind in _KINDS for subject in chunk.subjects(kind)}
    keys_by_subject = _keys_by_subject(chunk, sorted(with_events - growing))
    named = {subject: _keys_named(chunk, subject) for subject in growing}
    chunk.wake_newly_tied(keys_by_subject)
    chunk.wake_newly_tied(named)
    former = _former_ties(chunk)
    net = rewrite_ties(chunk.connection, keys_by_subject)
    add_ties(chunk.connection, named)
    if chunk.ties_anew:
        _tie_everybody(chunk)
    growing -= _joined(chunk, named)
    # What the touched cards speak of is read at once instead of one by one.
    chunk.facts.look_up(
        {key for keys in (*keys_by_subject.values(), *named.values()) for key in keys}
    )
    woken = sorted(subject for subject in chunk.woken if kind_of(subject) in _KINDS)
    starts = range(COMPONENTS_TOGETHER, len(woken), COMPONENTS_TOGETHER)
    later = (set(woken[start : start + COMPONENTS_TOGETHER]) for start in starts)
    seen: set[str] = set()
    for subjects in (with_events.union(woken[:COMPONENTS_TOGETHER]), *later):
        unknown = _unknown(chunk, subjects - seen, growing)
        if unknown:
            closure = close(chunk.connection, unknown, net, former)
            seen.update(subject for component in closure.components for subject in component)
            yield _to_look_at(chunk, closure)
        kept = {
            component for subject in subjects - seen if (component := chunk.components.of(subject))
        }
        seen.update(subject for component in kept for subject in component.subjects)
        if kept:
            yield Group([component.subjects for component in kept], frozenset())


def _tie_everybody(chunk: Chunk) -> None:
    """What everybody speaks of: under weights cards are tied by more, and later no less."""
    subjects = sorted(subject for subject in chunk.woken if kind_of(subject) == "card")
    for start in range(0, len(subjects), COMPONENTS_TOGETHER):
        piece = subjects[start : start + COMPONENTS_TOGETHER]
        rewrite_ties(chunk.connection, _keys_by_subject(chunk, piece))


def _to_look_at(chunk: Chunk, closure: Closure) -> Group:
    """All components but those of which nothing can have become another."""
    components = list(map(frozenset, closure.components))
    if chunk.only_weighs:
        # A card that has no other to be compared with is what it was under any weights.
        components = [subjects for subjects in components if len(subjects) > 1]
    return Group(components, closure.crowded)


def _unknown(chunk: Chunk, subjects: Set[str], growing: set[str]) -> set[str]:
    """The subjects whose component is not at hand, or can be another now."""
    only_grow: dict[Subjects, bool] = {}
    unknown = set()
    for subject in subjects:
        component = chunk.components.of(subject)
        if component is None:
            unknown.add(subject)
            continue
        together = component.subjects
        if together not in only_grow:
            only_grow[together] = _only_grows(chunk, together, growing)
        if not only_grow[together]:
            unknown.add(subject)
    return unknown


def _keys_named(chunk: Chunk, subject: str) -> set[str]:
    keys = {key for event in chunk.own[subject] for key in keys_of_event(event)}
    keys.discard(subject)
    return keys


def _joined(chunk: Chunk, named: Mapping[str, set[str]]) -> set[str]:
    """The subjects that may have come together with others by what they name."""
    joining = {key for keys in named.values() for key in keys if kind_of(key) in JOINING}
    tied = subjects_tied_to(chunk.connection, joining)
    found: set[str] = set()
    for subject, keys in named.items():
        others = {other for key in keys & joining for other in _subjects_at(key, tied)} - {subject}
        component = chunk.components.of(subject)
        if others and (component is None or not others <= component.subjects):
            found |= {subject, *others}
    return found


def _subjects_at(key: str, tied: Mapping[str, set[str]]) -> Iterable[str]:
    return {key, *tied.get(key, ())} if kind_of(key) == "card" else tied.get(key, ())


def _keys_by_subject(chunk: Chunk, subjects: Sequence[str]) -> dict[str, set[str]]:
    """What each card speaks of; the histories are long, so a part of them is held at a time."""
    keys: dict[str, set[str]] = {}
    weighed = ever_weighed(chunk.facts.all_matching())
    for start in range(0, len(subjects), COMPONENTS_TOGETHER):
        piece = subjects[start : start + COMPONENTS_TOGETHER]
        histories = chunk.cache.histories(chunk.connection, piece)
        for subject, events in histories.items():
            keys[subject] = keys_of_subject(subject, events, chunk.digest, weighed=weighed)
    return keys


def _former_ties(chunk: Chunk) -> Mapping[str, set[str]]:
    """What tied the cards that are erased here: whoever it led to must do without them."""
    erased = {event.subject for event in chunk.events if event.type_name == "card.erased"}
    stored = ties_of(chunk.connection, erased)
    former = {}
    weighed = ever_weighed(chunk.facts.all_matching())
    for subject, history in chunk.cache.histories(chunk.connection, erased).items():
        before = [event for event in history if event.type_name != "card.erased"]
        keys = keys_of_subject(subject, before, chunk.digest, weighed=weighed)
        former[subject] = stored.get(subject, set()) | keys
    return former


def _crowds(crowded: frozenset[str], digest: Digest) -> Callable[[str], bool]:
    """Tells of a phone as written whether it is on too many cards."""

    def is_crowded(raw: str) -> bool:
        phone = mobile_e164(raw)
        return phone is not None and phone_key(phone, digest) in crowded

    return is_crowded
