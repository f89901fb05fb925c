"""Sessions: forged ones are nobody's, and each has an end."""

import pytest

from crm.web.guards.security import IDLE_SECONDS, Session, SessionSigner

SIGNER = SessionSigner(b"a secret of the tests")


def test_a_session_comes_back_as_it_was_signed() -> None:
    session = Session.of("u-1", "mark")
    back = SIGNER.session(SIGNER.cookie(session))
    assert back is not None
    assert (back.nonce, back.actor, back.password_mark) == (session.nonce, "u-1", "mark")


def test_a_session_signed_with_another_secret_is_none() -> None:
    cookie = SessionSigner(b"another secret").cookie(Session.of("u-1", "mark"))
    assert SIGNER.session(cookie) is None
    assert SIGNER.session("") is None
    assert SIGNER.session("a.b.c") is None


def test_a_form_belongs_to_its_session_alone() -> None:
    one, other = Session.of("u-1", "mark"), Session.of("u-1", "mark")
    assert SIGNER.is_form_token(one, SIGNER.form_token(one))
    assert not SIGNER.is_form_token(one, SIGNER.form_token(other))
    assert not SIGNER.is_form_token(one, "")
    assert not SIGNER.is_form_token(one, "王")


def test_a_session_ends_however_much_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.of("u-1", "mark")
    now = session.began_s
    for hours, is_there in ((3, True), (6, True), (9, True), (11.9, True), (12.1, False)):
        at = now + int(hours * 3600)
        monkeypatch.setattr("time.time", lambda at=at: at)
        renewed = SIGNER.session(SIGNER.cookie(session))
        assert (renewed is not None) == is_there, hours
        session = renewed or session


def test_a_session_that_nobody_uses_ends_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.of("u-1", "mark")
    cookie = SIGNER.cookie(session)
    monkeypatch.setattr("time.time", lambda: session.began_s + IDLE_SECONDS - 60)
    assert SIGNER.session(cookie) is not None
    monkeypatch.setattr("time.time", lambda: session.began_s + IDLE_SECONDS + 60)
    assert SIGNER.session(cookie) is None
