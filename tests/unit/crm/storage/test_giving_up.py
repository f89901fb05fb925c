"""A server of PostgreSQL whose machine is gone without a word is not waited for for ever."""

from typing import Any

import pytest
from sqlalchemy import event

from crm.storage.database import open_engine


class Asked(Exception):
    """What the driver was asked is known."""


def asked_of(url: str) -> dict[str, str]:
    """With which words the driver would connect."""
    engine, asked = open_engine(url), dict[str, str]()

    @event.listens_for(engine, "do_connect")
    def _take(_dialect: Any, _record: Any, _words: Any, named: dict[str, Any]) -> None:
        asked.update({name: str(value) for name, value in named.items()})
        raise Asked

    with pytest.raises(Asked):
        engine.connect()
    return asked


def test_a_connection_that_nobody_answers_is_given_up_within_a_minute() -> None:
    asked = asked_of("postgresql+psycopg://jinxi@away/jinxi")
    idle, interval, count = (
        int(asked[f"keepalives_{name}"]) for name in ("idle", "interval", "count")
    )
    assert idle + interval * count <= 60
    assert int(asked["tcp_user_timeout"]) <= 60_000
    assert int(asked["connect_timeout"]) <= 60


def test_the_address_may_say_otherwise() -> None:
    asked = asked_of("postgresql+psycopg://jinxi@away/jinxi?connect_timeout=3")
    assert asked["connect_timeout"] == "3"
