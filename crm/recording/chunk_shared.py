"""Records what many people share: activities, contracts, policies, days and members."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import islice
from operator import itemgetter

from campaigns.times import day_end_us, day_start_us, shanghai_day
from crm.activities.projection import activity_row
from crm.activities.tables import ACTIVITY
from crm.components.histories import SharedFacts
from crm.components.index import rewrite_ties, subjects_tied_to
from crm.components.index_keys import POLICIES, keys_of_subject, kind_of
from crm.copies.projection import contract_rows
from crm.copies.tables import CONTRACT
from crm.journal.events import newest_starts, subjects_with_prefix
from crm.journal.logged_event import LoggedEvent
from crm.ledger.stored_claims import stored_claims
from crm.members.projection import member_phone_rows, member_row
from crm.members.tables import MEMBER, MEMBER_PHONE
from crm.outcomes.days import day_taken_back
from crm.outcomes.matching import ever_weighed
from crm.recording.chunk import Chunk, Judged
from crm.recording.chunks import CHANGES_NOBODY, MAKES_ACTIVITIES_KNOWN
from crm.recording.due import due_between
from crm.storage.difference import Row

MEMBERS_TOGETHER = 500


def record_shared(chunk: Chunk) -> None:
    """Activities, contracts, policies, weights and days; whom they concern is woken."""
    activities = chunk.subjects("activity")
    judged: list[Judged] = []
    rows = []
    chunk.cache.histories(chunk.connection, (*activities, *chunk.subjects("day")))
    for subject, events in activities.items():
        name = subject.partition("/")[2]
        chunk.changed[subject] = events[-1].position
        judged.append(chunk.facts.judge_activity(name))
        activity = chunk.facts.activities[name]
        if activity is not None:
            rows.append(activity_row(activity))
    chunk.rewrite(ACTIVITY, activities, rows)
    if chunk.subjects("dealer"):
        judged.append(_contracts(chunk))
    if policies := chunk.subjects("policy"):
        judged.append(chunk.facts.judge_policies())
        chunk.wake({POLICIES: [event for events in policies.values() for event in events]})
    if chunk.subjects("matching"):
        judged.append(_matching(chunk))
    judged += map(chunk.facts.judge_day, chunk.subjects("day"))
    _days(chunk)
    chunk.write_outcomes(judged)
    chunk.wake(chunk.keys_changed("activity"))


def _contracts(chunk: Chunk) -> Judged:
    earlier = chunk.facts.contracts_without(chunk.events)
    before = {fact.data.contract_id: fact for fact in earlier}
    judged = chunk.facts.judge_contracts()
    after = {fact.data.contract_id: fact for fact in chunk.facts.all_contracts()}
    table_rows = contract_rows(chunk.facts.all_contracts())
    chunk.rewrite(CONTRACT, before | after, table_rows, owner="contract_id")
    causes = [event for events in chunk.subjects("dealer").values() for event in events]
    differing = {
        fact.data.dealer
        for name in {*before, *after}
        for fact in (before.get(name), after.get(name))
        if fact is not None and before.get(name) != after.get(name)
    }
    chunk.wake({f"dealer/{dealer}": causes for dealer in differing})
    return judged


def _matching(chunk: Chunk) -> Judged:
    """Other weights may make others of everybody: all cards are looked at again."""
    before = ever_weighed(chunk.facts.matching_without(chunk.events))
    judged = chunk.facts.judge_matching()
    chunk.ties_anew = ever_weighed(chunk.facts.all_matching()) is not before
    causes = [event for events in chunk.subjects("matching").values() for event in events]
    chunk.everybody = True
    for subject in subjects_with_prefix(chunk.connection, "card/"):
        if chunk.among is None or subject in chunk.among:
            chunk.woken.setdefault(subject, []).extend(causes)
    return judged


def _days(chunk: Chunk) -> None:
    """Consents that expire, holds that end, contracts that begin or are over; or are so no more,
    when days are taken back."""
    for event in chunk.events:
        before = chunk.days[-1][1] if chunk.days else chunk.day_before
        if event.type_name == "day.reached":
            day = shanghai_day(event.starts_us)
            chunk.days.append((event, day if before is None else max(day, before)))
        elif before is not None and (gone := day_taken_back(event)) is not None:
            chunk.days.append((event, min(before, gone - timedelta(days=1))))
    if chunk.day == chunk.day_before or not chunk.days:
        return
    low = min(chunk.day_before or date.min, chunk.day or date.min)
    high = max(chunk.day_before or date.min, chunk.day or date.min)
    _wake_for_consents_and_holds(chunk, low, high)
    _wake_for_contracts(chunk, low, high)


def _wake_for_consents_and_holds(chunk: Chunk, low: date, high: date) -> None:
    due = list(due_between(chunk.connection, low, high, back=high != chunk.day))
    subjects = {subject for subject, _ in due}
    with_claims = {claim.subject for claim in stored_claims(chunk.connection, subjects)}
    latest = dict(sorted(due, key=itemgetter(1)))
    past = _evaluated_after(
        chunk, {subject: day_start_us(day) for subject, day in latest.items()}
    ).difference(with_claims)
    for subject, day in due:
        if subject not in past:
            chunk.woken.setdefault(subject, []).append(_turn(chunk, day))


def contracts_turning(facts: SharedFacts, low: date, high: date) -> dict[str, int]:
    """Key of a dealer whose contract begins or is over with the days after one, up to another →
    when it does, in µs; of several the last."""
    turns_us: dict[str, int] = {}
    for fact in facts.all_contracts():
        key = f"dealer/{fact.data.dealer}"
        begins_us = max(day_start_us(fact.data.starts_on), fact.event.starts_us)
        if low < shanghai_day(begins_us) <= high:
            turns_us[key] = max(turns_us.get(key, 0), begins_us)
        if fact.ends_on is not None and low <= fact.ends_on < high:
            turns_us[key] = max(turns_us.get(key, 0), day_end_us(fact.ends_on))
    return turns_us


def _wake_for_contracts(chunk: Chunk, low: date, high: date) -> None:
    turns_us = contracts_turning(chunk.facts, low, high)
    tied = subjects_tied_to(chunk.connection, turns_us)
    cause = chunk.days[-1][0]
    for key, subjects in tied.items():
        past = _evaluated_after(chunk, dict.fromkeys(subjects, turns_us[key]))
        for subject in subjects - past:
            chunk.woken.setdefault(subject, []).append(cause)


def _evaluated_after(chunk: Chunk, instants: Mapping[str, int]) -> set[str]:
    """Those that have an event at their instant or later: they were evaluated for it already,
    and still are when the days are taken back.

    So what began long ago wakes nobody when the first day is reached.
    """
    if chunk.cache.left_out:
        return set()
    newest = newest_starts(chunk.connection, instants, chunk.events[-1].position)
    return {subject for subject, starts_us in newest.items() if starts_us >= instants[subject]}


def _turn(chunk: Chunk, day: date) -> LoggedEvent:
    """The event with which the day came, or went."""
    comes = (chunk.day or date.min) >= day
    return next(event for event, reached in chunk.days if (reached >= day) is comes)


def record_members(chunk: Chunk) -> None:
    """Members that have events here, or wait for a card or an activity."""
    causes = {subject: list(events) for subject, events in chunk.subjects("member").items()}
    registrations = chunk.keys_changed("card")
    # A card that waited for an activity comes to be known with it, and so may its member.
    for subject in [subject for subject in chunk.woken if kind_of(subject) == "card"]:
        causes_here = [e for e in chunk.woken[subject] if e.type_name in MAKES_ACTIVITIES_KNOWN]
        if causes_here:
            registrations.setdefault(subject, []).extend(causes_here)
    for key, subjects in subjects_tied_to(chunk.connection, registrations).items():
        for subject in subjects:
            if kind_of(subject) == "member":
                causes.setdefault(subject, []).extend(registrations[key])
    for subject in [subject for subject in chunk.woken if kind_of(subject) == "member"]:
        causes.setdefault(subject, []).extend(chunk.woken.pop(subject))
    if not causes:
        return
    judged, rows, ties = [], [], {}
    phones: list[Row] = []
    for number, (subject, events) in enumerate(causes.items()):
        if number % MEMBERS_TOGETHER == 0:
            # Of more at once the first would be forgotten before they are judged.
            chunk.facts.look_up(islice(causes, number, number + MEMBERS_TOGETHER))
        code = subject.partition("/")[2]
        history, outcomes = chunk.facts.judge_member(code)
        judged.append((history, outcomes))
        keys = ties[subject] = keys_of_subject(subject, history, chunk.digest)
        for known in (registrations, chunk.causes):
            events += [event for key in keys & known.keys() for event in known[key]]
        chunk.changed[subject] = max(event.position for event in events)
        member = chunk.facts.members[code]
        if member is not None:
            rows.append(member_row(member))
            phones += member_phone_rows(member, chunk.digest)
    chunk.write(lambda connection: rewrite_ties(connection, ties))
    chunk.write_outcomes(judged)
    chunk.rewrite(MEMBER, causes, rows)
    chunk.rewrite(MEMBER_PHONE, causes, phones)
    chunk.wake(
        {
            subject: kept
            for subject, events in causes.items()
            if (kept := list(filter(_matters, events)))
        }
    )


def _matters(event: LoggedEvent) -> bool:
    """Whether an event of a member may be of any account to those who speak of the member."""
    return event.type_name not in CHANGES_NOBODY
