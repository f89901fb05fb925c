"""What workers carry to PostgreSQL's journal: once, whoever brings it again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import orjson
from sqlalchemy import select, text

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.journal.appending import Rows, append_new
from crm.journal.checkpoints import Partition, checkpoints
from crm.journal.events import JOURNAL
from crm.journal.logged_event import EventKey
from crm.recording.carried_batch import CarriedBatch, CarriedEvent
from crm.recording.carried_recorder import CarriedRecorder
from crm.storage.database import open_engine, reading, writing
from tests.installations import Installation
from tests.integration.postgres.carrying import TOPIC_ID, carried_events
from tests.servers.processes import wait_until

HERE = Partition("tests", TOPIC_ID, 0)


def season(keyring_url: str | None = None) -> list[CarriedEvent]:
    with Installation(keyring_url=keyring_url) as installation:
        lines = [orjson.dumps(event) for event in generate(4, 5, date(2026, 3, 2))]
        installation.intake.accept(lines, HEADQUARTERS, history=True)
        return carried_events(installation.engine)


def rows_of(events: list[CarriedEvent]) -> Rows:
    return {EventKey(each.row["source"], each.row["id"]): each.row for each in events}


def journaled(installation: Installation) -> list[tuple[int, EventKey, str]]:
    columns = JOURNAL.c.position, JOURNAL.c.source, JOURNAL.c.id, JOURNAL.c.subject
    with reading(installation.engine) as connection:
        found = connection.execute(select(*columns).order_by(JOURNAL.c.position))
        return [(at, EventKey(source, name), subject) for at, source, name, subject in found]


def waits(installation: Installation) -> bool:
    """Whether somebody waits for the end of another's transaction."""
    with installation.engine.connect() as connection:
        asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
        return bool(connection.execute(text(asked)).scalar())


def test_events_are_journaled_in_their_order_as_they_came(in_postgres: Installation) -> None:
    rows = rows_of(season())
    with writing(in_postgres.engine) as connection:
        new = append_new(connection, rows)
    assert [key for _, key in new] == list(rows)
    assert new == [(position, key) for position, key, _ in journaled(in_postgres)]
    with reading(in_postgres.engine) as connection:
        kept = connection.execute(select(JOURNAL).order_by(JOURNAL.c.position)).mappings().all()
    assert [{**row, "position": None} for row in kept] == [
        {**row, "position": None} for row in rows.values()
    ]


def test_what_is_journaled_already_is_left_out(in_postgres: Installation) -> None:
    rows = rows_of(season())
    first = dict(list(rows.items())[::3])
    with writing(in_postgres.engine) as connection:
        append_new(connection, first)
    with writing(in_postgres.engine) as connection:
        new = append_new(connection, rows)
        assert append_new(connection, rows) == []
    assert {key for _, key in new} == rows.keys() - first.keys()
    assert len(journaled(in_postgres)) == len(rows)


def test_what_another_worker_journals_at_the_same_moment_is_journaled_once(
    in_postgres: Installation,
) -> None:
    rows = rows_of(season())
    shared = dict(list(rows.items())[5:9])
    engine = open_engine(in_postgres.settings.database_url)
    with ThreadPoolExecutor(1) as beside:

        def second() -> list[tuple[int, EventKey]]:
            with writing(engine) as connection:
                return append_new(connection, rows)

        with writing(in_postgres.engine) as connection:
            first = append_new(connection, shared)
            # It has asked what is known, and knows nothing of ours: it runs into what we wrote.
            running = beside.submit(second)
            assert wait_until(lambda: waits(in_postgres))
        found = running.result()
    engine.dispose()
    assert {key for _, key in found} == rows.keys() - shared.keys()
    assert sorted([*first, *found]) == [(at, key) for at, key, _ in journaled(in_postgres)]


def test_a_checkpoint_never_goes_back(in_postgres: Installation) -> None:
    events = season(in_postgres.settings.keyring_url)
    recorder = CarriedRecorder(in_postgres.engine, in_postgres.keyring)
    far = CarriedBatch(HERE, events[-1].offset + 1, ())
    late = CarriedBatch(HERE, events[3].offset + 1, tuple(events[:4]))
    for batch in (far, late):
        assert recorder.record([batch], 1).events == 0
        with reading(in_postgres.engine) as connection:
            (reached,) = checkpoints(connection, HERE.consumer)
        assert reached.next_offset == far.next_offset
