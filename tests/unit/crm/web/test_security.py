"""Sessions and attempts: forged ones are nobody's, guessing has to wait, memory is bounded."""

from campaigns.times import SECOND_US
from crm.web.security import Attempts, Session, SessionSigner

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


def test_who_fails_too_often_waits_until_the_period_is_over() -> None:
    attempts = Attempts(most=3, period_us=60 * SECOND_US)
    for second in (0, 10, 20):
        assert attempts.wait_seconds("k", second * SECOND_US) == 0
        attempts.failed("k", second * SECOND_US)
    assert attempts.wait_seconds("k", 30 * SECOND_US) == 30
    assert attempts.wait_seconds("other", 30 * SECOND_US) == 0
    assert attempts.wait_seconds("k", 61 * SECOND_US) == 0


def test_success_forgets_the_failures() -> None:
    attempts = Attempts(most=1)
    attempts.failed("k", 0)
    attempts.succeeded("k")
    assert attempts.wait_seconds("k", 1) == 0


def test_only_so_many_keys_are_remembered() -> None:
    attempts = Attempts(most=1, keys=2)
    for key in ("a", "b", "c"):
        attempts.failed(key, 0)
    waiting = [attempts.wait_seconds(key, 1) > 0 for key in ("a", "b", "c")]
    assert waiting == [False, True, True]
