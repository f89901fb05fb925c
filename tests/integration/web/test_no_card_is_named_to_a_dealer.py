"""The ids of the company's cards are in nothing that a dealer gets, whatever it said by a row.

By them two dealers could tell that they know one person. What is said by a row is journaled of the
card; so it is looked at whether the card stands, was taken back, or is erased.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import select

from campaigns.times import SECOND_US, rfc3339
from crm.clock import now_us
from crm.copies.tables import COPY_ROW
from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.integration.feed.dealers import contract, event
from tests.integration.web.lookalikes import NAME, PHONE, Lookalike
from tests.integration.web.read_pages import told
from tests.integration.web.reward_sites import signed_in
from tests.integration.web.roles import pages
from tests.integration.web.sites import running

CARD = "c-0secret0"
SAID: tuple[tuple[str, dict[str, Any]], ...] = (
    ("club.joined", {"club": "夕阳红"}),
    ("activity.attended", {"activity_id": "A-no"}),
    ("trial.ended", {"trial_id": "t-no", "outcome": "satisfied"}),
    ("complaint.raised", {"complaint_id": "K1", "kind": "product"}),
    (
        "purchase.returned",
        {"return_id": "R9", "purchase_id": "B-one", "quantity": 9, "reason_code": "no_effect"},
    ),
    ("card.corrected", {"contact": {"phones": ["13900001111"]}}),
    ("follow_up.done", {"channel": "phone", "outcome": "reached"}),
    (
        "consent.given",
        {"purpose": "health", "notice_version": "1", "method": "paper", "by": "self"},
    ),
    ("consent.refused", {"purpose": "health"}),
    ("event.voided", {"of_source": "/dealers/D1", "of_id": "w4", "reason_code": "typed_wrong"}),
    ("identity.undecided", {"other_card_id": CARD}),
)
STAGES = ("standing", "voided", "erased")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with running(tmp_path_factory.mktemp("named")) as site:
        found = Lookalike(site, now_us(), "chief")
        found.company.accept(contract("D1"))
        found.hold("A-one", "一家的活动", "D1", "110105")
        written: dict[str, Any] = {"person": {"name": NAME}, "contact": {"phones": [PHONE]}}
        found.say("card.registered", CARD, source_kind="walk_in", region="110105", **written)
        found.agree(CARD, "health", "archive", dealer="D1")
        found.say("trial.started", CARD, trial_id="t-one", sku="JX-B4")
        found.buy(CARD, "B-one", "D1")
        found.company.work()
        with reading(site.site.engine) as connection:
            found.key = connection.execute(select(COPY_ROW.c.key)).scalar_one()
        yield found
        found.company.close()


def spoken(world: Lookalike, api: httpx.Client) -> Iterator[str]:
    """All that a machine of the dealer says by the row; the ids."""
    at = rfc3339(world.now_us - 60 * SECOND_US)
    kind = {"content-type": "application/cloudevents+json"}
    for number, (type_name, data) in enumerate(SAID):
        name = f"w{number}"
        said = event(type_name, f"row/{world.key}", data, id=name, source="/dealers/D1", time=at)
        answer = api.post("/v1/events", content=orjson.dumps(said), headers=kind)
        assert CARD not in answer.text
        yield name


def paths_of(world: Lookalike, ids: list[str], form_id: str) -> Iterator[str]:
    """Every page without an id in its address, and those of what was said."""
    yield from (path for method, path in pages() if method == "GET" and "{" not in path)
    yield from ("/said/unsettled?file=csv", f"/said/{form_id}", f"/copy/row/{world.key}")
    for name in ids:
        yield f"/event?source=%2Fdealers%2FD1&id={name}"
        yield f"/event/again?source=%2Fdealers%2FD1&id={name}"


def test_no_card_is_named_to_a_dealer(world: Lookalike) -> None:
    site = world.site
    headers = {"Authorization": f"Bearer {site.token('dealer', 'D1')}"}
    form_id, waited = str(uuid4()), 0
    with (
        site.client(**headers) as api,
        signed_in(site, "shop1") as shop,
        signed_in(site, "hall1") as hall,
    ):
        typed = {"form_id": form_id, "written_at": rfc3339(world.now_us), "attended": "1"}
        answer = hall.post("/log/A-one/submit", **typed, person_id=world.key)
        assert answer.status_code == 200 and CARD not in answer.text
        ids = list(spoken(world, api))
        for stage in STAGES:
            _become(world, stage)
            for name in ids:
                address = f"/v1/events?source=%2Fdealers%2FD1&id={name}"
                answer = api.get(address)
                assert CARD not in answer.text, (stage, address)
                waited += answer.json().get("waiting_for") == f"row/{world.key}"
            for who in (shop, hall):
                for path in paths_of(world, ids, form_id):
                    assert CARD not in told(who.get(path)), (stage, path)
            for path in ("/v1/dealer/changes", f"/v1/dealer/buckets?prefix={world.key[:4]}"):
                assert CARD not in api.get(path).text, (stage, path)
    # The row stands for the card that is waited for, in the words in which it was said.
    assert waited


def _become(world: Lookalike, stage: str) -> None:
    """The card is taken back; then it is erased."""
    world.company.work()
    if stage == "voided":
        with reading(world.site.site.engine) as connection:
            query = select(JOURNAL.c.source, JOURNAL.c.id)
            query = query.where(JOURNAL.c.subject == f"card/{CARD}")
            of = connection.execute(query.where(JOURNAL.c.type == "card.registered")).one()
        data = {"of_source": of.source, "of_id": of.id, "reason_code": "typed_wrong"}
        world.company.take(event("event.voided", f"card/{CARD}", data))
    elif stage == "erased":
        data = {"card_id": CARD, "reason_code": "asked"}
        world.company.take(event("card.erased", f"card/{CARD}", data))
