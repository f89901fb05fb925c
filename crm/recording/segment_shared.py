"""Records what many people share: activities, contracts, policies, days and members."""

from datetime import date, timedelta

from campaigns.times import shanghai_day
from crm.activities.projection import activity_row
from crm.activities.tables import ACTIVITY
from crm.components.index import homes_tied_to, rewrite_ties
from crm.components.keys import POLICIES, keys_of_home, kind_of
from crm.copies.projection import contract_rows
from crm.copies.tables import CONTRACT
from crm.journal.logged_event import LoggedEvent
from crm.members.projection import member_row
from crm.members.tables import MEMBER
from crm.outcomes.days import day_taken_back
from crm.recording.due import due_between
from crm.recording.segment import Judged, Segment
from crm.recording.segments import MAKES_ACTIVITIES_KNOWN
from crm.storage.difference import rewrite


def record_shared(segment: Segment) -> None:
    """Activities, contracts, policies and days; whom they concern is woken."""
    activities = segment.homes("activity")
    judged: list[Judged] = []
    rows = []
    segment.library.histories(segment.connection, (*activities, *segment.homes("day")))
    for home, events in activities.items():
        name = home.partition("/")[2]
        segment.changed[home] = events[-1].position
        judged.append(segment.facts.judge_activity(name))
        activity = segment.facts.activities[name]
        if activity is not None:
            rows.append(activity_row(activity))
    segment.rewrite(ACTIVITY, activities, rows)
    if segment.homes("dealer"):
        judged.append(_contracts(segment))
    if policies := segment.homes("policy"):
        judged.append(segment.facts.judge_policies())
        segment.wake({POLICIES: [event for events in policies.values() for event in events]})
    judged += map(segment.facts.judge_day, segment.homes("day"))
    _days(segment)
    segment.write_outcomes(judged)
    segment.wake(segment.keys_changed("activity"))


def _contracts(segment: Segment) -> Judged:
    earlier = segment.facts.contracts_without(segment.events)
    before = {fact.data.contract_id: fact for fact in earlier}
    judged = segment.facts.judge_contracts()
    after = {fact.data.contract_id: fact for fact in segment.facts.all_contracts()}
    table_rows = contract_rows(segment.facts.all_contracts())
    segment.written += rewrite(
        segment.connection, CONTRACT, before | after, table_rows, owner="contract_id"
    )
    causes = [event for events in segment.homes("dealer").values() for event in events]
    differing = {
        fact.data.dealer
        for name in {*before, *after}
        for fact in (before.get(name), after.get(name))
        if fact is not None and before.get(name) != after.get(name)
    }
    segment.wake({f"dealer/{dealer}": causes for dealer in differing})
    return judged


def _days(segment: Segment) -> None:
    """Consents that expire, holds that end, contracts that begin or are over; or are so no more,
    when days are taken back."""
    for event in segment.events:
        before = segment.days[-1][1] if segment.days else segment.reached_before
        if event.type_name == "day.reached":
            day = shanghai_day(event.starts_us)
            segment.days.append((event, day if before is None else max(day, before)))
        elif before is not None and (gone := day_taken_back(event)) is not None:
            segment.days.append((event, min(before, gone - timedelta(days=1))))
    if segment.reached == segment.reached_before or not segment.days:
        return
    low = min(segment.reached_before or date.min, segment.reached or date.min)
    high = max(segment.reached_before or date.min, segment.reached or date.min)
    for home, day in due_between(segment.connection, low, high, back=high != segment.reached):
        segment.woken.setdefault(home, []).append(_turn(segment, day))
    turning = {
        fact.data.dealer
        for fact in segment.facts.all_contracts()
        if low < max(fact.data.starts_on, shanghai_day(fact.event.starts_us)) <= high
        or (fact.ends_on is not None and low <= fact.ends_on < high)
    }
    segment.wake({f"dealer/{dealer}": [segment.days[-1][0]] for dealer in turning})


def _turn(segment: Segment, day: date) -> LoggedEvent:
    """The event with which the day came, or went."""
    comes = (segment.reached or date.min) >= day
    return next(event for event, reached in segment.days if (reached >= day) is comes)


def record_members(segment: Segment) -> None:
    """Members that have events here, or wait for a card or an activity."""
    causes = {home: list(events) for home, events in segment.homes("member").items()}
    registrations = segment.keys_changed("card")
    # A card that waited for an activity comes to be known with it, and so may its member.
    for home in [home for home in segment.woken if kind_of(home) == "card"]:
        causes_here = [e for e in segment.woken[home] if e.type_name in MAKES_ACTIVITIES_KNOWN]
        if causes_here:
            registrations.setdefault(home, []).extend(causes_here)
    for key, homes in homes_tied_to(segment.connection, registrations).items():
        for home in homes:
            if kind_of(home) == "member":
                causes.setdefault(home, []).extend(registrations[key])
    for home in [home for home in segment.woken if kind_of(home) == "member"]:
        causes.setdefault(home, []).extend(segment.woken.pop(home))
    if not causes:
        return
    judged, rows, ties = [], [], {}
    segment.facts.look_up(causes)
    for home, events in causes.items():
        code = home.partition("/")[2]
        history, outcomes = segment.facts.judge_member(code)
        judged.append((history, outcomes))
        keys = ties[home] = keys_of_home(home, history, segment.digest)
        for known in (registrations, segment.causes):
            events += [event for key in keys & known.keys() for event in known[key]]
        segment.changed[home] = max(event.position for event in events)
        member = segment.facts.members[code]
        if member is not None:
            rows.append(member_row(member))
    rewrite_ties(segment.connection, ties)
    segment.write_outcomes(judged)
    segment.rewrite(MEMBER, causes, rows)
    segment.wake(causes)
