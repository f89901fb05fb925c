"""What dealers are told of their copies, one change after the other, is their copies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from campaigns.times import day_end_us, shanghai_day
from crm.copies.change_log import ChangeWriter, copy_differences
from crm.copies.changes import ReasonClass
from crm.copies.queries import are_settled, changes_after
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.bulk import own_columns
from crm.storage.database import reading, writing
from streams.upkeep.replay import rebuild
from tests.installations import Installation, clock
from tests.integration.laws.orders import shuffled
from tests.receivers import Receiver, followed_from_the_beginning, held, told
from tests.worlds import CLOCK_US, DEALERS, FEW, Maker, Sent, shared_worlds

NOW_US = day_end_us(shanghai_day(CLOCK_US)) - 1

DICE = st.integers(0, 2**48).map(Random)
"""Very many draws: Hypothesis need not know them one by one."""


def few_at_a_time(events: Sequence[Sent], random: Random) -> Iterator[Sequence[Sent]]:
    """So that there is a transaction for nearly every change."""
    start = 0
    while start < len(events):
        size = random.choice((1, 1, 2, 3, 5))
        yield events[start : start + size]
        start += size


@FEW
@given(shared_worlds(), DICE)
def test_whoever_takes_every_change_late_twice_and_out_of_order_has_the_copy(
    events: list[Sent], random: Random
) -> None:
    receivers = [Receiver(dealer) for dealer in DEALERS]
    with clock(), Installation() as installation:
        for piece in few_at_a_time(shuffled(events, random), random):
            installation.accept(piece)
            while random.random() < 0.6:
                if installation.worker.recorder.record_next(0, random.choice((1, 3, 20))) is None:
                    break
            with reading(installation.engine) as connection:
                assert copy_differences(connection, installation.keyring)[1] == 0
                for receiver in receivers:
                    receiver.follow(connection, random)
        installation.work()
        with reading(installation.engine) as connection:
            for receiver in receivers:
                receiver.follow(connection)
                wanted = held(connection, installation.keyring, receiver.dealer, NOW_US)
                assert receiver.copy == wanted
                assert followed_from_the_beginning(connection, receiver.dealer) == wanted


@FEW
@given(shared_worlds(), DICE)
def test_a_rebuild_tells_nobody_anything_where_rows_come_out_equal(
    events: list[Sent], random: Random
) -> None:
    with clock(), Installation() as installation:
        for piece in few_at_a_time(shuffled(events, random), random):
            installation.accept(piece)
            installation.worker.recorder.record_next(0, 30)
        installation.work()
        before = _everything_told(installation)
        with mock.patch("streams.upkeep.replay.LARGEST_BATCH", 4):
            rebuild(installation.engine, installation.keyring)
        assert _everything_told(installation) == before


@pytest.mark.long
def test_the_shared_worlds_hold_changes_often_enough_to_prove_something() -> None:
    met: Counter[str] = Counter()
    for seed in range(5):
        random = Random(seed)
        with clock(), Installation() as installation:
            for piece in few_at_a_time(shuffled(Maker(random).shared_world(70), random), random):
                installation.accept(piece)
                installation.worker.recorder.record_next(0)
            installation.work()
            with reading(installation.engine) as connection:
                met.update(kind for _, kind, _ in told(connection))
    assert met["upsert"] > 20
    assert met["withdraw"] > 2


def test_a_rebuild_that_was_broken_off_tells_nothing_when_the_worker_goes_on() -> None:
    with clock(), _shared() as installation:
        before = _everything_told(installation)
        assert before
        with mock.patch("streams.upkeep.replay.LARGEST_BATCH", 4), pytest.raises(BrokenOff):
            rebuild(installation.engine, installation.keyring, _break_off)
        with reading(installation.engine) as connection:
            assert not are_settled(connection, shanghai_day(CLOCK_US))
        installation.open()
        installation.work()
        assert _everything_told(installation) == before


def test_a_rebuild_tells_what_came_out_differently() -> None:
    with clock(), _shared() as installation:
        with writing(installation.engine) as connection:
            ((key,),) = connection.execute(select(COPY_ROW.c.key)).all()
            connection.execute(delete(DEALER_CHANGE))
            was_never_so = {"dealer": "D1", "sequence": 7, "key": "0" * 64, "kind": "upsert"}
            connection.execute(
                insert(DEALER_CHANGE), [{**was_never_so, "content_hash": b"x", "changed_us": 0}]
            )
        rebuild(installation.engine, installation.keyring)
        with reading(installation.engine) as connection:
            changes = changes_after(HEADQUARTERS_SCOPE, connection, "D1", 7, 10)
            assert {(each.key, each.kind, each.reason_class) for each in changes} == {
                ("0" * 64, "withdraw", "corrected"),
                (key, "upsert", None),
            }


def test_a_row_that_went_and_came_back_as_it_was_is_not_told_again_and_keeps_its_number() -> None:
    with clock(), _shared() as installation:
        writer = ChangeWriter.of(installation.keyring)
        before = _everything_told(installation)
        with writing(installation.engine) as connection:
            (row,) = connection.execute(select(*own_columns(COPY_ROW))).all()
            connection.execute(delete(COPY_ROW))
            connection.execute(insert(COPY_ROW), [row._asdict()])
            touched: dict[tuple[str, str], bytes | ReasonClass] = {
                (row.dealer, row.key): writer.content_hash(row.content)
            }
            writer.write(connection, touched, 0, CLOCK_US)
        assert _everything_told(installation) == before
        with reading(installation.engine) as connection:
            assert writer.differences(connection) == (1, 0)


def test_what_is_told_names_why_a_row_is_gone_and_no_more() -> None:
    for last, reason in (
        (_say("consent.withdrawn", purpose="share_with_dealer", dealer="D1"), "consent_ended"),
        (_say("consent.withdrawn", purpose="archive"), "consent_ended"),
        (_say("card.erased", reason_code="request"), "erased"),
        (_void_of_the_consent(), "consent_ended"),
        (_end_of_the_contract(), "entitlement_ended"),
    ):
        with clock(), _shared(last) as installation, reading(installation.engine) as connection:
            assert told(connection) == [("D1", "upsert", None), ("D1", "withdraw", reason)]
            (first, _) = changes_after(HEADQUARTERS_SCOPE, connection, "D1", 0, 10)
            assert first.overtaken
            assert first.content is None


def test_a_consent_that_expires_is_withdrawn_with_the_day_after_its_last() -> None:
    expires_on = shanghai_day(CLOCK_US) - timedelta(days=1)
    with clock(), Installation() as installation:
        installation.accept(_life(expires_on))
        with clock(worker_us=day_end_us(expires_on) - 1):
            installation.work()
        with reading(installation.engine) as connection:
            assert told(connection) == [("D1", "upsert", None)]
            assert are_settled(connection, expires_on)
            # Midnight is past, nobody has looked at the copies since: nothing may be sent.
            assert not are_settled(connection, shanghai_day(day_end_us(expires_on)))
        with clock(worker_us=day_end_us(expires_on)):
            installation.work()
        with reading(installation.engine) as connection:
            assert told(connection)[-1] == ("D1", "withdraw", "consent_ended")
            assert are_settled(connection, shanghai_day(CLOCK_US))


def test_a_database_from_a_backup_goes_on_above_what_it_had_told_since() -> None:
    with clock(), _shared() as installation:
        with reading(installation.engine) as connection:
            (before,) = changes_after(HEADQUARTERS_SCOPE, connection, "D1", 0, 10)
        installation.accept([_say("card.corrected", person={"name": "王桂兰"})])
        later_us = 9 * 10**15
        installation.worker.recorder.record_next(later_us, 10)
        with reading(installation.engine) as connection:
            (after,) = changes_after(HEADQUARTERS_SCOPE, connection, "D1", before.sequence, 10)
        assert after.sequence == later_us


def _everything_told(installation: Installation) -> list[tuple[object, ...]]:
    with reading(installation.engine) as connection:
        query = select(DEALER_CHANGE).order_by(DEALER_CHANGE.c.dealer, DEALER_CHANGE.c.sequence)
        return [tuple(row) for row in connection.execute(query)]


class BrokenOff(Exception):
    """As if somebody had pulled the plug."""


def _break_off(_done: int, _up_to: int) -> None:
    raise BrokenOff


def _shared(*more: Sent) -> Installation:
    """One person in the copy of D1; then what else happens."""
    installation = Installation()
    installation.accept(_life())
    installation.work()
    installation.accept(more)
    installation.work()
    return installation


def _life(expires_on: date | None = None) -> list[Sent]:
    maker = Maker(Random(1))
    contract = {
        "dealer": "D1",
        "contract_id": "x1",
        "name": "经销商",
        "regions": ["110000"],
        "kind": "exclusive",
        "starts_on": "2026-01-01",
    }
    maker.send("dealer.contracted", "dealer/D1", contract, days=(0, 0), by="company")
    card = {"card_id": "c1", "person": {"name": "王秀英"}, "source_kind": "walk_in"}
    maker.send("card.registered", "card/c1", {**card, "region": "110105"}, days=(0, 0))
    consent = {"purpose": "share_with_dealer", "dealer": "D1", "notice_version": "3"}
    consent |= {"card_id": "c1", "method": "paper", "by": "self"}
    if expires_on is not None:
        consent["expires_on"] = expires_on.isoformat()
    given = maker.send("consent.given", "card/c1", consent, days=(1, 1), by="company")
    given.wire["id"], given.wire["source"] = "the-consent", "/hq"
    return maker.made


def _say(type_name: str, **data: object) -> Sent:
    sent = Maker(Random(2)).send(
        type_name, "card/c1", {"card_id": "c1", **data}, days=(4, 4), by="company"
    )
    sent.wire["id"] = "said-later"
    return sent


def _void_of_the_consent() -> Sent:
    void = {"of_source": "/hq", "of_id": "the-consent", "reason_code": "typed_wrong"}
    sent = _say("event.voided")
    sent.wire["data"] = void
    return sent


def _end_of_the_contract() -> Sent:
    end = {"dealer": "D1", "contract_id": "x1", "ends_on": "2026-03-20", "reason_code": "replaced"}
    sent = _say("dealer.ended")
    sent.wire.update({"data": end, "subject": "dealer/D1"})
    return sent
