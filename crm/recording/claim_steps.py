"""The claims of a component after each event that may have moved them, for the ledger.

A batch records many events at once, but the ledger tells of each what it moved. So where there
are rewards, the component is also evaluated as it was after each event on the way, with the
activities and members as they were then.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from crm.components.evaluation import Evaluation
from crm.components.fold import Fold
from crm.components.histories import SharedFacts
from crm.components.moment import evaluate
from crm.journal.logged_event import LoggedEvent
from crm.ledger.book import ClaimStep
from crm.ledger.rows import OwnedClaim
from crm.outcomes.shared import EvaluationContext
from crm.rewards.claims import Claim
from crm.rewards.earnings import purchases_touched

_NO_CLAIM_CHANGES = frozenset(
    {
        "activity.attended",
        "clinic.consulted",
        "trial.started",
        "trial.ended",
        "gift.given",
        "club.joined",
        "club.left",
        "follow_up.done",
        "complaint.raised",
        "complaint.resolved",
        "consent.given",
        "consent.refused",
        "consent.withdrawn",
        "person.deceased",
        "relation.stated",
    }
)
"""Events that can move no reward, whatever their outcome."""

_FIRST_OF_CLAIMS = frozenset({"purchase.made", "reward.approved", "reward.rejected", "reward.paid"})
"""Before the first of these there is no claim that could move."""


@dataclass(frozen=True, slots=True)
class Movers:
    """What may have moved claims in a chunk.

    own: the chunk's events by subject; causes: by subject, events of shared things that concern it.
    changed: of each shared thing's subject, the position of its last change.
    day_at: the day that was reached at a position.
    keep_time: raises an error where it takes too long.
    """

    own: Mapping[str, Sequence[LoggedEvent]]
    causes: Mapping[str, Sequence[LoggedEvent]]
    facts: SharedFacts
    changed: Mapping[str, int]
    day_at: Callable[[int], date | None]
    keep_time: Callable[[], None]

    def steps(self, evaluation: Evaluation, subjects: Iterable[str]) -> list[ClaimStep]:
        """The claims after each event that may have changed them, the last as they stand now."""
        movers = self._of(subjects, _first_claim(evaluation.events))
        if not movers:
            return []
        *earlier, last = movers
        steps = list(self._on_the_way(evaluation, subjects, earlier)) if earlier else []
        return [*steps, claim_step(evaluation, subjects, last)]

    def _on_the_way(
        self, evaluation: Evaluation, subjects: Iterable[str], movers: Sequence[LoggedEvent]
    ) -> Iterator[ClaimStep]:
        """Each moment grows out of the one before, unless more than the component's own growth lies
        between: then all is folded anew."""
        history = sorted(evaluation.events, key=_position)
        causes = {e.position for subject in subjects for e in self.causes.get(subject, ())}
        fold: Fold | None = None
        known = 0
        for event in movers:
            self.keep_time()
            context = self._context_at(evaluation.context, event.position)
            up_to = bisect_right(history, event.position, key=_position)
            new, known = history[known:up_to], up_to
            grown = None
            if fold is not None and event.position not in causes:
                grown = _grown(fold, new, context)
            fold, purchases = grown or (Fold(history[:up_to], context), None)
            yield claim_step(evaluate(fold, context), subjects, event, purchases)

    def _of(self, subjects: Iterable[str], since: int) -> list[LoggedEvent]:
        """In the order of the journal."""
        movers: dict[int, LoggedEvent] = {}
        last: LoggedEvent | None = None
        for subject in subjects:
            own = filter(moves_claims, self.own.get(subject, ()))
            for event in (*own, *self.causes.get(subject, ())):
                if event.position >= since:
                    movers[event.position] = event
                elif last is None or event.position > last.position:
                    last = event
        if not movers and last is not None:
            # It comes out of the dead letters, after all that it concerns.
            return [last]
        return [movers[position] for position in sorted(movers)]

    def _context_at(self, context: EvaluationContext, position: int) -> EvaluationContext:
        facts = self.facts.as_of(position, self.changed)
        return replace(
            context,
            activity=facts.activity,
            member=facts.member,
            reached_day=self.day_at(position),
        )


def _position(event: LoggedEvent) -> int:
    return event.position


def _grown(
    fold: Fold, new: Iterable[LoggedEvent], context: EvaluationContext
) -> tuple[Fold, frozenset[str]] | None:
    """The fold of some events more, and the purchases whose claims may be others; None where all
    must be folded anew."""
    touched: frozenset[str] = frozenset()
    for event in new:
        grown = fold.then(event, context)
        if grown is None:
            return None
        touched |= purchases_touched(event, fold.events)
        fold = grown
    return fold, touched


def moves_claims(event: LoggedEvent) -> bool:
    """Whether an event may move a reward, whatever its outcome."""
    return event.type_name not in _NO_CLAIM_CHANGES


def _first_claim(events: Iterable[LoggedEvent]) -> int:
    """The position from which on there may be claims."""
    return min(
        (event.position for event in events if event.type_name in _FIRST_OF_CLAIMS), default=0
    )


def claim_step(
    evaluation: Evaluation,
    subjects: Iterable[str],
    event: LoggedEvent,
    purchases: frozenset[str] | None = None,
) -> ClaimStep:
    """The claims of a component as they stand after an event: of some of its purchases, or all."""
    if purchases is None:
        claims: Iterable[Claim] = evaluation.claims
    else:
        found = evaluation.earnings.by_purchase
        known = [name for name in purchases if name in found]
        claims = [claim for name in known for claim in found[name][0]]
        # Of a hall full of cards it is about the one that bought.
        subjects = map(evaluation.subject_of_purchase, known)
    owned = tuple(
        OwnedClaim(evaluation.subject_of_purchase(claim.purchase_id), claim) for claim in claims
    )
    return ClaimStep(event.position, event.key, frozenset(subjects), owned, purchases)
