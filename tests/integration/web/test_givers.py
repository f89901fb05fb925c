"""Who consented for a person is written down by name, where nobody reads it who was not let in."""

import re
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from campaigns.ids import person_id
from crm.accounts.access import accesses_of_cards
from crm.archives.queries import person_shown, person_then
from crm.fhir.archive import archive_resources
from crm.journal.events import JOURNAL
from crm.rights.asking import holding_of
from crm.rights.own_copy import Keeper, own_copy
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.person_events import event
from tests.integration.web.sites import RunningSite, activity_today, card, entered, running, today

GIVER, MASKED = "李小明", "李*明"
CARDS = ("G-phone", "G-desk", "G-erased", "G-self", "G-fhir")
OWN_YES = {"method": "voice", "by": "self", "notice_version": "2026-01"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with running(tmp_path_factory.mktemp("givers")) as started:
        started.user("field", "staff")
        started.accept(activity_today())
        for place, name in enumerate(CARDS):
            started.accept(card(name, f"王{'甲乙丙丁戊'[place]}", f"1370000220{place}"))
        yield started


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


def hidden_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def logged(field: httpx.Client, card_id: str, **typed: str) -> httpx.Response:
    """The phone's form: a consent on paper."""
    page = field.get(f"/log/A-today/person/{person_id(card_id)}").text
    form = hidden_in(page) | {"consent_archive": "1", "method": "paper", **typed}
    return field.post("/log/A-today/submit", data=form)


def plain_of(site: RunningSite, card_id: str) -> list[bytes]:
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.plain).where(JOURNAL.c.subject == f"card/{card_id}")
        return list(connection.execute(query.where(JOURNAL.c.type == "consent.given")).scalars())


def opened(field: httpx.Client, card_id: str) -> str:
    """The name, by a tap on the archive's page; empty where none is hidden there."""
    address = f"/people/{person_id(card_id)}"
    page = field.get(address).text
    found = re.search(
        r'name="source" value="([^"]+)"><input type="hidden" name="event_id" value="([^"]+)"', page
    )
    if found is None:
        return ""
    tap = {"form_token": hidden_in(page)["form_token"], "card_id": card_id, "field": "private"}
    tap |= {"source": found[1], "event_id": found[2]}
    shown = field.post(f"{address}/reveal", data=tap, headers={"accept": "application/json"})
    return str(shown.json()["value"])


def test_the_guardians_name_is_kept_encrypted_masked_and_opened_with_a_trace(
    site: RunningSite, field: httpx.Client
) -> None:
    assert "data-receipt" in logged(field, "G-phone", by="guardian", giver_name=GIVER).text
    site.work()
    [plain] = plain_of(site, "G-phone")
    assert GIVER.encode() not in plain and b"guardian" in plain and b"witness" not in plain
    page = field.get(f"/people/{person_id('G-phone')}").text
    assert GIVER not in page and page.count(MASKED) == 2  # in the ledger and in the timeline
    assert opened(field, "G-phone") == GIVER
    with reading(site.site.engine) as connection:
        looks = accesses_of_cards(HEADQUARTERS_SCOPE, connection, ["G-phone"])
    assert [look.field for look in looks] == ["private"]


def test_who_consented_stands_in_the_persons_own_copy(
    site: RunningSite, field: httpx.Client
) -> None:
    now_us, keyring = site.site.now_us(), site.site.keyring
    with reading(site.site.engine) as connection:
        known = person_then(HEADQUARTERS_SCOPE, connection, keyring, "G-phone", now_us)
        assert known is not None
        held = holding_of(HEADQUARTERS_SCOPE, connection, keyring, *known)
    assert GIVER in str(own_copy(held, Keeper("公司"), "zh-CN", lambda _group, code: code))


def test_who_consented_is_the_performer_in_fhir_and_nobody_is_where_the_person_did(
    site: RunningSite, field: httpx.Client
) -> None:
    logged(field, "G-fhir", by="guardian", giver_name=GIVER)
    site.accept(event("consent.given", "G-fhir", purpose="club", **OWN_YES))
    now_us, keyring = site.site.now_us(), site.site.keyring
    with reading(site.site.engine) as connection:
        known = person_shown(HEADQUARTERS_SCOPE, connection, keyring, "G-fhir", now_us)
    assert known is not None
    made = archive_resources(known.person, known.past, known.closed)
    performers = {
        each["provision"]["purpose"][0]["code"]: each.get("performer")
        for each in made
        if each["resourceType"] == "Consent"
    }
    assert performers == {"archive": [{"display": GIVER}], "club": None}


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"by": "guardian"}, "请写上是谁"),
        ({"by": "self", "giver_name": GIVER}, "选的是本人"),
    ],
)
def test_a_name_that_is_missing_or_is_nobodys_is_asked_about_once_and_never_in_the_way(
    site: RunningSite, field: httpx.Client, typed: dict[str, str], asked: str
) -> None:
    page = logged(field, "G-self", **typed).text
    assert asked in page and "data-receipt" not in page
    again = logged(field, "G-self", **typed, asked="giver_unnamed giver_unsaid")
    assert "data-receipt" in again.text
    site.work()
    assert (
        GIVER.encode() not in b"".join(plain_of(site, "G-self")) and opened(field, "G-self") == ""
    )


def test_at_a_desk_the_name_is_written_as_well(site: RunningSite, field: httpx.Client) -> None:
    address = f"/people/{person_id('G-desk')}/consent"
    said = {"purpose": "archive", "method": "voice", "by": "agent", "giver_name": GIVER}
    form = hidden_in(field.get(address).text) | said | {"day": str(today())}
    assert field.post(address, data=form).status_code == 303
    site.work()
    assert opened(field, "G-desk") == GIVER


def test_with_the_card_the_name_is_erased(site: RunningSite, field: httpx.Client) -> None:
    logged(field, "G-erased", by="agent", giver_name=GIVER)
    site.work()
    assert opened(field, "G-erased") == GIVER
    site.accept(event("card.erased", "G-erased", reason_code="requested_by_person"))
    assert opened(field, "G-erased") == ""
