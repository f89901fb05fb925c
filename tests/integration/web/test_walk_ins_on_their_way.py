"""Walk-in activities where a broker carries: accepted, in the outbox, not in the journal yet."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from crm.intake.accept import EventIntake
from crm.journal.events import JOURNAL
from crm.journal.outbox import OUTBOX
from crm.storage.database import reading
from streams.running.outbox_store import OutboxStore
from tests.integration.web.sites import RunningSite, entered, opened, serving, today, token_in
from tests.integration.web.walk_ins import written_down
from tests.templates import new_installation


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("carried")
    site = opened(new_installation(folder))
    door = EventIntake(site.engine, site.keyring, OutboxStore())
    with serving(replace(site, intake=door)) as started:
        started.user("field", "staff")
        started.user("hall", "dealer_staff", "D2")
        yield started


@pytest.fixture
def field(carried: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(carried, "field")


def sent(client: httpx.Client, activity_id: str, **changed: str) -> httpx.Response:
    form = {"form_token": token_in(client.get("/me").text), "form_id": str(uuid4())}
    form |= {"written_at": f"{today()}T00:00:02+08:00", "name": "临时来", "attended": "1"}
    return client.post(f"/log/{activity_id}/submit", data=form | changed)


def test_it_is_logged_at_before_the_journal_has_it(
    carried: RunningSite, field: httpx.Client
) -> None:
    form_id, answer = written_down(field)
    assert f'data-receipt="{form_id}"' in answer.text
    activity_id = f"W-{form_id}"
    with reading(carried.site.engine) as connection:
        journaled = select(func.count()).select_from(JOURNAL)
        assert connection.execute(journaled).scalar_one() == 0
    for path in (f"/log/{activity_id}", f"/log/{activity_id}/new"):
        assert "小区门口量血压" in field.get(path).text
    assert "data-receipt" in sent(field, activity_id).text
    for client in entered(carried, "hall"):
        assert client.get(f"/log/{activity_id}").status_code == 404


def test_a_card_that_comes_before_its_activity_is_to_be_sent_again(field: httpx.Client) -> None:
    answer = sent(field, f"W-{uuid4()}")
    assert answer.status_code == 503 and "data-awaited" in answer.text
    assert "retry-after" in answer.headers
    for nothing in ("W-1", "A-nowhere"):
        assert sent(field, nothing).status_code == 404


def test_a_form_of_a_clock_that_is_ahead_is_the_same_when_it_is_sent_again(
    carried: RunningSite, field: httpx.Client
) -> None:
    ahead = f"{today() + timedelta(days=2)}T09:00:00+08:00"
    form_id, _ = written_down(field, written_at=ahead)
    _, again = written_down(field, form_id=form_id, written_at=ahead)
    assert "之前已记过" in again.text
    card = str(uuid4())
    for said in ("已收下", "之前已记过"):
        answer = sent(field, f"W-{form_id}", form_id=card, written_at=ahead)
        assert said in re.sub(r"\s", "", answer.text)
    with reading(carried.site.engine) as connection:
        kept = select(OUTBOX.c.id).where(OUTBOX.c.id.startswith(form_id))
        assert len(connection.execute(kept).all()) == 1
