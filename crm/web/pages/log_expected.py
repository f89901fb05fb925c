"""Whom a phone may have to find without network: who is invited, and who is likely to come.

The phone keeps them encrypted with the session's key, as it keeps what is unsent, and shows names
masked, as every list does.
"""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.audit import log_export
from crm.activities.happened import attendees, signed_in_us, written_at
from crm.activities.queries import activities_between, activity
from crm.identity.names import given_sound, pinyin, pinyin_initials, simplified
from crm.invitations.queries import invited_to
from crm.masking import masked_name
from crm.people.found import FoundPerson
from crm.people.queries import PAGE_ROWS, people_by_id
from crm.scope import OutOfScope
from crm.storage.database import reading, writing
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.view.labels import label

router = APIRouter()

_DAYS_BACK, _MOST_ACTIVITIES, MOST_PEOPLE = 90, 12, 400


@router.get("/log/{activity_id}/expected")
def expected_people(visit: SignedIn, activity_id: str) -> Response:
    """Who is invited; then who came to, or was written down at, the dealer's last activities."""
    if visit.account.credential is None or not visit.account.may_say("activity.attended"):
        raise OutOfScope("who logs nothing at activities")
    found, waited_for = _expected(visit, activity_id)
    people = [person for person in found if person.name]
    with writing(visit.site.engine) as connection:
        # They are told by name, encrypted on the phone, so that they are found without network.
        actor, now_us = visit.account.actor, visit.site.now_us()
        log_export(connection, now_us, actor, "on_phone", len(people))
    told = [
        _as_json(person, invited=person.person_id in waited_for) | {"facts": _facts(visit, person)}
        for person in people
    ]
    return JSONResponse({"people": told})


def _expected(visit: Visit, activity_id: str) -> tuple[list[FoundPerson], frozenset[str]]:
    """(those the phone keeps, who of them is invited and has not signed in yet)."""
    scope = visit.scope
    with reading(visit.site.engine) as connection:
        found = activity(scope, connection, activity_id)
        if found is None:
            raise NotFound
        if not scope.may("people"):
            # What a dealer's copy holds leaves the house only as far as it was asked for.
            return [], frozenset()
        day = shanghai_day(found.starts_us)
        earlier = activities_between(
            scope, connection, day - timedelta(days=_DAYS_BACK), day + timedelta(days=1)
        )
        own = [each.activity_id for each in earlier if each.dealer == found.dealer]
        invited = invited_to(scope, connection, activity_id)
        ids = dict.fromkeys(sorted(invited))
        for each in own[:_MOST_ACTIVITIES]:
            came = attendees(scope, connection, each) | written_at(scope, connection, each)
            ids |= dict.fromkeys(sorted(came))
        wanted = list(ids)[:MOST_PEOPLE]
        here = signed_in_us(scope, connection, activity_id, invited)
        people = [
            person
            for start in range(0, len(wanted), PAGE_ROWS)
            for person in people_by_id(scope, connection, wanted[start : start + PAGE_ROWS])
            if not person.deceased
        ]
        return people, frozenset(invited.keys() - here.keys())


def _facts(visit: Visit, person: FoundPerson) -> str:
    """What tells people of one name apart, in the words of the list that the network brings."""
    year, tails = (person.born or "")[:4], visit.joined(person.phone_tails)
    told = (
        person.sex and visit.say(label("sex", person.sex)),
        year and visit.say(N_("%(year)s 年生")) % {"year": year},
        tails and visit.say(N_("尾号 %(tails)s")) % {"tails": tails},
    )
    return " ".join(filter(None, told))


def _as_json(person: FoundPerson, *, invited: bool) -> dict[str, object]:
    name = person.name or ""
    sounds = (pinyin(name).replace("'", ""), given_sound(name), pinyin_initials(name))
    return {
        "id": person.person_id,
        "invited": invited,
        "name": simplified(name),
        "shown": masked_name(name),
        "sounds": [sound for sound in sounds if sound],
        "card": person.card_id,
        "tails": person.phone_tails,
        "born": (person.born or "")[:4],
    }
