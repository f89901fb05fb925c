"""After an erasure the plaintext is in no file, whatever came first, and not after a rebuild."""

import pytest

from streams.upkeep.replay import rebuild, verify
from tests.installations import Installation, clock
from tests.integration.laws.erased_life import BUYER, SECRETS, found_in, life


def buyers(installation: Installation) -> list[str | None]:
    """The buyers' names as the journal still tells them."""
    histories = installation.worker.recorder.cache
    histories.forget_everything()
    with installation.engine.connect() as connection:
        events = histories.histories(connection, ["card/c1"])["card/c1"]
    return [
        event.data.private.buyer_name  # type: ignore[attr-defined]
        for event in events
        if event.type_name == "purchase.made"
    ]


@pytest.mark.parametrize("order", ["last", "first", "in the middle", "recorded in between"])
def test_no_file_holds_what_was_erased_whenever_the_erasure_came(order: str) -> None:
    said, erasure, late = life()
    arrival = {
        "last": [[*said, erasure, late]],
        "first": [[erasure, late, *said]],
        "in the middle": [[*said[:4], erasure, *said[4:], late]],
        "recorded in between": [said, [erasure], [late]],
    }[order]
    with clock(), Installation() as installation:
        for piece in arrival:
            assert {r.status for r in installation.accept(piece)} == {"accepted"}
            installation.work()
            if piece is said:
                copies = installation.snapshot()["copy_row"]
                assert any(SECRETS["corrected"].encode() in row[4] for row in copies)
        assert list(found_in(installation.folder)) == []
        rebuild(installation.engine, installation.keyring)
        assert list(found_in(installation.folder)) == []
        assert all(
            table.equal for table in verify(installation.engine, installation.keyring).values()
        )
        assert list(found_in(installation.folder)) == []


def test_the_search_finds_what_is_not_erased() -> None:
    said, _, _ = life()
    with clock(), Installation() as installation:
        installation.accept(said)
        installation.work()
        in_plain = {secret for secret, _ in found_in(installation.folder)}
        assert SECRETS["corrected"] in in_plain


def test_the_record_of_a_sold_device_survives_under_its_own_key() -> None:
    said, erasure, _ = life()
    for order in ([*said, erasure], [erasure, *said]):
        with clock(), Installation() as installation:
            installation.accept(order)
            installation.work()
            assert buyers(installation) == [BUYER]


def test_an_erased_card_stays_among_the_people_and_shares_nothing() -> None:
    said, erasure, _ = life()
    with clock(), Installation() as installation:
        installation.accept([*said, erasure])
        installation.work()
        found = installation.snapshot()
        assert {row[0] for row in found["link"]} == {"c1"}
        assert found["copy_row"] == frozenset()


def test_an_erasure_is_carried_out_though_the_door_died_before_it_could() -> None:
    said, erasure, _ = life()
    with clock(), Installation() as installation:
        installation.accept(said)
        installation.work()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("crm.intake.accept.EventIntake._erase", lambda *_: None)
            installation.accept([erasure])
        assert installation.keyring.data_keys(["card/c1"], create=False)["card/c1"] is not None
        installation.work()
        assert installation.keyring.is_fenced(["card/c1"]) == {"card/c1"}
        assert list(found_in(installation.folder)) == []
