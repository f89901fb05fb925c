"""Whom the phone form finds: the company's people, or the rows of the dealer's own copy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from campaigns.times import parse_instant_us, shanghai_day
from campaigns.wording.days import whole_day_text
from crm.activities.happened import attendees, signed_in_us, written_at
from crm.activities.queries import ActivityRow
from crm.consents.facts import Purpose
from crm.copies.row_names import ROW
from crm.feed.finding import find_own, own_person, tails_of
from crm.feed.portal import Shared
from crm.holdings.queries import Had, Held, held_by, said_by
from crm.invitations.queries import invited_to
from crm.members.queries import closed_members, left_since, openness
from crm.people.found import FoundPerson
from crm.people.queries import find_people, people_by_id
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, Visit
from crm.web.pages.copy import is_settled, keep_shown
from crm.web.view.form_doubts import MEMBER_OF_NONE, MEMBER_UNKNOWN, Doubt, member_left
from crm.web.view.form_faults import MEMBER_CLOSED
from crm.web.view.forms import Fault
from crm.web.view.read_values import narrow
from crm.web.view.typed import Typed

_MOST_FOUND = 8
_MOST_CLOSED = 1_000


@dataclass(frozen=True, slots=True)
class Fitting:
    """Who fits what was typed: the first few, how many there are, who has signed in when.

    said: what each last said of each purpose, as `Held.said`. invited: the ids of who is invited.
    """

    people: list[FoundPerson]
    total: int = 0
    came: dict[str, int] = field(default_factory=dict)
    said: dict[str, Mapping[Purpose, bool]] = field(default_factory=dict)
    invited: frozenset[str] = frozenset()


def may_search(visit: Visit) -> bool:
    """Whether anybody can be found at all."""
    return visit.scope.may("people") or visit.scope.may("own_people")


def fitting(visit: Visit, of: ActivityRow, text: str) -> Fitting:
    """Who fits, who is invited first; of no text those who are waited for.

    OutOfScope for whoever may find nobody.
    """
    scope = visit.scope
    with reading(visit.site.engine) as connection:
        if not scope.may("people"):
            return _own(visit, connection, text) if text else Fitting([])
        invited = frozenset(invited_to(scope, connection, of.activity_id))
        if text:
            found, total = find_people(scope, connection, text, digest=visit.site.digest)
        else:
            found, total = _waited_for(visit, connection, of, invited), 0
        # Who is invited stands first; of the others the nearest.
        people = sorted(found, key=lambda each: each.person_id not in invited)[:_MOST_FOUND]
        ids = [person.person_id for person in people]
        came = signed_in_us(scope, connection, of.activity_id, ids)
        said = said_by(scope, connection, ids, of.dealer, visit.site.now_us())
        return Fitting(people, total, came, said, invited)


def _waited_for(
    visit: Visit, connection: Connection, of: ActivityRow, invited: frozenset[str]
) -> list[FoundPerson]:
    """Who is invited and has not signed in yet."""
    here = signed_in_us(visit.scope, connection, of.activity_id, invited)
    people = people_by_id(visit.scope, connection, list(invited - here.keys()))
    return [person for person in people if person.name and not person.deceased]


def _own(visit: Visit, connection: Connection, text: str) -> Fitting:
    dealer = visit.scope.dealer
    if dealer is None or not visit.scope.may("own_people"):
        raise OutOfScope("who finds nobody")
    if not is_settled(visit, connection, dealer):
        return Fitting([])
    found, total = find_own(visit.scope, connection, dealer, text, _MOST_FOUND)
    keep_shown(visit, connection, dealer, len(found))
    said = {shared.key: _held_in(shared.content).said for shared in found}
    return Fitting([_as_found(shared) for shared in found], total, said=said)


def person_named(visit: Visit, connection: Connection, person_id: str | None) -> FoundPerson | None:
    """The person of an address; None where none is named; NotFound."""
    if person_id is None:
        return None
    if visit.scope.may("people"):
        for found in people_by_id(visit.scope, connection, [person_id]):
            return found
        raise NotFound
    dealer = visit.scope.dealer
    if dealer is None:
        raise OutOfScope("who finds nobody")
    settled = is_settled(visit, connection, dealer)
    shared = own_person(visit.scope, connection, dealer, person_id) if settled else None
    if shared is None:
        raise NotFound
    keep_shown(visit, connection, dealer, 1)
    return _as_found(shared)


def came(
    visit: Visit, connection: Connection, activity_id: str, person: FoundPerson | None
) -> int | None:
    """When the person signed in already, as far as this visitor may know."""
    if person is None or not visit.scope.may("people"):
        return None
    found = signed_in_us(visit.scope, connection, activity_id, [person.person_id])
    return found.get(person.person_id)


def recorded_at(visit: Visit, connection: Connection, activity_id: str) -> tuple[int, int] | None:
    """(who came, whose card was written) at an activity, as recorded; None without a right."""
    if not visit.scope.may("people"):
        return None
    came = attendees(visit.scope, connection, activity_id)
    return len(came), len(written_at(visit.scope, connection, activity_id))


def member_findings(
    visit: Visit, connection: Connection, text: Typed, at_us: int
) -> tuple[Doubt | Fault, ...]:
    """What is to be said of the code of who referred at an instant: nobody's; of whom this party
    may not speak, which the recording would refuse (`docs/events.md`, who may say what about
    whom); of who had left."""
    code, scope = narrow(text("member")), visit.scope
    if not code or not text("referral") or not scope.may("members"):
        return ()
    match openness(scope, connection, code):
        case "closed":
            return (Fault("member", MEMBER_CLOSED),)
        case "unknown":
            return (MEMBER_UNKNOWN if scope.dealer is None else MEMBER_OF_NONE,)
    since = left_since(scope, connection, [code]).get(code)
    if since is None or at_us <= since:
        return ()
    return (member_left(whole_day_text(shanghai_day(since), visit.language)),)


def closed_to(visit: Visit, connection: Connection) -> list[str]:
    """The codes of members of whom the visitor may not speak, for a phone that is alone."""
    if not visit.scope.may("members"):
        return []
    return closed_members(visit.scope, connection, _MOST_CLOSED)


def held(visit: Visit, connection: Connection, person: FoundPerson | None, of_dealer: str) -> Held:
    """What the person has that may end here: as the company knows it, or as the copy shows it."""
    if person is None:
        return Held()
    if visit.scope.may("people"):
        now_us = visit.site.now_us()
        return held_by(visit.scope, connection, person.person_id, of_dealer, now_us)
    dealer = visit.scope.dealer
    shared = own_person(visit.scope, connection, dealer, person.person_id) if dealer else None
    return _held_in(shared.content) if shared is not None else Held()


def _held_in(content: Mapping[str, Any]) -> Held:
    trials, clubs = {}, {}
    for item in content.get("history", ()):
        at_us = parse_instant_us(item["time"])
        match item["type"]:
            case "trial.started" if "trial_id" in item:
                trials[item["trial_id"]] = Had(item["trial_id"], item.get("sku", ""), at_us)
            case "trial.ended":
                trials.pop(item.get("trial_id"), None)
            case "club.joined" if "club" in item:
                clubs[item["club"]] = True
            case "club.left":
                clubs.pop(item.get("club"), None)
    bought = tuple(
        Had(said["purchase_id"], said["sku"], parse_instant_us(said["time"]), left)
        for said in content.get("purchases", ())
        if (left := said["quantity"] - said.get("returned", 0)) > 0
    )
    # The last two categories are in a copy by the consent to readings alone.
    has_health = any(name in content for name in ("health", "history", "purchases"))
    said: dict[Purpose, bool] = {"share_with_dealer": True}
    if has_health:
        said["health"] = True
    return Held(tuple(trials.values()), bought, tuple(clubs), said=said)


def _as_found(shared: Shared) -> FoundPerson:
    """As a list shows it: by the row's key, with nothing that the copy does not hold."""
    identity = shared.content.get("identity", {})
    born = identity.get("birth_date") or identity.get("birth_year")
    return FoundPerson(
        shared.key,
        ROW + shared.key,
        next(iter(shared.names), None),
        tuple(tails_of(shared)),
        identity.get("sex"),
        str(born) if born else None,
        None,
        bool(shared.content.get("deceased")),
        restricted=False,
    )
