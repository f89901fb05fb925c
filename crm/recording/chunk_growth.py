"""Records components that only grew: what the new events change is written, and nothing is read.

Nothing was taken back, nobody joined or left, and of what others did nothing but the passing of a
day concerns them. So the rows of before are what the fold of before comes to, and a view is looked
at again only where its own rule says that it may have moved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from operator import attrgetter
from typing import Any

from campaigns.events.rewards import RewardApproved, RewardPaid, RewardRejected
from crm.components.evaluation import JUDGED_BY_CLAIMS, Evaluation
from crm.components.fold import Fold
from crm.components.moment import evaluate
from crm.copies.tables import COPY_ROW
from crm.journal.logged_event import LoggedEvent
from crm.ledger.book import ClaimStep
from crm.ledger.rows import OwnedClaim
from crm.ledger.stored_claims import stored_claims, stored_claims_of
from crm.outcomes.projection import outcome_rows
from crm.outcomes.shared import EvaluationContext
from crm.outcomes.tables import OUTCOME
from crm.recording.chunk import Chunk, Judged, note_copies
from crm.recording.claim_steps import claim_step, moves_claims
from crm.recording.projections import GROWING
from crm.rewards.earnings import purchases_touched
from crm.storage.bulk import driver_values, insert_rows
from crm.storage.difference import Difference


@dataclass(frozen=True, slots=True)
class Growth:
    """One component before and after, and what became of its claims on the way.

    events: the new ones; steps: the claims after each of them, or each day, that may have moved
    some; purchases: those whose claims or payments may have moved, None: any.
    """

    subjects: frozenset[str]
    before: Evaluation
    after: Evaluation
    events: Sequence[LoggedEvent]
    steps: Sequence[ClaimStep] = ()
    purchases: frozenset[str] | None = None


def record_growth(
    chunk: Chunk, components: Sequence[frozenset[str]], context: EvaluationContext
) -> tuple[list[frozenset[str]], list[OwnedClaim], list[ClaimStep]]:
    """Record those that only grew.

    Returns those that did not, the stored claims of the others, and the steps of their claims.
    """
    earlier = replace(context, reached_day=chunk.day_before)
    grown: list[Growth] = []
    left: list[frozenset[str]] = []
    folds = _folds(chunk, components, context)
    for subjects in components:
        chunk.keep_time()
        growth = _grow(chunk, subjects, folds[subjects], earlier, context)
        if growth is None:
            left.append(subjects)
        else:
            grown.append(growth)
    before = _stored_claims(chunk, grown)
    _write_outcomes(chunk, grown)
    _write_views(chunk, grown)
    steps = [step for growth in grown for step in growth.steps]
    for growth in grown:
        chunk.components.keep(growth.subjects, growth.after.fold)
    return left, before, steps


def _folds(
    chunk: Chunk, components: Sequence[frozenset[str]], context: EvaluationContext
) -> dict[frozenset[str], Fold]:
    """What each came to before the chunk; read and folded once more where it is not at hand."""
    found: dict[frozenset[str], Fold] = {}
    for subjects in components:
        kept = chunk.components.of(next(iter(subjects)))
        fold = None
        if kept is not None and kept.subjects == subjects:
            fold = chunk.components.fold_of(kept)
        if fold is not None:
            found[subjects] = fold
    missing = [subjects for subjects in components if subjects not in found]
    everyone = [subject for subjects in missing for subject in subjects]
    histories = chunk.cache.histories(chunk.connection, everyone)
    for subjects in missing:
        new = {event.position for subject in subjects for event in chunk.own.get(subject, ())}
        known = [
            event
            for subject in subjects
            for event in histories[subject]
            if event.position not in new
        ]
        found[subjects] = Fold(known, context)
    return found


def _grow(
    chunk: Chunk,
    subjects: frozenset[str],
    fold: Fold,
    earlier: EvaluationContext,
    context: EvaluationContext,
) -> Growth | None:
    new = [event for subject in subjects for event in chunk.own.get(subject, ())]
    before = evaluate(fold, earlier)
    if not new:
        return Growth(
            subjects, before, evaluate(fold, context), (), _days(chunk, subjects, fold, context)
        )
    new.sort(key=attrgetter("order"))
    steps: list[ClaimStep] = []
    purchases: set[str] = set()
    for event in new:
        chunk.keep_time()
        grown = fold.then(event, context)
        if grown is None:
            return _grow_late(subjects, before, new, context)
        if moves_claims(event):
            touched = purchases_touched(event, fold.events)
            purchases |= touched
            if touched and grown.may_have_claims:
                steps.append(claim_step(evaluate(grown, context), subjects, event, touched))
        fold = grown
    positions = [event.position for event in new]
    if fold.may_have_claims and positions != sorted(positions):
        # The ledger goes by the journal, the fold by effective order.
        return None
    after = evaluate(fold, context)
    return Growth(subjects, before, after, new, steps, frozenset(purchases))


def _days(
    chunk: Chunk, subjects: frozenset[str], fold: Fold, context: EvaluationContext
) -> list[ClaimStep]:
    """The claims after each day, where only days went by."""
    if not fold.may_have_claims:
        return []
    days = {event.position: event for name in subjects for event in chunk.woken.get(name, ())}
    steps = []
    for position, event in sorted(days.items()):
        chunk.keep_time()
        then = replace(context, reached_day=chunk.day_at(position))
        steps.append(claim_step(evaluate(fold, then), subjects, event))
    return steps


def _grow_late(
    subjects: frozenset[str],
    before: Evaluation,
    new: Sequence[LoggedEvent],
    context: EvaluationContext,
) -> Growth | None:
    """The same where an event is not the last, or something waits: all is folded anew, and yet
    only what is new has to be written if no outcome of before is another one now."""
    fold = Fold([*before.events, *new], context)
    if before.fold.may_have_claims or fold.may_have_claims:
        return None
    now = fold.judged.outcomes
    if any(now[key] != outcome for key, outcome in before.judged.outcomes.items()):
        return None
    return Growth(subjects, before, evaluate(fold, context), new)


def _write_outcomes(chunk: Chunk, grown: Sequence[Growth]) -> None:
    rows: list[dict[str, Any]] = []
    changed: list[Judged] = []
    for growth in grown:
        # No outcome hangs on a day.
        words = _words(growth) if growth.events else frozenset()
        outcomes = growth.after.outcomes if growth.events else {}
        rows += outcome_rows((e for e in growth.events if e.subject not in words), outcomes)
        if words:
            told = [event for event in growth.after.events if event.subject in words]
            changed.append((told, outcomes))
    values = driver_values(chunk.connection, OUTCOME, rows)
    if values:
        chunk.write(lambda connection: insert_rows(connection, OUTCOME, values))
    chunk.written += len(values)
    chunk.moved.add(OUTCOME, Difference(fresh=values))
    chunk.write_outcomes(changed)


def _words(growth: Growth) -> frozenset[str]:
    """The subjects of what was said of rewards that may have other outcomes now: a word may mark a
    payment, or what was approved before."""
    fold = growth.after.fold
    if fold.types.isdisjoint(JUDGED_BY_CLAIMS):
        return frozenset()
    wanted = growth.purchases
    return frozenset(
        event.subject
        for event in fold.events
        if isinstance(event.data, RewardApproved | RewardRejected | RewardPaid)
        and (wanted is None or event.data.purchase_id in wanted)
    )


def _write_views(chunk: Chunk, grown: Sequence[Growth]) -> None:
    types = [frozenset(event.type_name for event in growth.events) for growth in grown]
    for view in GROWING:
        moved = [
            growth
            for growth, new in zip(grown, types, strict=True)
            if view.may_have_moved(growth.before, growth.after, new)
        ]
        if not moved:
            continue
        subjects = [subject for growth in moved for subject in growth.subjects]
        rows = (row for growth in moved for row in view.rows(growth.after, chunk.hashes))
        difference = chunk.rewrite(
            view.table, view.owner.of(subjects), rows, owner=view.owner.column
        )
        if view.table is COPY_ROW:
            evaluations = {subject: growth.after for growth in moved for subject in growth.subjects}
            note_copies(chunk, difference, evaluations.__getitem__)


def _stored_claims(chunk: Chunk, grown: Iterable[Growth]) -> list[OwnedClaim]:
    """Those that may be others now."""
    all_of: list[str] = []
    some_of: set[tuple[str, str]] = set()
    for growth in grown:
        for step in growth.steps:
            if step.purchases is None:
                all_of += step.subjects
            else:
                some_of.update(product(step.subjects, step.purchases))
    claims = stored_claims(chunk.connection, all_of) if all_of else []
    return claims + stored_claims_of(chunk.connection, some_of) if some_of else claims
