"""Whatever the order of arrival, the cuts of the batches and the kills: the same comes out."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from campaigns.times import DAY_US
from crm.operations.checks import run_checks
from crm.storage.database import reading
from streams.upkeep.replay import verify
from tests.failing_transactions import killed_now_and_then
from tests.installations import Installation, assert_same, clock, cut
from tests.worlds import FEW, START_US, Sent, worlds


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


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_and_any_cut_give_the_same(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        take_in(other, shuffled(events, random), random)
        assert_same(plain.snapshot(), other.snapshot())


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_the_ledger_never_shows_where_a_batch_was_cut(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        other.accept(events)
        while other.worker.recorder.record_next(0, random.choice((1, 2, 3, 7, 20))):
            pass
        other.work()
        assert plain.ledger() == other.ledger()
        assert_same(plain.snapshot(), other.snapshot())


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_kills_of_any_transaction_leave_no_trace(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        take_in_among_kills(other, shuffled(events, random), random)
        assert_same(plain.snapshot(), other.snapshot())


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_every_check_holds_and_a_replay_is_equal(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as installation:
        take_in(installation, shuffled(events, random), random)
        with reading(installation.engine) as connection:
            found = list(run_checks(connection, installation.keyring))
        assert [check for check in found if not check.ok] == []
        compared = verify(installation.engine, installation.keyring)
        assert [name for name, table in compared.items() if not table.equal] == []


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_what_was_taken_in_already_changes_nothing(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as installation:
        take_in(installation, list(events), random)
        before, entries = installation.snapshot(), installation.ledger()
        random.shuffle(events)
        assert {receipt.status for receipt in installation.accept(events)} == {"duplicate"}
        installation.work()
        assert_same(before, installation.snapshot())
        assert installation.ledger() == entries
