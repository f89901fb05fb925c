"""A head that is long on purpose keeps nobody else waiting, whoever sends it."""

import httpx
import pytest
import starlette.requests
from starlette.requests import cookie_parser

from crm.web.guards.long_heads import LONGEST_COOKIES
from tests.integration.web.sites import RunningSite, sign_in

ESCAPES = r"\1" * 15_000


@pytest.mark.parametrize(
    "cookies", [[f'a="{ESCAPES}"'], ['a="' + r"\1" * 400 + '"'] * 30], ids=["one", "many"]
)
def test_no_more_of_a_cookie_is_taken_apart_than_ours_are_long(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch, cookies: list[str]
) -> None:
    taken_apart: list[int] = []

    def counted(text: str) -> dict[str, str]:
        taken_apart.append(len(text))
        return cookie_parser(text)

    monkeypatch.setattr(starlette.requests, "cookie_parser", counted)
    site.user(f"clerk{len(cookies)}", "staff")
    with site.client() as client:
        assert sign_in(client, f"clerk{len(cookies)}").status_code == 303
        assert client.get("/me").status_code == 200
        assert taken_apart, "it is here that cookies are read"
        taken_apart.clear()
        own = [f"{name}={value}" for name, value in client.cookies.items()]
        long = httpx.Headers([("cookie", each) for each in (*own, *cookies)])
        with site.client() as stranger:
            assert stranger.get("/me", headers=long).status_code == 303
            assert stranger.get("/sign-in", headers=long).status_code == 200
        assert sum(taken_apart) <= LONGEST_COOKIES


@pytest.mark.parametrize("end", [";" * 50_000, "charset=utf-8;" * 4_000], ids=["marks", "charsets"])
def test_a_content_type_without_end_is_of_no_type(site: RunningSite, end: str) -> None:
    with site.client(Authorization=f"Bearer {site.token()}") as client:
        head = {"content-type": f'application/cloudevents+json;"{end}'}
        assert client.post("/v1/events", content=b"{}", headers=head).status_code == 415
