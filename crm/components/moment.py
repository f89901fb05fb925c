"""The moment for which a component is evaluated, and what moves when only time went on."""

from campaigns.times import day_end_us, shanghai_day
from crm.components.evaluation import Evaluation
from crm.components.fold import Fold
from crm.outcomes.shared import EvaluationContext


def evaluate(fold: Fold, context: EvaluationContext) -> Evaluation:
    """For the end of the day that was reached, or the newest event."""
    at_us = fold.events[-1].starts_us if fold.events else 0
    if context.reached_day is not None:
        at_us = max(at_us, day_end_us(context.reached_day) - 1)
    return Evaluation(fold, context, at_us)


def anything_expired(before: Evaluation, after: Evaluation) -> bool:
    """Whether the last day of any consent of before is over in between."""
    first, last = shanghai_day(before.at_us), shanghai_day(after.at_us)
    if first == last:
        return False
    fold = before.fold
    return any(
        decision.expires_on is not None and first <= decision.expires_on < last
        for card in fold.cards.values()
        for decision in fold.decisions_of(card)
    )
