"""Cookies: forged, broken or old ones are nobody's, and no bytes of one are a fault of ours."""

from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer
from starlette.responses import PlainTextResponse

from crm.web.guards.devices import Devices
from crm.web.guards.security import IDLE_SECONDS, SecurityHeaders, Session, SessionSigner

SECRET = b"a secret of the tests"
SIGNER = SessionSigner(SECRET)
DEVICES = Devices(SECRET)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
)


def test_a_session_comes_back_as_it_was_signed() -> None:
    session = Session()
    back = SIGNER.session(SIGNER.cookie(session))
    assert back is not None
    assert back.nonce == session.nonce


def test_a_session_signed_with_another_secret_is_none() -> None:
    cookie = SessionSigner(b"another secret").cookie(Session())
    assert SIGNER.session(cookie) is None
    assert SIGNER.session("") is None
    assert SIGNER.session("a.b.c") is None


def test_a_form_belongs_to_its_session_alone() -> None:
    one, other = Session(), Session()
    assert SIGNER.is_form_token(one, SIGNER.form_token(one))
    for token in (SIGNER.form_token(other), "", "王", "\ud800"):
        assert not SIGNER.is_form_token(one, token)


def test_a_session_that_nobody_uses_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie, now = SIGNER.cookie(Session()), datetime.now(UTC)
    for seconds, is_there in ((IDLE_SECONDS - 60, True), (IDLE_SECONDS + 60, False)):
        at = int((now + timedelta(seconds=seconds)).timestamp())
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self, at=at: at)
        assert (SIGNER.session(cookie) is not None) == is_there


@pytest.mark.parametrize(("scheme", "is_said"), [("https", True), ("http", False)])
def test_who_was_reached_over_tls_is_never_asked_in_plain_again(scheme: str, is_said: bool) -> None:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(SecurityHeaders(PlainTextResponse("here")))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get(f"{scheme}://testserver/")

    assert ("Strict-Transport-Security" in anyio.run(asked).headers) == is_said


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_of_a_cookie_is_a_fault(cookie: str) -> None:
    assert SIGNER.session(cookie) is None
    assert DEVICES.known(cookie, "anna") is None


@given(JSON.filter(lambda value: not isinstance(value, str)))
def test_a_cookie_that_an_older_program_signed_is_nobodys(value: object) -> None:
    session = URLSafeTimedSerializer(SECRET, salt="session").dumps(value)
    assert SIGNER.session(session) is None
    device = URLSafeSerializer(SECRET, salt="device").dumps(value)
    assert DEVICES.known(device, "anna") is None


def test_a_browser_is_known_for_the_names_that_signed_in_with_it_alone() -> None:
    cookie = DEVICES.cookie_after(None, "anna")
    both = DEVICES.cookie_after(cookie, "bert")
    number = DEVICES.known(cookie, "anna")
    assert number is not None
    assert (DEVICES.known(both, "anna"), DEVICES.known(both, "bert")) == (number, number)
    assert DEVICES.known(cookie, "bert") is None
    assert Devices(b"another secret").known(cookie, "anna") is None
