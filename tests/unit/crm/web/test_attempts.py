"""Attempts to sign in: counted before they are looked at, and nobody's guesses lock others out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from crm.web.guards.attempts import DELAY_SECONDS, SignInAttempts, network_of

HERE, FAR = "192.0.2.7", "198.51.100.9"


@dataclass
class Clock:
    """A clock that a test sets."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


def test_of_guesses_at_the_same_time_no_more_pass_than_one_after_the_other() -> None:
    attempts = SignInAttempts(Clock())
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda _: attempts.begin("anna", HERE), range(100)))
    assert [attempt.wait_seconds for attempt in found].count(0) == 5


def test_who_waits_is_not_counted_again() -> None:
    clock = Clock()
    attempts = SignInAttempts(clock)
    for second in range(100):
        clock.seconds = second
        attempts.begin("anna", HERE)
    clock.seconds = 15 * 60 + 100
    assert [attempts.begin("anna", HERE).wait_seconds for _ in range(5)] == [0] * 5


def test_success_forgets_the_name_and_takes_back_its_own_attempt_of_the_network() -> None:
    attempts = SignInAttempts(Clock())
    for number in range(200):
        assert attempts.begin(f"u{number}", HERE).wait_seconds == 0
        attempts.succeeded(f"u{number}", HERE)
    for _ in range(5):
        attempts.begin("anna", HERE)
    attempts.succeeded("anna", HERE)
    assert [attempts.begin("anna", HERE).wait_seconds for _ in range(5)] == [0] * 5
    assert attempts.begin("anna", HERE).wait_seconds > 0


def test_a_network_that_guesses_names_waits_and_its_own_success_does_not_help() -> None:
    attempts = SignInAttempts(Clock())
    for number in range(49):
        assert attempts.begin(f"u{number}", FAR).wait_seconds == 0
    assert attempts.begin("own", FAR).wait_seconds == 0
    attempts.succeeded("own", FAR)
    assert attempts.begin("u50", FAR).wait_seconds == 0
    assert attempts.begin("u51", FAR).wait_seconds > 0


GUESSES = st.lists(
    st.tuples(
        st.sampled_from(["anna", "bert"]),
        st.ip_addresses().map(str) | st.sampled_from([HERE, FAR]),
        st.integers(0, 60),
    ),
    max_size=300,
)


@given(GUESSES)
def test_whatever_others_guess_the_owner_gets_in_on_a_browser_that_is_known(
    guesses: list[tuple[str, str, int]],
) -> None:
    clock = Clock()
    attempts = SignInAttempts(clock)
    for name, address, seconds in guesses:
        clock.seconds += seconds
        attempts.begin(name, address)
    found = attempts.begin("anna", HERE, "annas phone")
    assert (found.wait_seconds, found.delay_seconds) == (0, 0)


def test_a_name_guessed_from_many_networks_is_slow_and_not_locked() -> None:
    attempts = SignInAttempts(Clock())
    found = [attempts.begin("anna", f"10.{number}.0.1") for number in range(200)]
    assert {attempt.wait_seconds for attempt in found} == {0}
    assert [attempt.delay_seconds for attempt in found] == [0.0] * 30 + [DELAY_SECONDS] * 170


def test_a_known_browser_is_no_way_to_guess_either() -> None:
    attempts = SignInAttempts(Clock())
    waits = [attempts.begin("anna", HERE, "stolen").wait_seconds for _ in range(6)]
    assert waits[:5] == [0] * 5
    assert waits[5] > 0


def test_a_network_is_what_one_subscriber_chooses_from() -> None:
    assert network_of("192.0.2.7") == network_of("192.0.2.200")
    assert network_of("2001:db8:1:2::7") == network_of("2001:db8:1:2:ffff::1")
    assert network_of("2001:db8:1:2::7") != network_of("2001:db8:1:3::7")
    assert network_of("") == ""
