"""One event that breaks the recording wherever it takes part, until the patch is undone."""

from collections.abc import Callable, Sequence

import pytest

from crm.components import fold
from crm.journal.logged_event import LoggedEvent
from crm.outcomes import cards
from crm.outcomes.cards import CardOutcomes
from crm.outcomes.shared import EvaluationContext
from tests.worlds import Sent

Poison = Callable[[Sent, Exception], None]


def poison_by(monkeypatch: pytest.MonkeyPatch) -> Poison:
    """Makes the folding fail wherever an event takes part; undone by `monkeypatch.undo`."""

    def spoil(sent: Sent, error: Exception) -> None:
        judge_all, judge_one = cards.judge_cards, cards.judge_next

        def judge_cards(events: Sequence[LoggedEvent], context: EvaluationContext) -> CardOutcomes:
            if any(event.key == sent.key for event in events):
                raise error
            return judge_all(events, context)

        def judge_next(
            judged: CardOutcomes, event: LoggedEvent, context: EvaluationContext
        ) -> CardOutcomes:
            if event.key == sent.key:
                raise error
            return judge_one(judged, event, context)

        monkeypatch.setattr(fold, "judge_cards", judge_cards)
        monkeypatch.setattr(fold, "judge_next", judge_next)

    return spoil
