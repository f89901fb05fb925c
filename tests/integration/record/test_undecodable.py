"""What arrived and is no event can be read until 90 days after its month, and not afterwards."""

from datetime import date

from campaigns.times import day_start_us
from crm.journal.undecodable import (
    Undecodable,
    destroy_old_keys,
    kept_messages,
    message_of,
    put_aside,
)
from crm.storage.database import reading, writing
from tests.installations import Installation

FEBRUARY, MARCH = date(2026, 2, 10), date(2026, 3, 10)


def test_messages_are_kept_encrypted_and_become_unreadable_90_days_after_their_month() -> None:
    with Installation() as installation:
        keyring = installation.keyring
        with writing(installation.engine) as connection:
            for offset, day in enumerate((FEBRUARY, MARCH)):
                message = Undecodable(offset, "not_json", f"secret {offset}".encode())
                for _ in range(2):
                    put_aside(connection, keyring, ("t", 3), [message], day_start_us(day))
        with reading(installation.engine) as connection:
            first, second = kept_messages(connection)
            assert message_of(connection, keyring, first) == b"secret 0"
            assert destroy_old_keys(connection, keyring, date(2026, 5, 29)) == []
            assert destroy_old_keys(connection, keyring, date(2026, 5, 30)) == ["2026-02"]
            assert destroy_old_keys(connection, keyring, date(2026, 6, 1)) == []
            assert message_of(connection, keyring, first) is None
            assert message_of(connection, keyring, second) == b"secret 1"
        assert b"secret " not in (installation.folder / "jinxi.db").read_bytes()
