"""Events in another order, in other batches, among kills."""

from random import Random

from campaigns.times import DAY_US
from tests.failing_transactions import killed_now_and_then
from tests.installations import Installation, clock, cut
from tests.worlds import START_US, Sent


def take_in(installation: Installation, events: list[Sent], random: Random) -> None:
    """Hand over in pieces, in the order given; record now and then, and let some days pass."""
    newest_us = START_US
    for piece in cut(events, random):
        installation.accept(piece)
        newest_us = max(newest_us, *(sent.starts_us for sent in piece))
        while random.random() < 0.6:
            if installation.worker.recorder.record_next(0, random.choice((1, 2, 3, 7, 20))) is None:
                break
            assert installation.ledger_sum() == 0
        if random.random() < 0.2:
            # The worker's clock is never behind what the door has let in, nor goes back.
            newest_us = max(newest_us, START_US + random.randrange(75) * DAY_US)
            with clock(worker_us=newest_us):
                installation.work()
    installation.work()


def take_in_among_kills(installation: Installation, events: list[Sent], random: Random) -> None:
    """Hand over in pieces and record; any transaction may be killed, and is done again."""
    with killed_now_and_then(installation, random) as survive:
        for piece in cut(events, random):
            survive(lambda piece=piece: installation.accept(piece))  # type: ignore[misc]
            survive(lambda: installation.worker.recorder.record_next(0, random.choice((1, 5, 30))))
        survive(installation.work)


def shuffled(events: list[Sent], random: Random) -> list[Sent]:
    """In any order, some of them twice."""
    found = [*events, *random.choices(events, k=5)]
    random.shuffle(found)
    return found
