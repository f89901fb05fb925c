"""Writes the follow-ups."""

from collections.abc import Iterator
from typing import Any

from crm.components.evaluation import Evaluation
from crm.follow_ups.schedule import follow_ups


def follow_up_rows(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """Every follow-up of the component's people, each under the subject of its card."""
    if "trial.started" not in evaluation.fold.types:
        return
    for person in evaluation.persons:
        for due in follow_ups(person):
            yield {
                "trial_id": due.trial_id,
                "number": due.number,
                "subject": f"card/{due.card_id}",
                "card_id": due.card_id,
                "due_on": due.due_on,
                "state": due.state,
                "sku": due.sku,
            }
