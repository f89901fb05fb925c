"""Columns on disk give the same answers after a start, and are not used when they do not fit."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from campaigns.intake import HEADQUARTERS
from crm.funnels.columns import Columns, Kind
from crm.funnels.kept import columns_file, keep, kept
from crm.funnels.queries import Funnels
from crm.funnels.stored import Stored
from crm.journal.events import JOURNAL
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.examples import a_card, an_event, written
from tests.installations import Installation, clock
from tests.integration.laws.fresh_funnels import answers, read_anew
from tests.worlds import make_world

EVENTS = make_world(7, 120)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with clock(), Installation() as found:
        found.accept(EVENTS[:100])
        found.work()
        yield found


@pytest.fixture
def file(installation: Installation, tmp_path: Path) -> Path:
    stored = Stored()
    with reading(installation.engine) as connection:
        stored.refresh(connection)
    found = columns_file(tmp_path)
    keep(stored, found)
    return found


def test_a_start_from_disk_reads_only_what_is_new(installation: Installation, file: Path) -> None:
    stored = kept(file)
    assert stored is not None
    with reading(installation.engine) as connection:
        assert stored.refresh(connection) == 0
    assert answers(stored) == read_anew(installation)
    installation.accept(EVENTS[100:])
    installation.work()
    with reading(installation.engine) as connection:
        assert (
            0
            < stored.refresh(connection)
            < connection.exec_driver_sql(f"SELECT count(*) FROM {JOURNAL.name}").scalar_one()
        )
    assert answers(stored) == read_anew(installation)


def test_its_owner_alone_can_read_it(file: Path) -> None:
    assert os.stat(file).st_mode & 0o777 == 0o600
    assert os.stat(file.parent).st_mode & 0o777 == 0o700


def test_all_of_them_are_on_the_disk_before_they_take_the_place_of_the_old_ones(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = kept(file)
    assert stored is not None
    before, on_disk = file.stat(), []
    monkeypatch.setattr(os, "fsync", lambda descriptor: on_disk.append(os.fstat(descriptor)))
    keep(stored, file)
    (whole,) = on_disk
    assert (whole.st_ino, whole.st_size) == (file.stat().st_ino, before.st_size)


@pytest.mark.parametrize("cut", [0, 5, 20, 200, -1])
def test_what_is_damaged_is_not_used(file: Path, cut: int) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:cut])
    assert kept(file) is None
    file.write_bytes(data[:40] + b"\x00\x00" + data[42:])
    assert kept(file) is None
    file.unlink()
    assert kept(file) is None


def test_columns_of_another_history_are_read_anew(installation: Installation, file: Path) -> None:
    stored = kept(file)
    assert stored is not None
    stored.made_us += 1
    with reading(installation.engine) as connection:
        assert stored.refresh(connection) > 0
        assert stored.refresh(connection) == 0
    ahead = kept(file)
    assert ahead is not None
    ahead.number += 1_000
    with reading(installation.engine) as connection:
        assert ahead.refresh(connection) > 0
    assert answers(ahead) == answers(stored) == read_anew(installation)


def test_notes_that_were_thrown_away_make_all_be_read_again(
    installation: Installation, file: Path
) -> None:
    stored = kept(file)
    assert stored is not None
    stored.number -= 1
    with writing(installation.engine) as connection:
        gone = f"DELETE FROM funnel_note WHERE number <= {stored.number}"
        connection.exec_driver_sql(gone)
    with reading(installation.engine) as connection:
        assert stored.refresh(connection) > 0
    assert answers(stored) == read_anew(installation)


def test_what_was_accepted_before_amounts_had_a_bound_breaks_no_funnel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("campaigns.cloudevents", "campaigns.events.purchases"):
        monkeypatch.setattr(f"{module}.LARGEST_FEN", 2**80)
    bought = {
        **{"purchase_id": "p1", "card_id": "c1", "sku": "S", "channel": "dealer"},
        **{"quantity": 1_000_000, "unit_price_fen": 2**53 - 1},
    }
    with Installation() as found:
        lines = [written(a_card("c1")), written(an_event("purchase.made", bought, id="p1"))]
        receipts = found.intake.accept(lines, HEADQUARTERS)
        assert [receipt.status for receipt in receipts] == ["accepted", "accepted"]
        found.work()
        stored = Stored()
        with reading(found.engine) as connection:
            stored.refresh(connection)
        assert stored.columns.kind("purchase.made").fields["#fen"].tolist() == [10**12]


def test_columns_that_a_failure_left_half_fresh_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with clock(), Installation() as found:
        found.accept(EVENTS[:60])
        found.work()
        funnels = Funnels(found.engine)
        with funnels.columns_now(HEADQUARTERS_SCOPE):
            pass
        found.accept(EVENTS[60:])
        found.work()
        replace = Kind.replace
        calls = count()

        def fails_in_its_midst(*args: Any) -> None:
            if next(calls) == 2:
                raise OperationalError("SELECT", {}, Exception("the database went away"))
            replace(*args)

        with monkeypatch.context() as failing:
            failing.setattr(Kind, "replace", fails_in_its_midst)
            with pytest.raises(OperationalError), funnels.columns_now(HEADQUARTERS_SCOPE):
                pass
        with funnels.columns_now(HEADQUARTERS_SCOPE) as columns:
            assert sizes(columns) == sizes(columns_read_anew(found))


def sizes(columns: Columns) -> dict[str, int]:
    """How many touchpoints there are of each kind."""
    return {name: kind.size for name, kind in columns.kinds.items() if kind.size}


def columns_read_anew(installation: Installation) -> Columns:
    stored = Stored()
    with reading(installation.engine) as connection:
        stored.refresh(connection)
    return stored.columns
