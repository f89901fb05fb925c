"""Attempts to sign in: counted before they are looked at, guessing waits, memory is bounded."""

from concurrent.futures import ThreadPoolExecutor

from campaigns.times import SECOND_US
from crm.web.guards.attempts import Attempts, SignInAttempts


def test_who_tries_too_often_waits_until_the_period_is_over() -> None:
    attempts = Attempts(most=3, period_us=60 * SECOND_US)
    for second in (0, 10, 20):
        assert attempts.wait_seconds("k", second * SECOND_US) == 0
        attempts.count("k", second * SECOND_US)
    assert attempts.wait_seconds("k", 30 * SECOND_US) == 30
    assert attempts.wait_seconds("other", 30 * SECOND_US) == 0
    assert attempts.wait_seconds("k", 61 * SECOND_US) == 0


def test_only_so_many_keys_are_remembered() -> None:
    attempts = Attempts(most=1, keys=2)
    for key in ("a", "b", "c"):
        attempts.count(key, 0)
    waiting = [attempts.wait_seconds(key, 1) > 0 for key in ("a", "b", "c")]
    assert waiting == [False, True, True]


def test_of_guesses_at_the_same_time_no_more_pass_than_one_after_the_other() -> None:
    attempts = SignInAttempts()
    with ThreadPoolExecutor(20) as threads:
        waits = list(threads.map(lambda at: attempts.begin("anna", "here", at), range(100)))
    assert waits.count(0) == 5


def test_who_waits_is_not_counted_again() -> None:
    attempts = SignInAttempts()
    for second in range(100):
        attempts.begin("anna", "here", second * SECOND_US)
    assert attempts.begin("anna", "here", (15 * 60 + 5) * SECOND_US) == 0


def test_success_forgets_the_name_and_takes_back_its_own_attempt_of_the_address() -> None:
    attempts = SignInAttempts()
    for number in range(200):
        assert attempts.begin(f"u{number}", "hall", number) == 0
        attempts.succeeded(f"u{number}", "hall", number)
    for number in range(4):
        attempts.begin("anna", "hall", 1000 + number)
    attempts.begin("anna", "hall", 2000)
    attempts.succeeded("anna", "hall", 2000)
    assert [attempts.begin("anna", "hall", 3000 + number) for number in range(5)] == [0] * 5
    assert attempts.begin("anna", "hall", 4000) > 0


def test_an_address_that_guesses_names_waits_and_its_own_success_does_not_help() -> None:
    attempts = SignInAttempts()
    for number in range(49):
        assert attempts.begin(f"u{number}", "far", number) == 0
    assert attempts.begin("own", "far", 100) == 0
    attempts.succeeded("own", "far", 100)
    assert attempts.begin("u50", "far", 101) == 0
    assert attempts.begin("u51", "far", 102) > 0
