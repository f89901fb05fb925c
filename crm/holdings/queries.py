"""Reads what one person has, by what is accepted, recorded or not yet."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar, get_args

import orjson
from sqlalchemy import Connection, func, select

from crm.consents.consents import last_decision, says_no
from crm.consents.facts import ConsentDecision, Purpose
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.people.linked import is_of, people_of_cards
from crm.people.tables import LINK
from crm.scope import Scope
from crm.storage.database import in_pieces

_Group = TypeVar("_Group")


@dataclass(frozen=True, slots=True)
class Had:
    """A thing of a person that can be ended or given back. left: units not returned."""

    id: str
    sku: str
    at_us: int
    left: int = 1


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has by what is accepted: trials that go on, purchases, clubs, consents.

    referred: by which members, and when; at most one of them counts for a purchase.
    said: purpose → whether the last decision on it is a yes that still holds; what was never asked
    is not in it. Sharing is with the dealer of the activity.
    """

    trials: tuple[Had, ...] = ()
    purchases: tuple[Had, ...] = ()
    clubs: tuple[str, ...] = ()
    referred: tuple[tuple[str, int], ...] = ()
    said: Mapping[Purpose, bool] = field(default_factory=lambda: MappingProxyType({}))


_CONSENTS = ("consent.given", "consent.refused", "consent.withdrawn")
_CHANGES_WHAT_IS_HELD = (
    *("trial.started", "trial.ended", "purchase.made", "purchase.returned"),
    *("club.joined", "club.left", "referral.made", *_CONSENTS),
)


def held_by(scope: Scope, connection: Connection, person_id: str, dealer: str, at_us: int) -> Held:
    """What one person has at `at_us`, for the form of an activity that the dealer carries out."""
    scope.require("people", "people are the company's; a dealer has its copy")
    query = (
        select(JOURNAL)
        .select_from(JOURNAL)
        .join(LINK, is_of(JOURNAL.c.subject, LINK.c.card_id))
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(LINK.c.person_id == person_id, JOURNAL.c.type.in_(_CHANGES_WHAT_IS_HELD))
        .where(func.coalesce(OUTCOME.c.outcome, "").not_in(("voided", "rejected")))
        .order_by(JOURNAL.c.starts_us, JOURNAL.c.sequence, JOURNAL.c.position)
    )
    trials: dict[str, Had] = {}
    purchases: dict[str, Had] = {}
    clubs: dict[str, None] = {}
    referred: dict[str, int] = {}
    decisions = []
    for row in connection.execute(query):
        said = orjson.loads(row.plain)
        match row.type:
            case "trial.started":
                trials[said["trial_id"]] = Had(said["trial_id"], said["sku"], row.starts_us)
            case "trial.ended":
                trials.pop(said["trial_id"], None)
            case "purchase.made":
                bought = Had(said["purchase_id"], said["sku"], row.starts_us, said["quantity"])
                purchases[bought.id] = bought
            case "purchase.returned" if said["purchase_id"] in purchases:
                bought = purchases[said["purchase_id"]]
                purchases[bought.id] = replace(bought, left=bought.left - said["quantity"])
            case "club.joined":
                clubs[said["club"]] = None
            case "club.left":
                clubs.pop(said["club"], None)
            case "referral.made":
                referred[said["member"]] = row.starts_us
            case _ if "purpose" in said:
                decisions.append(_decision(row, said))
    kept = tuple(bought for bought in purchases.values() if bought.left > 0)
    said_now = _answers(decisions, dealer, at_us)
    return Held(tuple(trials.values()), kept, tuple(clubs), tuple(referred.items()), said_now)


def said_by(
    scope: Scope, connection: Connection, person_ids: Collection[str], dealer: str, at_us: int
) -> dict[str, Mapping[Purpose, bool]]:
    """What each of some people last said of each purpose, as `Held.said`."""
    scope.require("people", "people are the company's; a dealer has its copy")
    return _said_by(connection, person_ids, dealer, at_us)


def notices_wanted(
    scope: Scope, connection: Connection, cards: Collection[str], at_us: int
) -> dict[str, bool]:
    """Of the cards behind rows of a dealer's own copy whether the person wants notices; without
    those who never said. Nothing else that they said is told."""
    scope.require("own_copy", "a dealer asks of its copy")
    person_of = people_of_cards(connection, sorted(cards))
    said = _said_by(connection, set(person_of.values()), scope.dealer or "", at_us)
    decisions = {card: said.get(person, {}).get("marketing") for card, person in person_of.items()}
    return {card: decision for card, decision in decisions.items() if decision is not None}


def _said_by(
    connection: Connection, person_ids: Collection[str], dealer: str, at_us: int
) -> dict[str, Mapping[Purpose, bool]]:
    query = (
        select(LINK.c.person_id, JOURNAL)
        .select_from(JOURNAL)
        .join(LINK, is_of(JOURNAL.c.subject, LINK.c.card_id))
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.type.in_(_CONSENTS))
        .where(func.coalesce(OUTCOME.c.outcome, "").not_in(("voided", "rejected")))
    )
    decisions: dict[str, list[ConsentDecision]] = {}
    for piece in in_pieces(sorted(person_ids)):
        for row in connection.execute(query.where(LINK.c.person_id.in_(piece))):
            decisions.setdefault(row.person_id, []).append(_decision(row, orjson.loads(row.plain)))
    return {person_id: _answers(said, dealer, at_us) for person_id, said in decisions.items()}


def own_noes_to_health(
    connection: Connection, party: str, cards: Mapping[_Group, Collection[str]], at_us: int
) -> frozenset[_Group]:
    """Of which groups of cards the last decision on health that a dealer itself wrote is a no."""
    query = (
        select(JOURNAL)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.type.in_(_CONSENTS), JOURNAL.c.role == party)
        .where(func.coalesce(OUTCOME.c.outcome, "").not_in(("voided", "rejected")))
    )
    decisions: dict[str, list[ConsentDecision]] = {}
    for piece in in_pieces(sorted({f"card/{each}" for group in cards.values() for each in group})):
        for row in connection.execute(query.where(JOURNAL.c.subject.in_(piece))):
            decisions.setdefault(row.subject, []).append(_decision(row, orjson.loads(row.plain)))
    said = {
        key: [decision for each in group for decision in decisions.get(f"card/{each}", ())]
        for key, group in cards.items()
    }
    return frozenset(
        key for key, of in said.items() if _answers(of, "", at_us).get("health") is False
    )


def health_is_closed(scope: Scope, connection: Connection, card_id: str, at_us: int) -> bool:
    """Whether the person of a card says no to health; silence is none, nor a card that waits."""
    whose = select(LINK.c.person_id).where(LINK.c.card_id == card_id)
    person_id = connection.execute(whose).scalar_one_or_none()
    if person_id is None:
        return False
    return (
        said_by(scope, connection, [person_id], "", at_us).get(person_id, {}).get("health") is False
    )


def _decision(row: Any, said: Mapping[str, Any]) -> ConsentDecision:
    """The decision as the rules of the consents take it; only what tells yes from no."""
    ends, is_company = said.get("expires_on"), not row.role.startswith("dealer")
    dealer = said.get("dealer")
    if row.type != "consent.given" and said["purpose"] == "share_with_dealer" and not is_company:
        dealer = row.role.partition("/")[2]
    return ConsentDecision(
        row.type.partition(".")[2],
        said["purpose"],
        dealer,
        frozenset(),
        date.fromisoformat(ends) if ends else None,
        (row.starts_us, row.sequence, row.source, row.id),
        row.day_precision,
        is_company or row.evidenced,
    )


def _answers(
    decisions: Iterable[ConsentDecision], dealer: str, at_us: int
) -> Mapping[Purpose, bool]:
    decisions = tuple(decisions)
    answers = {}
    for purpose in get_args(Purpose):
        of = dealer if purpose == "share_with_dealer" else None
        if last_decision(decisions, purpose, at_us, of) is not None:
            answers[purpose] = not says_no([decisions], purpose, at_us, of)
    return MappingProxyType(answers)
