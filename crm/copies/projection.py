"""Writes the copies and the days on which they must be looked at again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import orjson

from campaigns.canonical import canonical_json
from campaigns.times import shanghai_day
from crm.components.evaluation import Evaluation
from crm.consents.facts import ActivityInfo, Contract, SharedCard
from crm.copies.changes import ReasonClass, reason_of_withdrawal
from crm.copies.contracts import Territory, territories
from crm.copies.copy_rows import CopyRow, rows_at
from crm.copies.sharing_rule import Circumstances
from crm.outcomes.shared import ContractFact, EvaluationContext


def rows_of_copies(evaluation: Evaluation, row_key: Callable[[str, str], str]) -> Iterator[CopyRow]:
    """Every dealer's rows of a component, at the evaluation's instant."""
    if not evaluation.fold.is_shared:
        # Most people share nothing: they cost no more than the line above.
        return iter(())
    persons = [person.shared for person in evaluation.persons]
    return rows_at(persons, circumstances_of(evaluation, persons), row_key)


def reason_why_gone(evaluation: Evaluation, dealer: str, card_ids: Iterable[str]) -> ReasonClass:
    """Why a row that was made of these cards is no longer in the dealer's copy."""
    persons = [person.shared for person in evaluation.persons]
    at = circumstances_of(evaluation, persons)
    return reason_of_withdrawal(card_ids, dealer, persons, at)


def circumstances_of(
    evaluation: Evaluation, persons: Sequence[Sequence[SharedCard]]
) -> Circumstances:
    """What holds for everybody at the evaluation's instant, and the persons' activities."""
    held = territories_at(evaluation.context, evaluation.at_us)
    return Circumstances(evaluation.at_us, held, _activities(evaluation, persons))


def territories_at(context: EvaluationContext, at_us: int) -> Mapping[str, Territory]:
    """Whose contracts hold at the instant, worked out once for all who are evaluated together."""
    contracts = contracts_of(context)
    made = sum(contract.order[0] <= at_us for contract in contracts)
    kept = context.worked_out
    key = ("territories", shanghai_day(at_us), made)
    if key not in kept:
        kept[key] = territories(contracts, at_us)
    held: Mapping[str, Territory] = kept[key]
    return held


def _activities(
    evaluation: Evaluation, persons: Sequence[Sequence[SharedCard]]
) -> dict[str, ActivityInfo]:
    """Whose each activity is of which the cards speak."""
    wanted = {card.activity_id for person in persons for card in person}
    wanted |= {item.activity_id for p in persons for card in p for item in card.history}
    found = {}
    for activity_id in wanted:
        activity = None if activity_id is None else evaluation.context.activity(activity_id)
        if activity is not None:
            found[activity.activity_id] = ActivityInfo(activity.activity_id, activity.dealer)
    return found


def contracts_of(context: EvaluationContext) -> tuple[Contract, ...]:
    """The recorded contracts as the rules of the copies look at them."""
    contracts: tuple[Contract, ...] | None = context.worked_out.get("contracts")
    if contracts is None:
        contracts = tuple(
            Contract(
                fact.data.contract_id,
                fact.data.dealer,
                fact.data.regions,
                fact.data.kind,
                fact.data.starts_on,
                fact.ends_on,
                fact.event.order,
            )
            for fact in context.contracts
        )
        context.worked_out["contracts"] = contracts
    return contracts


def copy_table_rows(
    evaluation: Evaluation, row_key: Callable[[str, str], str]
) -> Iterator[dict[str, Any]]:
    """The rows as they are stored, each under the subject of its first contributing card."""
    for row in rows_of_copies(evaluation, row_key):
        yield {
            "dealer": row.dealer,
            "key": row.key,
            "subject": f"card/{row.cards[0]}",
            "cards": orjson.dumps(row.cards),
            "content": canonical_json(row.content),
        }


def wake_day_rows(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """The days after today on which a consent ends or a hold is over."""
    days: set[tuple[str, date]] = set()
    for card in evaluation.cards.values():
        for decision in evaluation.fold.decisions_of(card):
            ends_on = decision.expires_on
            # The last day of the calendar is how some systems write "for ever".
            if ends_on is not None and ends_on < date.max:
                days.add((f"card/{card.card_id}", ends_on + timedelta(days=1)))
    for claim in evaluation.claims:
        if claim.standing == "held" and claim.releases_on is not None:
            days.add((evaluation.subject_of_purchase(claim.purchase_id), claim.releases_on))
    for subject, day in sorted(days):
        yield {"subject": subject, "day": day}


def contract_rows(contracts: Iterable[ContractFact]) -> Iterator[dict[str, Any]]:
    """Every recorded contract."""
    for fact in contracts:
        yield {
            "contract_id": fact.data.contract_id,
            "dealer": fact.data.dealer,
            "name": fact.data.name,
            "kind": fact.data.kind,
            "regions": ",".join(fact.data.regions),
            "starts_on": fact.data.starts_on,
            "ends_on": fact.ends_on,
        }
