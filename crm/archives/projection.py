"""Writes which fields are in conflict."""

from collections.abc import Iterator
from typing import Any

from crm.archives.conflicts import conflicts_of
from crm.components.evaluation import Evaluation


def conflict_rows(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """A row for each open conflict, under the subject of its card."""
    if "card.corrected" not in evaluation.fold.types:
        return
    for card in evaluation.cards.values():
        for conflict in conflicts_of(card):
            yield {
                "card_id": conflict.card_id,
                "field": conflict.field,
                "subject": f"card/{conflict.card_id}",
                "why": conflict.why,
                "since_us": conflict.since_us,
            }
