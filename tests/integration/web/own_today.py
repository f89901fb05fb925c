"""What somebody wrote down today."""

from uuid import uuid4

import httpx

from campaigns.times import rfc3339
from crm.clock import now_us
from tests.integration.web.sites import token_in


def write(client: httpx.Client, **typed: str) -> str:
    """Send a form; its id."""
    form_id = str(uuid4())
    form = {"form_token": token_in(client.get("/me").text), "form_id": form_id}
    form |= {"written_at": rfc3339(now_us()), **typed}
    assert "已收下" in client.post("/log/A-today/submit", data=form).text
    again = client.post("/log/A-today/submit", data=form).text
    assert "之前已记过" in again
    return form_id
