"""The watchdog: ends a worker whose consumer has silently stopped, so that it is started again.

Also one whose topic was deleted and made anew: its offsets speak of another topic. And one that it
cannot watch over: nobody else would notice that it has stopped.
"""

import logging
import os
import threading
import time

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from streams.kafka.carrying import Carrying
from streams.kafka.topics import EVENTS, administration, existing, name_of
from streams.running.heartbeat import beat

STALLED = 75
TOPIC_CHANGED = 76
UNWATCHED = 78
_LOOK_SECONDS = 2.0
_log = logging.getLogger(__name__)


def watch(carrying: Carrying, stalled_seconds: float) -> threading.Thread:
    """Look now and then, in a thread of its own, for as long as the process lives."""
    thread = threading.Thread(target=_watch, args=(carrying, stalled_seconds), daemon=True)
    thread.start()
    return thread


def _watch(carrying: Carrying, stalled_seconds: float) -> None:
    while True:
        try:
            with administration(carrying.settings) as admin:
                while True:
                    time.sleep(_LOOK_SECONDS)
                    status = verdict(carrying, admin, stalled_seconds)
                    if status:
                        _log.error("the worker ends itself", extra={"status": status})
                        os._exit(status)
                    beat(carrying.settings, "worker")
        except KafkaError as error:
            # The broker is away: nobody can make progress, and nobody is to blame.
            carrying.alive()
            beat(carrying.settings, "worker")
            _log.warning("the broker does not answer", extra={"error": type(error).__name__})
            time.sleep(_LOOK_SECONDS)
        except Exception as error:
            # The thread would end without a word, and the worker go on unwatched.
            _log.critical("the watchdog broke", exc_info=error)
            os._exit(UNWATCHED)


def verdict(carrying: Carrying, admin: KafkaAdminClient, stalled_seconds: float) -> int:
    """0 when all is well, else the status with which the worker should end."""
    name = name_of(EVENTS, carrying.settings)
    found = existing(admin, name)
    if found is None or found.topic_id != carrying.topic_id:
        return TOPIC_CHANGED
    if not _lags(carrying, admin, name):
        carrying.alive()
    return STALLED if time.monotonic() - carrying.alive_at > stalled_seconds else 0


def _lags(carrying: Carrying, admin: KafkaAdminClient, name: str) -> bool:
    """Whether one of our partitions holds what we have not recorded."""
    ours = dict(carrying.next_offsets)
    if not ours:
        return False
    asked = {TopicPartition(name, number): OffsetSpec.LATEST for number in ours}
    ends = admin.list_partition_offsets(asked)
    return any(ends[place].offset > ours[place.partition] for place in asked)
