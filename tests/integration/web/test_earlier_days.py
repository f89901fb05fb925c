"""A no of now closes earlier days too: nothing more may be shown of them than may be now."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from campaigns.ids import person_id
from campaigns.times import parse_instant_us
from crm.archives.queries import PersonShown, archive, person_shown
from crm.fhir.archive import ArchiveRestricted, archive_resources
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.person_events import event
from tests.integration.web.sites import RunningSite, card, entered, token_in

WRITTEN, ASKED, SAID = "2026-06-01", "2026-06-05", "2026-06-10"
ASKED_US = parse_instant_us(f"{ASKED}T20:00:00+08:00")


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")
    site.user("law", "compliance")
    for card_id, phone in (("E-health", "13700007701"), ("E-archive", "13700007702")):
        registered = card(card_id, "李不看", phone)
        registered["data"]["health"] = {"conditions": ["高血压"]}
        measured = event("clinic.consulted", card_id, health={"systolic_mmhg": 157})
        purpose = card_id.partition("-")[2]
        refused = event("consent.refused", card_id, purpose=purpose)
        site.accept(dated(registered, WRITTEN), dated(measured, WRITTEN), dated(refused, SAID))


def dated(said: dict[str, Any], day: str) -> dict[str, Any]:
    return said | {"time": f"{day}T10:00:00+08:00"}


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


@pytest.fixture
def law(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "law")


def then(site: RunningSite, card_id: str) -> tuple[dict[str, Any], PersonShown]:
    """An archive of the earlier day, as the command prints it and as FHIR is made of it."""
    now_us, keyring = site.site.now_us(), site.site.keyring
    with reading(site.site.engine) as connection:
        asked = HEADQUARTERS_SCOPE, connection, keyring, card_id, now_us, ASKED_US
        told, known = archive(*asked), person_shown(*asked)
    assert told and known and not known.person.restricted
    return told, known


def test_health_that_is_refused_now_opens_for_no_earlier_day(
    site: RunningSite, law: httpx.Client
) -> None:
    address = f"/people/{person_id('E-health')}"
    for asked in (f"?at={ASKED}", f"?at={ASKED}&large=true"):
        page = law.get(address + asked).text
        assert "病症、用药和测量都不给看" in page
        assert "测量记录" not in page and 'value="conditions"' not in page
        assert 'value="health"' not in page
    token = {"form_token": token_in(law.get(address).text), "at": ASKED}
    assert law.post(f"{address}/readings", data=token).status_code == 404
    tap = {"card_id": "E-health", "field": "conditions"}
    assert law.post(f"{address}/reveal", data=token | tap).status_code == 404
    told, known = then(site, "E-health")
    assert told["health_closed"] and "高血压" not in str(told) and "157" not in str(told)
    made = archive_resources(known.person, known.past, known.closed)
    assert not {each["resourceType"] for each in made} & {"Observation", "Condition"}


def test_an_archive_that_is_restricted_now_shows_nobody_of_an_earlier_day(
    site: RunningSite, field: httpx.Client, law: httpx.Client
) -> None:
    address = f"/people/{person_id('E-archive')}"
    page = field.get(f"{address}?at={ASKED}").text
    assert "档案只存不用" in page and "李*" not in page and "测量记录" not in page
    token = {"form_token": token_in(page), "at": ASKED}
    tap = {"card_id": "E-archive", "field": "name"}
    assert field.post(f"{address}/reveal", data=token | tap).status_code == 404
    told, known = then(site, "E-archive")
    assert told["restricted"] and "李不看" not in str(told) and "157" not in str(told)
    with pytest.raises(ArchiveRestricted):
        archive_resources(known.person, known.past, known.closed)
    # Compliance sees it, of that day as of now.
    token |= {"form_token": token_in(law.get(f"{address}?at={ASKED}").text)}
    assert "李不看" in law.post(f"{address}/reveal", data=token | tap).text


def test_a_no_of_then_closes_that_day_whatever_was_agreed_to_later(
    site: RunningSite, law: httpx.Client
) -> None:
    given = {"purpose": "health", "notice_version": "2026-01", "method": "paper", "by": "self"}
    site.accept(
        dated(card("E-later", "钱后来", "13700007703"), WRITTEN),
        dated(event("clinic.consulted", "E-later", health={"systolic_mmhg": 157}), WRITTEN),
        dated(event("consent.refused", "E-later", purpose="health"), WRITTEN),
        dated(event("consent.given", "E-later", **given), SAID),
    )
    address = f"/people/{person_id('E-later')}"
    assert "测量记录" in law.get(address).text
    assert "测量记录" not in law.get(f"{address}?at={ASKED}").text


def test_who_was_somebody_else_then_is_asked_with_the_cards_of_now(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(
        dated(card("E-one", "孙一人", "13700007704"), WRITTEN),
        dated(event("clinic.consulted", "E-one", health={"systolic_mmhg": 157}), WRITTEN),
        dated(card("E-two", "孙一仁", "13700007705"), WRITTEN),
        dated(event("consent.refused", "E-two", purpose="health"), SAID),
    )
    address = f"/people/{person_id('E-one')}"
    assert "测量记录" in law.get(f"{address}?at={ASKED}").text
    same = {"other_card_id": "E-two", "reason_code": "documents"}
    site.accept(dated(event("identity.same", "E-one", **same), SAID))
    assert "测量记录" not in law.get(f"/people/E-one?at={ASKED}").text
