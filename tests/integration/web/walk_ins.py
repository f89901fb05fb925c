"""Walk-ins as they are written down at the door."""

from uuid import uuid4

import httpx

from tests.integration.web.sites import today, token_in

SAID = {"title": "小区门口量血压", "kind": "promotion", "region": "北京市朝阳区", "dealer": "D1"}


def written_down(client: httpx.Client, **changed: str) -> tuple[str, httpx.Response]:
    """(the number of the form, the answer)."""
    token = token_in(client.get("/log/walk-in").text)
    form = {"form_id": str(uuid4()), "written_at": f"{today()}T00:00:01+08:00", **SAID}
    form |= {"form_token": token, **changed}
    return form["form_id"], client.post("/log/walk-in/submit", data=form)
