"""Events that are said once more, as the page of the dead letters does."""

from typing import Any
from urllib.parse import quote

import httpx
import orjson
from sqlalchemy import select

from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.storage.database import reading
from tests.integration.web.acting import form_in
from tests.integration.web.sites import RunningSite

AGAIN = "/event/again"


def address(wire: dict[str, Any], page: str = AGAIN) -> str:
    return f"{page}?source={quote(wire['source'], safe='')}&id={wire['id']}"


def outcome(site: RunningSite, source: str, event_id: str) -> str:
    with reading(site.site.engine) as connection:
        query = select(OUTCOME.c.outcome).join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
        query = query.where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
        return str(connection.execute(query).scalar_one())


def said_with(site: RunningSite, form_id: str) -> list[tuple[str, dict[str, Any]]]:
    """(type, what is not personal of it) of the events of a form."""
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.type, JOURNAL.c.plain).where(JOURNAL.c.id.startswith(form_id))
        rows = connection.execute(query.order_by(JOURNAL.c.position)).all()
    return [(row.type, orjson.loads(row.plain)) for row in rows]


def mend(client: httpx.Client, wire: dict[str, Any], **changed: Any) -> tuple[str, httpx.Response]:
    """Open the form of an event, change some fields, send it; doubts are answered."""
    page = client.get(address(wire))
    assert page.status_code == 200, page.status_code
    form = {**form_in(page.text, AGAIN), **changed}
    answer = client.post(AGAIN, data=form)
    if answer.status_code == 200:
        answer = client.post(AGAIN, data=form_in(answer.text, AGAIN))
    return form["form_id"], answer
