"""A season through Kafka, Faust and PostgreSQL leaves what the embedded run leaves."""

from collections.abc import Iterator

import orjson
import pytest
from sqlalchemy import func, select

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.journal.events import JOURNAL
from crm.storage.database import reading
from streams.upkeep.status import metrics, status
from tests.installations import Installation, Snapshot
from tests.integration.kafka.carriers import RELAY, Carried, worker
from tests.integration.kafka.recorded import PEOPLE, SEED, STARTS_ON, assert_all_recorded_once


@pytest.fixture(scope="module")
def season() -> list[bytes]:
    return [orjson.dumps(event) for event in generate(PEOPLE, SEED, STARTS_ON)]


@pytest.fixture(scope="module")
def expected(season: list[bytes]) -> Iterator[Snapshot]:
    """What the embedded run makes of it."""
    with Installation() as embedded:
        embedded.intake.accept(season, HEADQUARTERS, history=True)
        embedded.work()
        yield embedded.snapshot()


def test_a_season_through_kafka_is_recorded_as_without_it(
    on_kafka: Carried, season: list[bytes], expected: Snapshot
) -> None:
    on_kafka.accept(season)
    with reading(on_kafka.installation.engine) as connection:
        assert connection.execute(select(func.count()).select_from(JOURNAL)).scalar_one() == 0
    before = status(on_kafka.opened)
    different = {(event["source"], event["id"]) for event in map(orjson.loads, season)}
    assert (before.journaled, before.outbox) == (0, len(different))
    assert before.outbox_oldest_us is not None
    on_kafka.start(RELAY)
    on_kafka.start(worker())
    on_kafka.wait_until_idle()
    after = status(on_kafka.opened)
    assert (after.outbox, after.dead_letters, after.not_recorded) == (0, 0, 0)
    assert after.lag_records == dict.fromkeys(range(12), 0)
    assert after.last_recorded_us is not None
    assert after.workers == {"0": 12}
    assert before.lag_records is not None and not before.workers
    assert f"jinxi_journaled_events {after.journaled}\n" in metrics(after)
    assert_all_recorded_once(on_kafka, expected)
