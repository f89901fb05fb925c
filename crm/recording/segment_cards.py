"""Records what is said of cards: every component that is touched or woken, evaluated anew."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from campaigns.identifiers import mobile_e164
from campaigns.times import day_end_us
from crm.components.evaluation import Evaluation
from crm.components.index import (
    Closure,
    Digest,
    close,
    keys_of_home,
    kind_of,
    phone_key,
    rewrite_ties,
    ties_of,
)
from crm.copies.projection import reason_why_gone
from crm.copies.tables import COPY_ROW
from crm.identity.resolution import nobody_crowds
from crm.journal.logged_event import LoggedEvent
from crm.ledger.book import ClaimStep, HomedClaim, stored_claims, write_steps
from crm.outcomes.shared import Surroundings
from crm.recording.claim_steps import Movers, may_have_claims
from crm.recording.projections import PROJECTIONS
from crm.recording.segment import Segment
from crm.storage.difference import Difference

COMPONENTS_TOGETHER = 1_000
_KINDS = ("card", "reward")


def record_cards(segment: Segment) -> None:
    """Every component that is touched or woken."""
    claims: list[HomedClaim] = []
    steps: list[ClaimStep] = []
    for closure in _closures(segment):
        around = _surroundings(segment, closure)
        for start in range(0, len(closure.components), COMPONENTS_TOGETHER):
            together = closure.components[start : start + COMPONENTS_TOGETHER]
            everyone = {home for homes in together for home in homes}
            before = stored_claims(segment.connection, everyone)
            steps += _write(segment, together, around, {claim.home for claim in before})
            claims += before
    # Bookings go by events, not by people: they wait until everybody was looked at.
    segment.written += write_steps(segment.connection, claims, steps)


def _surroundings(segment: Segment, closure: Closure) -> Surroundings:
    segment.facts.look_up(closure.speaks_of)
    return Surroundings(
        segment.facts.activity,
        segment.facts.member,
        segment.facts.all_contracts(),
        segment.facts.all_policies(),
        segment.reached,
        _crowds(closure.crowded, segment.digest) if closure.crowded else nobody_crowds,
    )


def _write(
    segment: Segment,
    components: Sequence[set[str]],
    around: Surroundings,
    homes_with_claims: set[str],
) -> list[ClaimStep]:
    """Write the rows of some components; gives the steps of their claims, which come last."""
    everyone = {home for homes in components for home in homes}
    histories = segment.library.histories(segment.connection, everyone)
    movers = Movers(
        segment.own, segment.woken, segment.facts, segment.changed, segment.reached_at, evaluate
    )
    rows: list[list[dict[str, Any]]] = [[] for _ in PROJECTIONS]
    steps: list[ClaimStep] = []
    for homes in components:
        known = evaluate([event for home in homes for event in histories[home]], around)
        for projection, made in zip(PROJECTIONS, rows, strict=True):
            made += projection.rows(known, segment.keys)
        if may_have_claims(known.events) or not homes_with_claims.isdisjoint(homes):
            steps += movers.steps(known, homes)
    for projection, made in zip(PROJECTIONS, rows, strict=True):
        difference = segment.rewrite(projection.table, everyone, made)
        if projection.table is COPY_ROW:
            _note_copies(segment, components, around, difference)
    return steps


def _note_copies(
    segment: Segment,
    components: Sequence[set[str]],
    around: Surroundings,
    difference: Difference,
) -> None:
    """Which rows of the copies changed, and why others are gone: the dealers will be told."""
    for dealer, key, _home, _cards, content in (*difference.fresh, *difference.changed):
        segment.copies[dealer, key] = segment.content_hash(bytes(content))
    if not difference.gone:
        return
    component_of = {home: homes for homes in components for home in homes}
    written = {(dealer, key) for dealer, key, *_ in difference.fresh}
    for dealer, key, home, cards, _content in difference.gone:
        if (dealer, key) in written:
            continue
        homes = component_of[home]
        histories = segment.library.histories(segment.connection, homes)
        known = evaluate([event for each in homes for event in histories[each]], around)
        segment.copies[dealer, key] = reason_why_gone(known, dealer, orjson.loads(cards))


def _closures(segment: Segment) -> Iterator[Closure]:
    """Store what the touched cards speak of; all that can concern them, then the woken ones.

    A day may wake everybody: no more than so many are held in memory.
    """
    touched = {home for kind in _KINDS for home in segment.homes(kind)}
    keys_by_home = _keys_by_home(segment, sorted(touched))
    segment.wake_newly_tied(keys_by_home)
    former = _former_ties(segment)
    net = rewrite_ties(segment.connection, keys_by_home)
    seen: set[str] = set()
    woken = sorted(home for home in segment.woken if kind_of(home) in _KINDS)
    starts = range(COMPONENTS_TOGETHER, len(woken), COMPONENTS_TOGETHER)
    later = (woken[start : start + COMPONENTS_TOGETHER] for start in starts)
    for homes in (touched.union(woken[:COMPONENTS_TOGETHER]), *later):
        unseen = [home for home in homes if home not in seen]
        if unseen:
            closure = close(segment.connection, unseen, net, former)
            seen.update(home for component in closure.components for home in component)
            yield closure


def _keys_by_home(segment: Segment, homes: Sequence[str]) -> dict[str, set[str]]:
    """What each card speaks of; the histories are long, so a part of them is held at a time."""
    keys: dict[str, set[str]] = {}
    for start in range(0, len(homes), COMPONENTS_TOGETHER):
        piece = homes[start : start + COMPONENTS_TOGETHER]
        histories = segment.library.histories(segment.connection, piece)
        for home, events in histories.items():
            keys[home] = keys_of_home(home, events, segment.digest)
    return keys


def _former_ties(segment: Segment) -> Mapping[str, set[str]]:
    """What tied the cards that are erased here: whoever it led to must do without them."""
    erased = {event.home for event in segment.events if event.type_name == "card.erased"}
    stored = ties_of(segment.connection, erased)
    former = {}
    for home, history in segment.library.histories(segment.connection, erased).items():
        before = [event for event in history if event.type_name != "card.erased"]
        former[home] = stored.get(home, set()) | keys_of_home(home, before, segment.digest)
    return former


def _crowds(crowded: frozenset[str], digest: Digest) -> Callable[[str], bool]:
    """Tells of a phone as written whether it is on too many cards."""

    def is_crowded(raw: str) -> bool:
        phone = mobile_e164(raw)
        return phone is not None and phone_key(phone, digest) in crowded

    return is_crowded


def evaluate(events: Sequence[LoggedEvent], around: Surroundings) -> Evaluation:
    """A component, for the end of the day that was reached or its newest event."""
    at_us = max((event.starts_us for event in events), default=0)
    if around.reached_day is not None:
        at_us = max(at_us, day_end_us(around.reached_day) - 1)
    return Evaluation(events, around, at_us)
