"""How it stands: what waits where, how far the recording is behind, what failed, who works."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import Connection

from crm.configuration.settings import Settings
from crm.operations.status import Status, stored_status
from crm.storage.database import reading
from streams.running.installation import Installation
from streams.running.lease import WorkerRunning, lease
from streams.running.loading import loaded

_OF_BROKER = "streams.kafka.standing:at_broker"


def status(installation: Installation) -> Status:
    """Look at the database, and at the broker where there is one."""
    settings = installation.settings
    with reading(installation.engine) as connection:
        found = stored_status(connection)
        if settings.kafka_bootstrap is None:
            return replace(found, workers=_embedded_workers(settings))
        at_broker: Callable[[Settings, Connection, Status], Status] = loaded(_OF_BROKER)
        return at_broker(settings, connection, found)


def _embedded_workers(settings: Settings) -> dict[str, int]:
    """The one that records the journal, if somebody holds its lease."""
    try:
        with lease(settings):
            return {}
    except WorkerRunning:
        return {"0": 0}


def metrics(found: Status) -> str:
    """The same for Prometheus, in its text format; nothing personal is in it."""
    return "".join(f"{line}\n" for line in _metrics(found))


def _metrics(found: Status) -> Iterator[str]:
    for name, value in (
        ("journaled_events", found.journaled),
        ("not_recorded_events", found.not_recorded),
        ("outbox_events", found.outbox),
        ("outbox_oldest_timestamp_seconds", _seconds(found.outbox_oldest_us)),
        ("waiting_events", found.waiting),
        ("dead_letters", found.dead_letters),
        ("undecodable_messages", found.undecodable),
        ("last_recorded_timestamp_seconds", _seconds(found.last_recorded_us)),
        ("last_backup_timestamp_seconds", _seconds(found.last_backup_us)),
        ("broker_answers", int(found.lag_records is not None)),
        ("workers", len(found.workers or ())),
    ):
        yield f"# TYPE jinxi_{name} gauge"
        yield f"jinxi_{name} {value}"
    yield "# TYPE jinxi_lag_records gauge"
    for partition, lag in sorted((found.lag_records or {}).items()):
        yield f'jinxi_lag_records{{partition="{partition}"}} {lag}'
    yield "# TYPE jinxi_inbox_records gauge"
    for name, waiting in sorted((found.inbox_records or {}).items()):
        yield f'jinxi_inbox_records{{inbox="{name}"}} {waiting}'


def _seconds(instant_us: int | None) -> int:
    return (instant_us or 0) // 1_000_000
