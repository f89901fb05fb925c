"""PostgreSQL keeps no U+0000: who sends one is told so, and not that something broke."""

import pytest
from sqlalchemy.exc import DBAPIError

from crm.follow_ups.queries import asked_before
from crm.funnels.register import Owner, history_of
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.web.guards.storage_failures import BROKEN, DETAILS, NO_TEXT, status_of
from tests.installations import Installation


def test_who_sends_a_character_that_is_kept_nowhere_is_told_to_leave_it_out(
    in_postgres: Installation,
) -> None:
    with reading(in_postgres.engine) as connection, pytest.raises(DBAPIError) as typed:
        asked_before(HEADQUARTERS_SCOPE, connection, "segment:1", "复测\x00血压")
    with reading(in_postgres.engine) as connection, pytest.raises(DBAPIError) as addressed:
        history_of(connection, Owner(HEADQUARTERS_SCOPE, "u-1", 0), "seg\x00ment")
    assert {status_of(each.value) for each in (typed, addressed)} == {NO_TEXT}
    assert NO_TEXT != BROKEN and "leave it out" in DETAILS[NO_TEXT]
