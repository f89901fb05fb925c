"""Records components that only grew: what the new events change is written, and nothing is read.

Nothing was taken back, nobody joined or left, and of what others did nothing but the passing of a
day concerns them. So the rows of before are what the fold of before comes to, and a view is looked
at again only where its own rule says that it may have moved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm.components.evaluation import Evaluation
from crm.components.fold import Fold
from crm.components.moment import evaluate
from crm.copies.tables import COPY_ROW
from crm.journal.logged_event import LoggedEvent
from crm.ledger.book import ClaimStep
from crm.ledger.concerned import stored_claims
from crm.ledger.rows import OwnedClaim
from crm.outcomes.projection import outcome_rows
from crm.outcomes.shared import EvaluationContext
from crm.outcomes.tables import OUTCOME
from crm.recording.chunk import Chunk, note_copies
from crm.recording.claim_steps import claim_step, moves_claims
from crm.recording.projections import GROWING
from crm.storage.bulk import driver_values, insert_rows
from crm.storage.difference import Difference


@dataclass(frozen=True, slots=True)
class Growth:
    """One component before and after, and each event with the fold that it led to."""

    subjects: frozenset[str]
    before: Evaluation
    after: Evaluation
    path: Sequence[tuple[LoggedEvent, Fold]]

    @property
    def may_have_claims(self) -> bool:
        """Whether members may have earned something here."""
        return self.after.fold.may_have_claims


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
    steps = [step for growth in grown for step in _steps(chunk, growth)]
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
    new.sort(key=lambda event: event.order)
    before = evaluate(fold, earlier)
    path: list[tuple[LoggedEvent, Fold]] = []
    for event in new:
        chunk.keep_time()
        grown = fold.then(event, context)
        if grown is None:
            return _grow_late(subjects, before, new, context)
        fold = grown
        path.append((event, fold))
    positions = [event.position for event in new]
    if fold.may_have_claims and positions != sorted(positions):
        # The ledger goes by the journal, the fold by effective order.
        return None
    return Growth(subjects, before, evaluate(fold, context), path)


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
    return Growth(subjects, before, evaluate(fold, context), [(event, fold) for event in new])


def _write_outcomes(chunk: Chunk, grown: Sequence[Growth]) -> None:
    rows: list[dict[str, Any]] = []
    changed: list[Growth] = []
    for growth in grown:
        if not growth.path:
            # No outcome hangs on a day.
            continue
        outcomes = growth.after.outcomes
        if outcomes is growth.after.judged.outcomes:
            rows += outcome_rows((event for event, _ in growth.path), outcomes)
        else:
            changed.append(growth)
    values = driver_values(chunk.connection, OUTCOME, rows)
    if values:
        chunk.write(lambda connection: insert_rows(connection, OUTCOME, values))
    chunk.written += len(values)
    chunk.moved.add(OUTCOME, Difference(fresh=values))
    # A word on a reward may mark a payment, or what was approved before.
    chunk.write_outcomes([(growth.after.events, growth.after.outcomes) for growth in changed])


def _write_views(chunk: Chunk, grown: Sequence[Growth]) -> None:
    types = [frozenset(event.type_name for event, _ in growth.path) for growth in grown]
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
        difference = chunk.rewrite(view.table, subjects, rows)
        if view.table is COPY_ROW:
            evaluations = {subject: growth.after for growth in moved for subject in growth.subjects}
            note_copies(chunk, difference, evaluations.__getitem__)


def _stored_claims(chunk: Chunk, grown: Iterable[Growth]) -> list[OwnedClaim]:
    subjects = [
        subject for growth in grown if growth.may_have_claims for subject in growth.subjects
    ]
    return stored_claims(chunk.connection, subjects) if subjects else []


def _steps(chunk: Chunk, growth: Growth) -> list[ClaimStep]:
    """The claims after each event, and each day, that may have changed them."""
    if not growth.may_have_claims:
        return []
    context = growth.after.context
    moments = [
        (event, evaluate(fold, context))
        for event, fold in growth.path
        if fold.may_have_claims and moves_claims(event)
    ]
    days = {e.position: e for subject in growth.subjects for e in chunk.woken.get(subject, ())}
    for position in sorted(days):
        then = replace(context, reached_day=chunk.day_at(position))
        moments.append((days[position], evaluate(growth.after.fold, then)))
    steps = []
    for event, evaluation in moments:
        chunk.keep_time()
        steps.append(claim_step(evaluation, growth.subjects, event))
    return steps
