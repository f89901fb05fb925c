"""Outcomes and facts of what many cards refer to: activities, members, contracts, policies.

Each function takes every event of one such history in effective order and gives the outcomes
together with what the others need to know of it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from msgspec import UNSET, structs

from campaigns.activity_rules import rule_of
from campaigns.events.activities import (
    ActivityChanged,
    ActivityHeld,
    ActivityPlanned,
    Material,
)
from campaigns.events.dealers import DealerContracted, DealerEnded
from campaigns.events.rewards import RewardPolicyPublished
from crm.identity.weights import Weights
from crm.journal.logged_event import COMPANY, LoggedEvent, ReceiptKey
from crm.outcomes.creations import Created, create, is_welcome, judge_creation, owners_of
from crm.outcomes.outcome import BREACH, RECORDED, rejected, waiting
from crm.outcomes.overlap import Grant, shared_regions
from crm.outcomes.parties import Finds, Thing, lacking_right, missing_reference
from crm.outcomes.voids import Outcomes, judge_voids

_PLANNED = "activity.planned"

_FROM_THE_FIRST: ReceiptKey = (0, "", "")


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity as it stands: what was planned, with every change folded in."""

    activity_id: str
    programme: str
    kind: str
    title: str
    region: str
    dealer: str
    starts_at: datetime
    ends_at: datetime | None
    venue: str | None
    filing_no: str | None
    co_organizers: tuple[str, ...]
    cost_fen: int | None
    materials: tuple[Material, ...]
    cancelled: bool
    reached: int | None
    """Headcount, once it was held."""
    cards_handed_out: int | None
    carriers: tuple[tuple[ReceiptKey, str], ...]
    """Every dealer that was to carry it out, and since when that was received; in effective
    order, the one of the plan first."""

    def is_open_to(self, event: LoggedEvent) -> bool:
        """Whether the party may speak of it: the dealer that carried it out, by what had been
        received before, for what a word says of its own time can be written at will."""
        if event.party == COMPANY:
            return True
        dealer = [name for since, name in self.carriers if since < event.receipt][-1]
        return event.party == f"dealer/{dealer}"


def judge_activity(events: Sequence[LoggedEvent]) -> tuple[Outcomes, Activity | None]:
    """Every event of one activity."""
    standing, outcomes = judge_voids(events)
    created: Created = {}
    plans = [event for event in standing if isinstance(event.data, ActivityPlanned)]
    owners = owners_of(plans, lambda event: is_welcome(event, _nothing))
    for event in plans:
        create(event, created, outcomes, owners, _nothing)
    planned = next(iter(created.values()), None)
    for event in standing:
        if event.key not in outcomes:
            outcomes[event.key] = (
                RECORDED if planned else waiting("activity", event.subject.partition("/")[2])
            )
    if planned is None:
        return outcomes, None
    activity = _fold_activity(planned, standing, outcomes)
    return outcomes, activity


def _fold_activity(
    planned: LoggedEvent, standing: Sequence[LoggedEvent], outcomes: Outcomes
) -> Activity:
    values: dict[str, Any] = structs.asdict(planned.data)
    carriers = _carriers(planned, standing)
    values |= {"cancelled": False, "reached": None, "cards_handed_out": None}
    values |= {"carriers": carriers}
    activity = Activity(**values)
    held: list[tuple[LoggedEvent, object]] = []
    for event in standing:
        data = event.data
        if event.type_name == _PLANNED:
            continue
        lack = lacking_right(event, lambda _kind, _name: activity)
        if lack is not None:
            outcomes[event.key] = lack
        elif isinstance(data, ActivityChanged):
            changed = structs.asdict(data)
            if event.party != COMPANY:
                # Who carries it out is the company's word.
                del changed["dealer"]
            values |= {name: value for name, value in changed.items() if value is not UNSET}
        elif isinstance(data, ActivityHeld):
            held.append((event, values["filing_no"]))
            values |= {"reached": data.reached, "cards_handed_out": data.cards_handed_out}
        elif event.type_name == "activity.cancelled":
            values["cancelled"] = True
    for event, filing_no in held:
        # The number must be there when the clinic is held; one that comes later mends nothing.
        if rule_of(values["kind"]).needs_filing_number and not filing_no:
            outcomes[event.key] = BREACH
    for listed in ("co_organizers", "materials"):
        values[listed] = tuple(values[listed] or ())
    return Activity(**values)


def _carriers(
    planned: LoggedEvent, standing: Sequence[LoggedEvent]
) -> tuple[tuple[ReceiptKey, str], ...]:
    assert isinstance(planned.data, ActivityPlanned)
    changes = [
        (event.receipt, event.data.dealer)
        for event in standing
        if isinstance(event.data, ActivityChanged)
        and event.party == COMPANY
        and event.data.dealer is not UNSET
    ]
    return (_FROM_THE_FIRST, planned.data.dealer), *changes


@dataclass(frozen=True, slots=True)
class Member:
    """A member's recorded events in effective order, the enrolment first."""

    member: str
    events: tuple[LoggedEvent, ...]

    def is_open_to(self, event: LoggedEvent) -> bool:
        """Whether the party may speak of the member: the one that enrolled it."""
        return self.events[0].is_open_to(event)


def judge_member(events: Sequence[LoggedEvent], finds: Finds) -> tuple[Outcomes, Member | None]:
    """Every event of one member; `finds` tells of cards and activities."""
    standing, outcomes = judge_voids(events)
    created: Created = {}
    enrolments = [event for event in standing if event.type_name == "member.enrolled"]
    owners = owners_of(enrolments, lambda event: is_welcome(event, finds))
    for event in enrolments:
        create(event, created, outcomes, owners, finds)
    enrolled = next(iter(created.values()), None)

    def found(kind: str, name: str) -> Thing | None:
        return enrolled if kind == "member" else finds(kind, name)

    for event in standing:
        if event.key not in outcomes:
            missing = missing_reference(event, found)
            outcomes[event.key] = missing or lacking_right(event, found) or RECORDED
    if enrolled is None:
        return outcomes, None
    effective = tuple(
        event for event in standing if event is not enrolled and outcomes[event.key].takes_effect
    )
    return outcomes, Member(enrolled.subject.partition("/")[2], (enrolled, *effective))


@dataclass(frozen=True, slots=True)
class ContractFact:
    """A recorded contract and the last day on which it holds."""

    event: LoggedEvent
    data: DealerContracted
    ends_on: date | None

    @property
    def grant(self) -> Grant:
        """What it grants."""
        data = self.data
        return Grant(data.dealer, data.kind, data.regions, data.starts_on, self.ends_on)


def judge_contracts(
    events: Sequence[LoggedEvent],
) -> tuple[Outcomes, tuple[ContractFact, ...]]:
    """Every event of every dealer: territories of two dealers must not overlap.

    Of an end the contract is that of the dealer it names; no other dealer's ends by it.
    """
    standing, outcomes = judge_voids(events)
    ends: dict[tuple[str, str], list[DealerEnded]] = {}
    for event in standing:
        if isinstance(event.data, DealerEnded):
            ends.setdefault(_contract_of(event.data), []).append(event.data)
    created: Created = {}
    contracts: list[ContractFact] = []
    grants: list[Grant] = []
    for event in standing:
        data = event.data
        if not isinstance(data, DealerContracted):
            continue
        outcome = judge_creation(event, created, {})
        if outcome is RECORDED:
            fact = ContractFact(event, data, _last_day(data, ends.get(_contract_of(data), [])))
            grant = fact.grant
            if any(shared_regions(grant, other) for other in grants):
                outcome = rejected("territory_overlap")
            else:
                created[("contract", data.contract_id)] = event
                contracts.append(fact)
                grants.append(grant)
        outcomes[event.key] = outcome
    for event in standing:
        if event.key not in outcomes:
            missing = missing_reference(event, partial(_own_contract, created, event.subject))
            outcomes[event.key] = missing or lacking_right(event, _nothing) or RECORDED
    return outcomes, tuple(contracts)


def _own_contract(created: Created, dealer: str, kind: str, name: str) -> Thing | None:
    found = created.get((kind, name))
    return found if found is not None and found.subject == dealer else None


def _contract_of(data: DealerContracted | DealerEnded) -> tuple[str, str]:
    return data.dealer, data.contract_id


def _last_day(data: DealerContracted, ends: Iterable[DealerEnded]) -> date | None:
    """The day agreed, or an earlier one: of several words on the end the last holds."""
    told = [end.ends_on for end in ends][-1:]
    if data.ends_on is not None:
        told.append(data.ends_on)
    return min(told, default=None)


def judge_policies(
    events: Sequence[LoggedEvent],
) -> tuple[Outcomes, tuple[LoggedEvent, ...]]:
    """Every policy that was published, in effective order."""
    standing, outcomes = judge_voids(events)
    created: Created = {}
    for event in standing:
        if isinstance(event.data, RewardPolicyPublished):
            create(event, created, outcomes, {}, _nothing)
    for event in standing:
        outcomes.setdefault(event.key, RECORDED)
    return outcomes, tuple(created.values())


def judge_day(events: Sequence[LoggedEvent]) -> Outcomes:
    """A day that was reached, and words that would take it back."""
    standing, outcomes = judge_voids(events)
    return outcomes | {event.key: RECORDED for event in standing}


def _nothing(_kind: str, _name: str) -> Thing | None:
    """For histories in which nothing else is spoken of."""
    return None


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """What the rules for cards need to know of everything else.

    worked_out: what follows from the contracts and policies alone, kept by whoever needs it for
    every component anew.
    erased_later: of a reading of the past, the subjects that were erased after it.
    """

    activity: Callable[[str], Activity | None]
    member: Callable[[str], Member | None]
    contracts: tuple[ContractFact, ...] = ()
    policies: tuple[LoggedEvent, ...] = ()
    reached_day: date | None = None
    is_crowded: Callable[[str], bool] = field(default=lambda phone: False)
    weights: Weights | None = None
    worked_out: dict[Any, Any] = field(default_factory=dict, compare=False)
    erased_later: frozenset[str] = frozenset()
