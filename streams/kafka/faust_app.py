"""The Faust worker: one app, one agent, batches into the same recording as everywhere.

What makes it lose nothing (measured on faust-streaming 0.15.3):
- `noack().noack_take()`: nothing is acknowledged by a `finally`, only in order, after the commit;
- `CrashingSupervisor` and one task: an exception stops the worker instead of passing an event over;
- the database's checkpoint says where to begin, not Kafka's committed offset;
- static membership: a worker that was killed is back in its slot within seconds.
"""

import asyncio
import logging
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import faust
from faust.auth import Credentials
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, EventT
from mode.supervisors import CrashingSupervisor

from crm.configuration.settings import Settings
from crm.storage.owner_alone import make_folder
from streams.kafka.access import Access, access_of
from streams.kafka.carrying import GIVEN, Carrying, FetchedRecord, group_of
from streams.kafka.topics import EVENTS, name_of
from streams.kafka.watchdog import watch
from streams.running.installation import open_installation

RECORDS_AT_ONCE = 500
"""Each holds one event up to a hundred (streams/kafka/relay.py); how many of them are recorded
together is told by events (streams/kafka/carrying.py)."""
WITHIN_SECONDS = 0.05
FAILED = 70
_log = logging.getLogger(__name__)


class CheckpointConsumer(driver.Consumer):
    """Begins where the database says. Faust takes what is returned here as committed."""

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek our partitions to the checkpoints."""
        # Whoever is asked here was made by our own app.
        mine: App = self.app  # type: ignore[assignment]
        assigned = {place.partition: place for place in self.assignment()}
        loop = asyncio.get_running_loop()
        offsets = await loop.run_in_executor(mine.thread, mine.carrying.seek, list(assigned))
        places = {assigned[number]: offset for number, offset in offsets.items()}
        await self.seek_wait(places)
        _log.info(GIVEN, extra={"partitions": len(places)})
        return places


class CheckpointTransport(driver.Transport):
    """Kafka, with that consumer."""

    Consumer = CheckpointConsumer


class App(faust.App):
    """A Faust app that knows what carries its events on."""

    carrying: Carrying
    thread: ThreadPoolExecutor
    """The one thread in which the database is used."""


def build_app(carrying: Carrying, slot: int) -> App:
    """The app of one worker slot."""
    settings = carrying.settings
    access = access_of(settings)
    folder = settings.data_folder / "faust" / str(slot)
    make_folder(folder)
    group = group_of(settings, carrying.topic_id)
    app = App(
        group,
        broker=[f"kafka://{server}" for server in access.servers],
        broker_credentials=_credentials(access),
        store="memory://",
        datadir=str(folder),
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        agent_supervisor=CrashingSupervisor,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{group}-{slot}",
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=2.0,
        broker_max_poll_interval=3600.0,
        worker_redirect_stdouts=False,
    )
    app.carrying = carrying
    app.thread = ThreadPoolExecutor(1, thread_name_prefix="database")
    app.transport = CheckpointTransport(app.conf.broker, app)
    topic = app.topic(
        name_of(EVENTS, settings),
        key_serializer="raw",
        value_serializer="raw",
        key_type=bytes,
        value_type=bytes,
    )

    async def record(stream: Any) -> None:
        async for events in stream.noack().noack_take(RECORDS_AT_ONCE, within=WITHIN_SECONDS):
            await _record(app, events)

    app.agent(topic, name=f"{carrying.consumer}.record", concurrency=1)(record)
    return app


def _credentials(access: Access) -> Credentials | None:
    """Who we are to the brokers, in Faust's words."""
    if access.username is not None:
        return faust.SASLCredentials(
            username=access.username,
            password=access.password,
            ssl_context=access.ssl_context(),
            mechanism=access.mechanism,
        )
    return faust.SSLCredentials(access.ssl_context()) if access.is_encrypted else None


async def _record(app: App, events: Any) -> None:
    """Record, then acknowledge every one in order. An exception ends the process, at once."""
    takes = app.carrying.takes([_fetched(event) for event in events])
    loop = asyncio.get_running_loop()
    try:
        # One after the other, so that partitions that come or go wait for one take, not for all.
        while await loop.run_in_executor(app.thread, app.carrying.record_next, takes):
            pass
    except Exception as error:
        # Going on would pass the batch over; who supervises us starts us again at the checkpoint.
        _log.critical("recording failed", exc_info=error)
        os._exit(FAILED)
    for event in events:
        event.ack()


def _fetched(event: EventT[bytes]) -> FetchedRecord:
    message = event.message
    return FetchedRecord(message.partition, message.offset, message.value)


def run(settings: Settings, slot: int) -> None:
    """Record until terminated."""
    installation = open_installation(settings)
    carrying = Carrying(settings, installation.engine, installation.keyring)
    app = build_app(carrying, slot)
    watch(carrying, settings.stalled_seconds)
    process = faust.Worker(
        app, loglevel="WARNING", redirect_stdouts=False, override_logging=False, quiet=True
    )
    # It would draw between the lines of the log.
    process.spinner = None
    process.execute_from_commandline()
