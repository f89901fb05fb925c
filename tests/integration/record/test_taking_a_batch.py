"""What one transaction takes of the journal: as much as is asked for, and nothing of the erased."""

import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from campaigns.intake import HEADQUARTERS
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.recording.recorder import Recorder
from crm.schema.preparing import prepare
from crm.storage.database import open_engine
from tests.examples import a_card, an_event, written


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    settings = Settings.in_folder(tmp_path)
    engine = open_engine(settings.database_url)
    prepare(engine)
    return Recorder(engine, Keyring.open(settings))


def test_nothing_is_recorded_with_a_key_that_an_erasure_of_the_same_batch_destroys(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure = an_event("card.erased", {"card_id": "C1", "reason_code": "asked"}, id="gone")
    # The door was killed between the journal and the keyring.
    with monkeypatch.context() as patched:
        patched.setattr(Keyring, "destroy", lambda *_: None)
        door = EventIntake(recorder.engine, recorder.keyring)
        door.accept([written(a_card("C1")), written(a_card("C2")), written(erasure)], HEADQUARTERS)
    seen: list[LoggedEvent] = []
    record = recorder.record_events

    def look(connection: Connection, events: Sequence[LoggedEvent], progress: Any) -> int:
        seen.extend(events)
        return record(connection, events, progress)

    monkeypatch.setattr(recorder, "record_events", look)
    batch = recorder.record_next(0, 3)
    assert batch is not None
    assert (batch.events, batch.first_position, batch.last_position) == (3, 1, 3)
    assert batch.erased
    assert [event.subject for event in seen if event.blank] == ["card/C1"]
    assert recorder.keyring.is_fenced(["card/C1"]) == {"card/C1"}


def test_a_batch_has_as_many_events_as_are_asked_for(recorder: Recorder) -> None:
    door = EventIntake(recorder.engine, recorder.keyring)
    door.accept([written(a_card(f"C{number}")) for number in range(7)], HEADQUARTERS)
    batches = [recorder.record_next(0, 5), recorder.record_next(0, 5), recorder.record_next(0, 5)]
    assert [each and (each.first_position, each.last_position) for each in batches] == [
        (1, 5),
        (6, 7),
        None,
    ]


def test_thousands_of_events_on_one_card_cost_no_more_memory_than_they_are(
    recorder: Recorder,
) -> None:
    # However much of it is sent at once, the process of all others must not be ended over it.
    door = EventIntake(recorder.engine, recorder.keyring)
    said = {"card_id": "C1", "item": "c", "value_fen": 5}
    later = "2026-05-04T09:00:00+08:00"
    gifts = [
        written(an_event("gift.given", said, id=f"g{number}", time=later))
        for number in range(3_000)
    ]
    door.accept([written(a_card("C1"))], HEADQUARTERS)
    recorder.record_next(0, 1)
    door.accept(gifts, HEADQUARTERS)
    tracemalloc.start()
    try:
        batch = recorder.record_next(0, len(gifts))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert batch is not None and batch.events == len(gifts)
    assert peak / len(gifts) < 25_000, "a step of each event held all events before it"
