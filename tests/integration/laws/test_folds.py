"""One event more on a fold, or a fold that was packed, comes to the same as all folded anew."""

from dataclasses import replace
from typing import Any

from hypothesis import given

from campaigns.times import DAY_US, shanghai_day
from crm.cards.card import Card
from crm.components.as_of import Past, recorded_events
from crm.components.evaluation import Evaluation
from crm.components.fold import Fold
from crm.components.index import close
from crm.components.index_keys import kind_of
from crm.components.packed import packed, unpacked
from crm.outcomes.shared import EvaluationContext
from crm.storage.database import reading
from tests.installations import Installation, clock
from tests.profiles import examples
from tests.worlds import START_US, Sent, worlds


def told(fold: Fold, context: EvaluationContext) -> list[Any]:
    """Everything that views ask of a fold; of events, which they are."""
    evaluation = Evaluation(fold, context, START_US)
    return [
        [event.key for event in fold.events],
        {key: (each.outcome, each) for key, each in evaluation.outcomes.items()},
        {thing: event.key for thing, event in fold.judged.created.items()},
        {name: event.key for name, event in fold.judged.voided_purchases.items()},
        fold.judged.returned_units,
        fold.judged.erased_from,
        {name: _without_events(card) for name, card in fold.cards.items()},
        fold.resolution,
        {name: fold.decisions_of(card) for name, card in fold.cards.items()},
        {name: fold.shared_of(card) for name, card in fold.cards.items()},
        fold.is_shared,
        fold.is_waiting,
        fold.types,
        [
            (each.person_id, each.household_id, each.deceased, each.restricted, each.shared)
            for each in evaluation.persons
        ],
        sorted(evaluation.claims, key=lambda claim: (claim.purchase_id, claim.reward_id)),
    ]


def _without_events(card: Card) -> tuple[Any, ...]:
    return replace(card, events=()), [event.key for event in card.events]


@examples(1)
@given(worlds())
def test_a_fold_and_one_event_more_come_to_the_fold_of_all(events: list[Sent]) -> None:
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            logged = recorded_events(connection, installation.keyring)
            subjects = {e.subject for e in logged if kind_of(e.subject) in ("card", "reward")}
            components = close(connection, subjects, {}).components
    past = Past.of(logged)
    context = EvaluationContext(past.activity, past.member, past.contracts(), past.policies())
    for component in components:
        mine = sorted(
            (event for event in logged if event.subject in component), key=lambda each: each.order
        )
        for warm in (False, True):
            # What was asked of the smaller fold must not show in the grown one.
            fold = Fold((), context)
            for event in mine:
                if warm:
                    told(fold, context)
                # Days go by in between, and holds end.
                context = replace(context, reached_day=shanghai_day(event.starts_us + 9 * DAY_US))
                anew = Fold([*fold.events, event], context)
                grown = fold.then(event, context) or anew
                assert told(grown, context) == told(anew, context)
                assert told(unpacked(packed(grown)), context) == told(anew, context)
                # Beside what waits nothing grows: it is left out, so that most of a life does.
                fold = fold if grown.is_waiting else grown
