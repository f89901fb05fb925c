"""What rewards are judged from, as it is recorded: of people who bought and were referred alone.

The outcomes and links that are stored tell what counts and whose it is, so nobody's whole history
is folded: of all that was ever said only what rewards look at is read, and little of it decrypted.
An approval that is refused under the policies as they are may be allowed under others: it is read
as one that was said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, select

from campaigns.events.purchases import PurchaseMade, PurchaseReturned, ReferralMade
from campaigns.events.rewards import RewardApproved, RewardPaid, RewardRejected
from campaigns.identifiers import mobile_e164
from campaigns.times import shanghai_day
from crm.cards.card import as_told, fold_card
from crm.components.histories import in_order
from crm.journal.events import JOURNAL, decode, decode_plain, journal_values
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.outcomes.shared import Member
from crm.outcomes.tables import OUTCOME
from crm.people.tables import CARD, LINK
from crm.rewards.attribution import Membership, membership_of
from crm.rewards.claims import Bench
from crm.rewards.facts import Patient, PersonFacts, VoidedPurchase
from crm.rewards.gathering import (
    member_fact,
    policy_fact,
    purchase_fact,
    referral_fact,
    return_fact,
    verdict_fact,
)
from crm.rewards.policy import timetable
from crm.storage.reads import Among, found_rows, stored_rows

_OF_SALES = ("purchase.made", "purchase.returned", "referral.made")
_VERDICTS = ("reward.approved", "reward.rejected", "reward.paid")
_OF_CARDS = ("card.registered", "card.corrected")
_OF_MEMBERS = ("member.enrolled", "member.changed", "member.trained", "member.left")
_WITH_OUTCOME = (JOURNAL, OUTCOME.c.outcome, OUTCOME.c.reason, OUTCOME.c.marks, OUTCOME.c.changes)
_OUTCOME_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class _Said:
    """An event with its outcome."""

    event: LoggedEvent
    outcome: str
    reason: str | None
    marks: str
    changes: bool

    @property
    def counts(self) -> bool:
        return self.outcome == "recorded" and self.changes

    @property
    def is_verdict(self) -> bool:
        """Whether it was said with the right to; whether it is allowed hangs on the policies."""
        may_be_allowed = self.reason == "not_allowed" and self.event.type_name == "reward.approved"
        return self.counts or (may_be_allowed and self.event.party == "company")


@dataclass
class _Sales:
    """What was said of purchases, by what it speaks of."""

    purchases: dict[str, _Said] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)
    returns: defaultdict[str, list[LoggedEvent]] = field(default_factory=lambda: defaultdict(list))
    verdicts: defaultdict[str, list[LoggedEvent]] = field(default_factory=lambda: defaultdict(list))
    bought: defaultdict[str, list[_Said]] = field(default_factory=lambda: defaultdict(list))
    """By card, as the next."""
    referrals: defaultdict[str, list[LoggedEvent]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, said: _Said) -> None:
        event = said.event
        match event.data:
            case RewardApproved() | RewardRejected() | RewardPaid() as verdict:
                if said.is_verdict:
                    self.verdicts[verdict.purchase_id].append(event)
            case PurchaseMade(purchase_id=purchase_id):
                if said.counts:
                    self.purchases[purchase_id] = said
                    self.bought[event.subject].append(said)
                elif said.outcome == "voided":
                    self.voided.add(purchase_id)
            case PurchaseReturned(purchase_id=purchase_id) if said.counts:
                self.returns[purchase_id].append(event)
            case ReferralMade() if said.counts:
                self.referrals[event.subject].append(event)


def recorded_facts(
    connection: Connection, keyring: Keyring, at_us: int
) -> tuple[list[PersonFacts], Bench]:
    """The facts of everybody whose purchases may earn somebody something, and what judges them.

    As of an instant, as if every day up to it had been reached.
    """
    sales = _Sales()
    for said in _said(connection, None, (*_OF_SALES, *_VERDICTS), at_us):
        sales.add(said)
    persons = _persons(connection, keyring, sales, at_us)
    voided = sorted(
        name for name in sales.voided - sales.purchases.keys() if name in sales.verdicts
    )
    if voided:
        words = tuple(verdict_fact(e) for name in voided for e in sales.verdicts[name])
        names = tuple(map(VoidedPurchase, voided))
        persons.append(PersonFacts(Patient(frozenset(), frozenset()), verdicts=words, voided=names))
    codes = {referral.member for person in persons for referral in person.referrals}
    codes |= {verdict.member for person in persons for verdict in person.verdicts}
    published = _said(connection, None, ("reward_policy.published",), at_us)
    policies = in_order(said.event for said in published if said.counts)
    return persons, Bench(
        _memberships(connection, keyring, codes, at_us),
        timetable(map(policy_fact, policies)),
        shanghai_day(at_us),
    )


def _persons(
    connection: Connection, keyring: Keyring, sales: _Sales, at_us: int
) -> list[PersonFacts]:
    """Whoever bought, and was referred or has a purchase of which something was said."""
    subjects = {*sales.referrals} | {
        sales.purchases[name].event.subject for name in sales.verdicts if name in sales.purchases
    }
    columns = LINK.c.card_id, LINK.c.person_id
    named = map(_name, subjects | sales.bought.keys())
    person_of: dict[str, str] = dict(stored_rows(connection, columns, LINK.c.card_id, named))
    bought = {person_of[_name(subject)] for subject in sales.bought if _name(subject) in person_of}
    wanted = {
        person_of[_name(subject)] for subject in subjects if _name(subject) in person_of
    } & bought
    cards: dict[str, list[str]] = {}
    for card_id, person_id in stored_rows(connection, columns, LINK.c.person_id, sorted(wanted)):
        cards.setdefault(person_id, []).append(card_id)
    query = select(CARD.c.card_id).where(CARD.c.erased)
    erased = set(connection.execute(query).scalars())
    known = [card_id for theirs in cards.values() for card_id in theirs if card_id not in erased]
    phones = _phones(connection, keyring, known, at_us)
    return [_person(sorted(cards[person_id]), sales, phones, erased) for person_id in sorted(cards)]


def _person(
    cards: Sequence[str], sales: _Sales, phones: Mapping[str, frozenset[str]], erased: set[str]
) -> PersonFacts:
    bought = [said for card_id in cards for said in sales.bought.get(f"card/{card_id}", ())]
    names = [
        said.event.data.purchase_id for said in bought if isinstance(said.event.data, PurchaseMade)
    ]
    return PersonFacts(
        Patient(frozenset(cards), frozenset[str]().union(*(phones.get(c, ()) for c in cards))),
        tuple(
            purchase_fact(
                said.event,
                compliance_breach=bool(said.marks),
                erased=_name(said.event.subject) in erased,
            )
            for said in bought
        ),
        tuple(referral_fact(e) for c in cards for e in sales.referrals.get(f"card/{c}", ())),
        tuple(return_fact(e) for name in names for e in sales.returns.get(name, ())),
        tuple(verdict_fact(e) for name in names for e in sales.verdicts.get(name, ())),
    )


def _phones(
    connection: Connection, keyring: Keyring, cards: Sequence[str], at_us: int
) -> dict[str, frozenset[str]]:
    """Card → its mobiles in force, E.164, as rewards look at them (crm/rewards/gathering.py)."""
    found: dict[str, frozenset[str]] = {}
    subjects = [f"card/{card_id}" for card_id in cards]
    for events in _counting(connection, keyring, subjects, _OF_CARDS, at_us).values():
        registered = next((e for e in events if e.type_name == "card.registered"), None)
        if registered is not None:
            rest = [event for event in events if event is not registered]
            card = as_told(fold_card(registered, rest, erased=False))
            mobiles = map(mobile_e164, card.phones)
            found[card.card_id] = frozenset(each for each in mobiles if each is not None)
    return found


def _memberships(
    connection: Connection, keyring: Keyring, codes: Iterable[str], at_us: int
) -> Mapping[str, Membership]:
    subjects = [f"member/{code}" for code in sorted(codes)]
    found: dict[str, Membership] = {}
    for subject, events in _counting(connection, keyring, subjects, _OF_MEMBERS, at_us).items():
        # What changed before the enrolment changed what it says all the same.
        first = sorted(events, key=lambda event: event.type_name != "member.enrolled")
        membership = membership_of(member_fact(Member(_name(subject), tuple(first))))
        if membership is not None:
            found[_name(subject)] = membership
    return found


def _counting(
    connection: Connection,
    keyring: Keyring,
    subjects: Sequence[str],
    types: Sequence[str],
    at_us: int,
) -> dict[str, list[LoggedEvent]]:
    """Subject → what takes effect of its events of some types, in effective order."""
    found: dict[str, list[LoggedEvent]] = {}
    counting = [e.event for e in _said(connection, keyring, types, at_us, subjects) if e.counts]
    for event in in_order(counting):
        found.setdefault(event.subject, []).append(event)
    return found


def _said(
    connection: Connection,
    keyring: Keyring | None,
    types: Sequence[str],
    at_us: int,
    subjects: Sequence[str] | None = None,
) -> list[_Said]:
    """All events of some types, of some subjects or all; without a keyring only what is plain."""
    asked: dict[str, Any] = {"types": list(types), "subjects": list(subjects or ())}
    rows = found_rows(connection, _of_types if subjects is None else _of_subjects, **asked)
    kept = [journal_values(row[:-_OUTCOME_COLUMNS]) for row in rows]
    events = decode_plain(kept) if keyring is None else decode(kept, keyring)
    return [
        _Said(event, *row[-_OUTCOME_COLUMNS:])
        for event, row in zip(events, rows, strict=True)
        if event.starts_us <= at_us or row[-_OUTCOME_COLUMNS] == "voided"
    ]


def _of_types(among: Among) -> Select[Any]:
    joined = select(*_WITH_OUTCOME).join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
    return joined.where(among(JOURNAL.c.type, "types"))


def _of_subjects(among: Among) -> Select[Any]:
    return _of_types(among).where(among(JOURNAL.c.subject, "subjects"))


def _name(subject: str) -> str:
    return subject.partition("/")[2]
