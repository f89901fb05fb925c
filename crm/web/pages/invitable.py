"""Which of some people can be invited to an activity, and why the others are not."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from crm.activities.queries import ActivityRow
from crm.holdings.queries import said_by
from crm.invitations.queries import invited_to
from crm.invitations.register import MOST_AT_ONCE
from crm.people.found import FoundPerson
from crm.people.queries import Wanted, list_people
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class Invitable:
    """Who can be invited, how many of them were never asked about notices, and who is left out.

    left_out: why → how many: invited, restricted, deceased, erased, said_no, never_asked, too_many.
    """

    people: list[FoundPerson]
    never_asked: int
    left_out: Counter[str]


def sorted_out(
    scope: Scope,
    connection: Connection,
    to: ActivityRow,
    candidates: frozenset[str],
    at_us: int,
    *,
    asked_only: bool,
) -> Invitable:
    """Each looked at; asked_only: who was never asked about notices is left out as well."""
    known = invited_to(scope, connection, to.activity_id)
    people, _ = list_people(scope, connection, Wanted(most=len(candidates)), among=candidates)
    left_out: Counter[str] = Counter()
    alive: list[FoundPerson] = []
    for person in people:
        if why := _why_not(person, is_invited=person.person_id in known):
            left_out[why] += 1
        else:
            alive.append(person)
    said = said_by(scope, connection, [each.person_id for each in alive], to.dealer, at_us)
    says_yes = {name: words.get("marketing") for name, words in said.items()}
    open_to: list[FoundPerson] = []
    for person in alive:
        word = says_yes.get(person.person_id)
        if word is False:
            left_out["said_no"] += 1
        elif word is None and asked_only:
            left_out["never_asked"] += 1
        else:
            open_to.append(person)
    left_out["too_many"] += max(0, len(open_to) - MOST_AT_ONCE)
    shown = open_to[:MOST_AT_ONCE]
    never_asked = sum(says_yes.get(each.person_id) is None for each in shown)
    return Invitable(shown, never_asked, +left_out)


def _why_not(person: FoundPerson, *, is_invited: bool) -> str:
    if is_invited:
        return "invited"
    if person.restricted:
        return "restricted"
    if person.deceased:
        return "deceased"
    return "" if person.name else "erased"
