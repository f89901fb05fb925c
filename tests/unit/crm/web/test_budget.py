"""What one token may hand over, and that nobody else pays for it."""

from contextlib import ExitStack

import pytest

from crm.pace import Turns
from crm.web.api.problems import Problem
from crm.web.guards.bounds import BodyRefused
from crm.web.guards.budget import (
    LARGE_BODIES_AT_ONCE,
    LARGE_BODIES_IN_ALL,
    LARGE_BYTES,
    REFUSED_BYTES,
    REFUSED_EVENT_BYTES,
    Budget,
    TooMuch,
)


class Clock:
    """A clock that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


def budget(burst: float) -> tuple[Budget, Clock]:
    clock = Clock()
    return Budget(Turns(burst, burst / 10, clock)), clock


def test_who_has_sent_more_than_the_burst_waits_and_others_do_not() -> None:
    book, clock = budget(100)
    with book.sending("t-1") as sender:
        sender.sent(150)
    with pytest.raises(TooMuch) as refused, book.sending("t-1"):
        pass
    with book.sending("t-2") as other:
        other.sent(1)
    clock.seconds += refused.value.wait_seconds
    with book.sending("t-1") as sender:
        sender.sent(1)
    assert book.at_once.total() == 0


def test_what_could_not_be_read_costs_more_than_its_bytes() -> None:
    book, _ = budget(REFUSED_BYTES)
    with pytest.raises(BodyRefused), book.sending("t-1"):
        raise BodyRefused(408)
    with pytest.raises(TooMuch), book.sending("t-1"):
        pass


@pytest.mark.parametrize("error", [OSError("away"), Problem(503, "away"), Problem(507, "full")])
def test_nobody_pays_for_what_broke_here(error: Exception) -> None:
    book, _ = budget(REFUSED_BYTES)
    for _ in range(3):
        with pytest.raises(type(error)), book.sending("t-1"):
            raise error
    with book.sending("t-1") as sender:
        sender.sent(1)


def test_one_token_has_few_large_bodies_on_the_way_at_once() -> None:
    book, _ = budget(1_000)
    entered = [book.sending("t-1") for _ in range(LARGE_BODIES_AT_ONCE)]
    for each in entered:
        each.__enter__()
    with pytest.raises(TooMuch), book.sending("t-1"):
        pass
    with book.sending("t-1", announced_bytes=10) as sender:
        sender.sent(10)
    for each in entered:
        each.__exit__(None, None, None)
    assert not book.at_once


def test_events_that_were_refused_cost_more_than_their_bytes() -> None:
    book, _ = budget(2 * REFUSED_EVENT_BYTES)
    with book.sending("t-1") as sender:
        sender.was_refused(2)
    with pytest.raises(TooMuch), book.sending("t-1"):
        pass


def test_all_tokens_together_have_so_many_large_bodies_at_once() -> None:
    book, _ = budget(1_000)
    with ExitStack() as held:
        for number in range(LARGE_BODIES_IN_ALL):
            held.enter_context(book.sending(f"token{number // 3}", LARGE_BYTES + 1))
        with pytest.raises(TooMuch), book.sending("another", LARGE_BYTES + 1):
            pass
        with book.sending("another", LARGE_BYTES):
            pass
    with book.sending("another", LARGE_BYTES + 1):
        pass
