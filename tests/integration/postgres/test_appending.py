"""Two doors on one PostgreSQL: positions in the order of commits, identities kept once."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import orjson
from sqlalchemy import select, text

from campaigns.intake import HEADQUARTERS, Receipt
from crm.activities.tables import ACTIVITY
from crm.journal.dead_letters import dead_positions
from crm.journal.events import last_position, rows_after
from crm.storage.database import reading, writing
from crm.storage.locks import APPENDING, hold
from tests.installations import Installation
from tests.servers.processes import wait_until

THREADS = 4


def attended(number: int, activity: str = "A1") -> bytes:
    """Somebody came to an activity."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"e{number}",
            "source": "/phones/1",
            "type": "jinxi.activity.attended.v1",
            "time": "2026-03-02T09:00:00+08:00",
            "subject": f"card/C{number}",
            "data": {"card_id": f"C{number}", "activity_id": activity},
        }
    )


def statuses(answers: Sequence[Future[list[Receipt]]]) -> list[list[str]]:
    """What each call was told."""
    return [[receipt.status for receipt in answer.result(30)] for answer in answers]


def waits_for_a_lock(installation: Installation) -> bool:
    with installation.engine.connect() as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND NOT granted")
        return bool(connection.execute(waiting).scalar())


def test_nobody_gets_a_position_while_a_lower_one_is_not_committed(
    in_postgres: Installation,
) -> None:
    with ThreadPoolExecutor() as threads:
        with writing(in_postgres.engine) as connection:
            hold(connection, APPENDING)
            answer = threads.submit(in_postgres.intake.accept, [attended(1)], HEADQUARTERS)
            assert wait_until(lambda: waits_for_a_lock(in_postgres))
            assert not answer.done()
            with reading(in_postgres.engine) as other:
                assert last_position(other) == 0
        assert statuses([answer]) == [["accepted"]]


def test_the_same_event_through_several_doors_at_once_is_taken_once(
    in_postgres: Installation,
) -> None:
    lines = [attended(number) for number in range(50)]
    with ThreadPoolExecutor(THREADS) as threads:
        answers = [
            threads.submit(in_postgres.intake.accept, lines, HEADQUARTERS) for _ in range(THREADS)
        ]
        told = statuses(answers)
    assert sorted(told) == [["accepted"] * 50, *[["duplicate"] * 50] * (THREADS - 1)]
    with reading(in_postgres.engine) as connection:
        assert len(rows_after(connection, 0, 1000)) == 50


def test_the_same_identity_with_two_contents_at_once_is_refused_once(
    in_postgres: Installation,
) -> None:
    with ThreadPoolExecutor(2) as threads:
        answers = [
            threads.submit(in_postgres.intake.accept, [attended(1, name)], HEADQUARTERS)
            for name in ("A1", "A2")
        ]
        assert sorted(statuses(answers)) == [["accepted"], ["refused"]]


def test_the_character_that_postgres_cannot_keep_stops_nobody(in_postgres: Installation) -> None:
    planned = orjson.loads(attended(1)) | {
        "type": "jinxi.activity.planned.v1",
        "subject": "activity/A1",
        "data": {
            "activity_id": "A1",
            "programme": "p",
            "kind": "club_meeting",
            "title": "nought \x00 inside",
            "region": "110101",
            "dealer": "D1",
            "starts_at": "2026-03-02T09:00:00+08:00",
        },
    }
    odd_source = orjson.loads(attended(2)) | {"source": "/phones/\x00"}
    lines = [orjson.dumps(odd_source), orjson.dumps(planned), attended(3)]
    receipts = in_postgres.intake.accept(lines, HEADQUARTERS)
    assert [receipt.status for receipt in receipts] == ["refused", "accepted", "accepted"]
    in_postgres.work()
    with reading(in_postgres.engine) as connection:
        assert not dead_positions(connection)
        title = connection.execute(select(ACTIVITY.c.title)).scalar_one()
    assert title == "nought \ufffd inside"
