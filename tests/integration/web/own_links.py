"""Links by which members see their own rewards, and what they say by them."""

import re
from uuid import uuid4

import httpx

from crm.disputes.dispute import Dispute
from crm.disputes.queries import disputes_of
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.reward_sites import (
    Person,
)
from tests.integration.web.sites import RunningSite, token_in


def given(person: Person, code: str = "M1") -> str:
    """The path of a new link."""
    page = person.post(f"/members/{code}/link").text
    (path,) = set(re.findall(r'value="http://[^/"]+(/own/[\w-]+)"', page))
    return str(path)


def opened(site: RunningSite, path: str) -> httpx.Response:
    with site.client() as client:
        return client.get(path)


def said(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """A dispute by the member; token and number of the form as the page has them."""
    page = client.get(path).text
    form = {"form_id": str(uuid4()), **fields, "form_token": token_in(page)}
    return client.post(f"{path}/dispute", data=form)


def kept(site: RunningSite, member_code: str) -> list[Dispute]:
    with reading(site.site.engine) as connection:
        return disputes_of(HEADQUARTERS_SCOPE, connection, site.site.keyring, member_code)
