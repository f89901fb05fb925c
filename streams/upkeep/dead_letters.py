"""What could not be taken or recorded: shown, and tried again once the cause is mended."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from campaigns.times import rfc3339
from crm.clock import now_us
from crm.journal.checkpoints import count_transaction
from crm.journal.dead_letters import (
    add_dead_letter,
    dead_letters,
    dead_positions,
    may_be_one_event,
    take_back,
)
from crm.journal.events import decode, rows_at
from crm.journal.progress import load_progress, save_progress
from crm.journal.undecodable import kept_messages, message_of
from crm.recording.reached import progress_after
from crm.recording.recorder import Recorder
from crm.storage.database import reading, writing
from crm.storage.locks import RECORDING, hold
from streams.running.installation import Installation
from streams.running.scrubbing import Scrubbing


def failed_events(installation: Installation) -> list[dict[str, Any]]:
    """Every dead letter, oldest first; nothing personal is in them."""
    with reading(installation.engine) as connection:
        return [
            {"kind": "event", **asdict(letter), "failed_at": rfc3339(letter.failed_us)}
            for letter in dead_letters(connection)
        ]


def messages_aside(installation: Installation) -> list[dict[str, Any]]:
    """Every message that was not taken, oldest first; what stood in it is not told.

    `place` is topic/partition/offset, `bytes` its length, None once its key is destroyed.
    """
    found = []
    with reading(installation.engine) as connection:
        for kept in kept_messages(connection):
            message = message_of(connection, installation.keyring, kept)
            found.append(
                {
                    "kind": "message",
                    "place": f"{kept.topic}/{kept.partition}/{kept.offset}",
                    "topic_id": kept.topic_id,
                    "reason": kept.reason,
                    "bytes": None if message is None else len(message),
                    "failed_us": kept.failed_us,
                    "failed_at": rfc3339(kept.failed_us),
                }
            )
    return found


def retry(installation: Installation, positions: Sequence[int] | None = None) -> tuple[int, int]:
    """Record dead letters again, some or all: (how many went well, how many failed again)."""
    with reading(installation.engine) as connection:
        known = sorted(dead_positions(connection))
    wanted = [position for position in known if positions is None or position in positions]
    failed = sum(not _retry_one(installation, position) for position in wanted)
    return len(wanted) - failed, failed


def _retry_one(installation: Installation, position: int) -> bool:
    recorder = Recorder(installation.engine, installation.keyring)
    try:
        with writing(installation.engine) as connection:
            hold(connection, RECORDING)
            if not take_back(connection, [position]):
                return True  # Somebody else has recorded it since.
            recorder.cache.left_out = dead_positions(connection)
            progress = load_progress(connection, recorder.consumer)
            events = decode(rows_at(connection, [position]), installation.keyring)
            after = progress_after(progress, events)
            recorder.chunks.record(
                connection, events, progress.days_to, after.days_to, up_to=progress.position
            )
            recorder.chunks.write_changes(connection, progress.position, now_us())
            save_progress(connection, recorder.consumer, after)
            # Workers at scale must not believe what they had read before this.
            count_transaction(connection, now_us())
    except Exception as error:
        if not may_be_one_event(error):
            raise
        # The event stays aside, with its newest cause.
        with writing(installation.engine) as connection:
            for _, subject in take_back(connection, [position]):
                add_dead_letter(connection, position, subject, error, now_us())
        return False
    if any(event.type_name == "card.erased" for event in events):
        Scrubbing(installation.engine, installation.keyring).erased()
    return True
