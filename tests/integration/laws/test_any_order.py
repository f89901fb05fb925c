"""Whatever the order of arrival, the cuts of the batches and the kills: the same comes out."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from campaigns.times import rfc3339
from crm.operations.checks import run_checks
from crm.operations.clashes import Clash, clashes
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from streams.upkeep.replay import verify
from tests.installations import Installation, assert_same, clock
from tests.integration.laws.orders import shuffled, take_in, take_in_among_kills
from tests.worlds import CARDS, CLOCK_US, FEW, Maker, Sent, worlds


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_and_any_cut_give_the_same(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        take_in(other, shuffled(events, random), random)
        assert_same(plain.snapshot(), other.snapshot())
        assert listed_clashes(plain) == listed_clashes(other)


def listed_clashes(installation: Installation) -> list[Clash]:
    with reading(installation.engine) as connection:
        return clashes(HEADQUARTERS_SCOPE, connection)


def test_clashes_that_were_received_at_one_instant_are_listed_alike_in_any_order() -> None:
    maker = Maker(Random(0))
    for by in ("company", "dealer"):
        for name in CARDS[:3]:
            data = {"card_id": name, "person": {"name": by}, "source_kind": "walk_in"}
            sent = maker.send("card.registered", f"card/{name}", data, by=by, source="/sheets/s1")
            sent.wire["receivedat"] = rfc3339(CLOCK_US if by == "dealer" else sent.received_us)
    told = []
    for events in (maker.made, maker.made[::-1]):
        with clock(), Installation() as installation:
            installation.accept(events)
            installation.work()
            told.append(listed_clashes(installation))
    assert len(told[0]) == 3
    assert told[0] == told[1]


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
