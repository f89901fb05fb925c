"""The past folded anew is what would be stored, had only the events up to then been recorded."""

from dataclasses import replace
from random import Random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from campaigns.canonical import canonical_json
from campaigns.times import DAY_US, rfc3339, shanghai_day
from crm.components.as_of import past_of_subjects, whole_past
from crm.components.evaluation import Evaluation
from crm.components.event_filter import EventFilter, effective_up_to, received_up_to
from crm.copies.projection import rows_of_copies
from crm.copies.row_keys import row_keys
from crm.rewards.judgement import judge_claims
from crm.storage.database import reading
from tests.installations import Installation, Snapshot, clock
from tests.naive_facts import (
    identity_cards,
    member_facts,
    pair_decisions,
    person_facts,
    policy_facts,
)
from tests.naive_history import History, Order
from tests.oracles import ambiguous, copies_of, reached_days
from tests.unit.crm.identity.naive_people import NaivePeople
from tests.unit.crm.rewards.naive_rewards import naive_judgement
from tests.worlds import FEW, HOUR_US, START_US, Sent, shared_worlds, worlds

NEVER: Order = (2**63, 0, "", "")


def folded(past: Evaluation, installation: Installation) -> dict[str, Any]:
    """What an evaluation says, in the shape of `kept`."""
    row_key = row_keys(installation.keyring.secret("copies"))
    return {
        "outcomes": {
            tuple(key): (found.outcome, found.reason, found.waiting_for, ",".join(found.marks))
            for key, found in past.outcomes.items()
        },
        "links": {
            link.card_id: (link.person_id, link.decided_by) for link in past.resolution.links
        },
        "people": {
            person.person_id: (person.household_id, person.deceased, person.restricted)
            for person in past.persons
        },
        "copies": {
            (row.dealer, row.key, orjson.dumps(row.cards), canonical_json(row.content))
            for row in rows_of_copies(past, row_key)
        },
        "rewards": {
            (reward.reward_id, reward.member, reward.state, reward.amount_fen, reward.reason)
            for reward in judge_claims(past.claims).rewards
        },
    }


def kept(snapshot: Snapshot) -> dict[str, Any]:
    """What is stored of cards and rewards."""
    return {
        "outcomes": {
            row[0]: row[2:6]
            for row in snapshot["outcome"]
            if row[1].startswith(("card/", "reward/"))
        },
        "links": {row[0]: (row[2], row[3]) for row in snapshot["link"]},
        "people": {row[0]: row[1:4] for row in snapshot["person"]},
        "copies": {(row[0], row[1], row[3], row[4]) for row in snapshot["copy_row"]},
        "rewards": {(row[0], row[1], row[7], row[8], row[9]) for row in snapshot["reward"]},
    }


def assert_past(events: list[Sent], then: list[Sent], at_us: int, keep: EventFilter) -> None:
    """Folding everything for an instant gives what an installation of that time has stored."""
    with clock(), Installation() as now, Installation() as past:
        now.accept(events)
        now.work()
        past.accept(then)
        with clock(worker_us=at_us):
            past.work()
        with reading(now.engine) as connection:
            told = folded(whole_past(connection, now.keyring, at_us, keep), now)
        wanted = kept(past.snapshot())
        for name, found in told.items():
            assert found == wanted[name], name


def said_by(sent: Sent, at_us: int) -> Sent:
    """A void counts for every instant: one of later is said at the instant itself.

    With its own time it would be the newest event, and what is stored would be for that time.
    """
    if sent.starts_us <= at_us:
        return sent
    wire = {name: said for name, said in sent.wire.items() if name != "timeprecision"}
    return replace(sent, wire={**wire, "time": rfc3339(at_us)})


def instants() -> st.SearchStrategy[int]:
    """At any hour of the days on which things happen."""
    return st.integers(0, 60 * 24).map(lambda hours: START_US + hours * HOUR_US)


@FEW
@given(worlds(with_erasures=False), instants())
def test_at_an_instant_only_what_was_effective_counts(events: list[Sent], at_us: int) -> None:
    then = [
        said_by(sent, at_us)
        for sent in events
        if sent.starts_us <= at_us or sent.type_name == "event.voided"
    ]
    assert_past(events, then, at_us, effective_up_to(at_us))


@FEW
@given(worlds(with_erasures=False), instants())
def test_as_known_at_an_instant_only_what_was_received_counts(
    events: list[Sent], at_us: int
) -> None:
    then = [sent for sent in events if sent.received_us <= at_us]
    assert_past(events, then, at_us, received_up_to(at_us))


@FEW
@given(worlds(), instants(), st.randoms(use_true_random=False))
def test_one_persons_past_is_the_whole_past_of_that_person(
    events: list[Sent], at_us: int, random: Random
) -> None:
    keep = random.choice((effective_up_to(at_us), received_up_to(at_us)))
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        subject = f"card/{random.choice(('c1', 'c2', 'c3'))}"
        with reading(installation.engine) as connection:
            whole = whole_past(connection, installation.keyring, at_us, keep)
            part = past_of_subjects(connection, installation.keyring, [subject], at_us, keep)
        everything = folded(whole, installation)
        for name, found in folded(part, installation).items():
            if isinstance(found, dict):
                of_whole = {key: everything[name].get(key) for key in found}
                assert found == of_whole, name
            elif name == "copies":
                assert found <= everything[name]
        for name, card in part.cards.items():
            same = whole.cards[name]
            assert replace(card, events=()) == replace(same, events=())
            assert [event.key for event in card.events] == [e.key for e in same.events]
        assert (
            subject.partition("/")[2] in part.cards or subject.partition("/")[2] not in whole.cards
        )


@FEW
@given(worlds())
def test_the_present_is_the_past_of_now(events: list[Sent]) -> None:
    at_us = START_US + 76 * DAY_US - 1
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            past = whole_past(connection, installation.keyring, at_us, effective_up_to(at_us))
        told, wanted = folded(past, installation), kept(installation.snapshot())
        assert {name for name in told if told[name] != wanted[name]} == set()


def history_at(events: list[Sent], at_us: int) -> History:
    """What the rules take for the instant, as known today: a void that stands, who is erased."""
    today = History(events, reached_days(events))
    orders = {event.key: event.order for event in today.events}
    then = [
        said_by(sent, at_us)
        for sent in events
        if sent.starts_us <= at_us
        or (
            sent.type_name == "event.voided"
            and not orders[sent.key] > today.erasures.get(sent.wire["subject"], NEVER)
        )
    ]
    return History(then, reached_days(then, at_us), frozenset(today.erasures))


@FEW
@given(st.one_of(worlds(), shared_worlds()), instants())
def test_of_an_instant_the_rules_are_told_erasures_of_later_among_them(
    events: list[Sent], at_us: int
) -> None:
    history = history_at(events, at_us)
    who = NaivePeople(identity_cards(history), pair_decisions(history))
    persons = person_facts(history, who.groups)
    members, policies = member_facts(history), policy_facts(history)
    rewards = naive_judgement(persons, members, policies, shanghai_day(at_us))[0]
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        copies = copies_of(history, who.groups, installation, at_us)
        with reading(installation.engine) as connection:
            keep = effective_up_to(at_us)
            past = whole_past(connection, installation.keyring, at_us, keep)
        told = folded(past, installation)
    assert {card: person for card, (person, _) in told["links"].items()} == who.person_of()
    for dealer, rows in copies.items():
        found = [row[2:] for row in told["copies"] if row[0] == dealer]
        assert sorted((tuple(orjson.loads(cards)), row) for cards, row in found) == rows
    erring = ambiguous(history)
    assert {row[0]: row[1:] for row in told["rewards"] if row[0] not in erring} == {
        key: (row[1], *row[5:8]) for key, row in rewards.items() if key not in erring
    }


@FEW
@given(worlds(), instants())
def test_who_is_erased_today_is_in_no_copy_of_any_instant_and_nothing_more_is_taken_back(
    events: list[Sent], at_us: int
) -> None:
    """Nobody gets a person back by asking for the time before the erasure."""
    erased = {sent.wire["subject"] for sent in events if sent.type_name == "card.erased"}
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            keep = effective_up_to(at_us)
            past = whole_past(connection, installation.keyring, at_us, keep)
        today = kept(installation.snapshot())["outcomes"]
        told = folded(past, installation)
    for name, card in past.cards.items():
        if f"card/{name}" in erased:
            assert (card.erased, card.name, card.phones) == (True, None, ())
    for _, _, cards, _ in told["copies"]:
        assert not erased & {f"card/{name}" for name in orjson.loads(cards)}
    for event in past.events:
        if event.starts_us <= at_us:
            key = tuple(event.key)
            assert (told["outcomes"][key][0] == "voided") == (today[key][0] == "voided"), key
