"""What leaves for dealers is read on PostgreSQL as it is on SQLite."""

import orjson
import pytest

from campaigns.intake import HEADQUARTERS
from crm.clock import now_us
from crm.feed.history import Sent, keep_sent, release_key, take_key
from crm.feed.queries import changes_page, copy_digest, last_sequence, named_rows
from crm.feed.recall_queries import open_recalls
from crm.feed.settling import NotSettled, must_be_settled
from crm.feed.states import dealer_states
from crm.intake.accept import EventIntake
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from streams.running.outbox_store import OutboxStore
from tests.installations import Installation
from tests.integration.feed.dealers import contract, shared, withdrawal
from tests.integration.web.sites import today


def test_a_copy_is_sent_proved_and_held_back(in_postgres: Installation) -> None:
    events = [contract("D1"), *shared("c1", "D1"), *shared("c2", "D1", "李秀兰")]
    lines = [orjson.dumps(each) for each in events]
    in_postgres.intake.accept(lines, HEADQUARTERS)
    in_postgres.work()
    with writing(in_postgres.engine) as connection:
        last = last_sequence(HEADQUARTERS_SCOPE, connection, "D1")
        keep_sent(connection, Sent("D1", now_us(), "t", "changes", last, 2, last))
    late = shared("c3", "D1", "赵桂芳")
    in_postgres.intake.accept([orjson.dumps(each) for each in late], HEADQUARTERS)
    in_postgres.work()
    ended = [orjson.dumps(withdrawal(card_id, "D1")) for card_id in ("c2", "c3")]
    in_postgres.intake.accept(ended, HEADQUARTERS)
    in_postgres.work()
    with reading(in_postgres.engine) as connection:
        must_be_settled(connection, today())
        page = changes_page(HEADQUARTERS_SCOPE, connection, "D1", 0, 10)
        assert len(page.lines) == 3
        assert page.next_after == last_sequence(HEADQUARTERS_SCOPE, connection, "D1")
        assert len(copy_digest(HEADQUARTERS_SCOPE, connection, "D1")) == 64
        asked = named_rows(HEADQUARTERS_SCOPE, connection, "D1", ["f" * 64], page.next_after)
        assert b'"unknown"' in b"".join(asked.lines)
        assert len(open_recalls(HEADQUARTERS_SCOPE, connection, today())) == 1
        (state,) = dealer_states(HEADQUARTERS_SCOPE, connection, today())
        assert (state.rows, state.recalls.open) == (1, 1)
    with writing(in_postgres.engine) as connection:
        assert take_key(connection, "D1", "one", now_us()) == "one"
        assert take_key(connection, "D1", "other", now_us()) == "one"
        assert release_key(connection, "D1", now_us())
    outbox = EventIntake(in_postgres.engine, in_postgres.keyring, OutboxStore())
    outbox.accept([orjson.dumps(withdrawal("c1", "D1"))], HEADQUARTERS)
    with reading(in_postgres.engine) as connection, pytest.raises(NotSettled):
        must_be_settled(connection, today())
