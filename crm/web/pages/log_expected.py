"""Whom a phone may have to find without network: those who are likely to come to an activity.

The phone keeps them encrypted with the session's key, as it keeps what is unsent, and shows names
masked, as every list does.
"""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from campaigns.times import shanghai_day
from crm.accounts.audit import log_export
from crm.activities.queries import activities_between, activity, attendees, written_at
from crm.identity.names import given_sound, pinyin, pinyin_initials, simplified
from crm.masking import masked_name
from crm.people.queries import PAGE_ROWS, FoundPerson, people_by_id
from crm.scope import OutOfScope
from crm.storage.database import reading, writing
from crm.web.guards.visit import NotFound, SignedIn, Visit

router = APIRouter()

_DAYS_BACK, _MOST_ACTIVITIES, MOST_PEOPLE = 90, 12, 400


@router.get("/log/{activity_id}/expected")
def expected_people(visit: SignedIn, activity_id: str) -> Response:
    """Who came to, or was written down at, the dealer's last activities; this one among them."""
    if visit.account.credential is None or not visit.account.may_say("activity.attended"):
        raise OutOfScope("who logs nothing at activities")
    people = [person for person in _expected(visit, activity_id) if person.name]
    with writing(visit.site.engine) as connection:
        # They are told by name, encrypted on the phone, so that they are found without network.
        actor, now_us = visit.account.actor, visit.site.now_us()
        log_export(connection, now_us, actor, "expected", len(people))
    return JSONResponse({"people": [_told(person) for person in people]})


def _expected(visit: Visit, activity_id: str) -> list[FoundPerson]:
    scope = visit.scope
    with reading(visit.site.engine) as connection:
        found = activity(scope, connection, activity_id)
        if found is None:
            raise NotFound
        if not scope.may("people"):
            # What a dealer's copy holds leaves the house only as far as it was asked for.
            return []
        day = shanghai_day(found.starts_us)
        earlier = activities_between(
            scope, connection, day - timedelta(days=_DAYS_BACK), day + timedelta(days=1)
        )
        own = [each.activity_id for each in earlier if each.dealer == found.dealer]
        ids: dict[str, None] = {}
        for each in own[:_MOST_ACTIVITIES]:
            came = attendees(scope, connection, each) | written_at(scope, connection, each)
            ids |= dict.fromkeys(sorted(came))
        wanted = list(ids)[:MOST_PEOPLE]
        return [
            person
            for start in range(0, len(wanted), PAGE_ROWS)
            for person in people_by_id(scope, connection, wanted[start : start + PAGE_ROWS])
            if not person.deceased
        ]


def _told(person: FoundPerson) -> dict[str, object]:
    name = person.name or ""
    sounds = (pinyin(name).replace("'", ""), given_sound(name), pinyin_initials(name))
    return {
        "id": person.person_id,
        "name": simplified(name),
        "shown": masked_name(name),
        "sounds": [sound for sound in sounds if sound],
        "card": person.card_id,
        "tails": person.phone_tails,
        "born": (person.born or "")[:4],
    }
