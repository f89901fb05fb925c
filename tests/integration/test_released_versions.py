"""A folder of every released version opens, keeps what it held, and goes on.

`tests/fixtures/released/VERSION.tar.xz` holds the data folder of a small invented season as that
version left it: recorded, two dealers' copies acknowledged, one card of a copy erased.
docs/operations.md says how the next is made.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from campaigns.intake import HEADQUARTERS
from crm.configuration.settings import Settings
from crm.feed.tables import COPY_ACKNOWLEDGEMENT, COPY_RECEIPT
from crm.journal.events import JOURNAL, decode, rows_after
from crm.people.tables import CARD
from crm.schema.revisions import newest_revision
from crm.storage.database import reading
from streams.running.installation import open_installation
from tests.examples import a_card, written
from tests.installations import Installation
from tests.seasons import assert_lawful
from tests.source_tree import ROOT

RELEASED = sorted((ROOT / "tests" / "fixtures" / "released").glob("*.tar.xz"))
LARGEST_BYTES = 200_000
BLANK = "-"
"""What stands where a name was."""


@pytest.fixture(params=RELEASED, ids=lambda file: file.name.removesuffix(".tar.xz"))
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """The folder as it was left, opened as a command opens it."""
    with tarfile.open(request.param) as archive:
        # Early patches of Python 3.11 know no filter.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(tmp_path)  # noqa: S202 - ours
    opened = open_installation(Settings.in_folder(tmp_path))
    opened.engine.dispose()
    opened.keyring.engine.dispose()
    found = Installation(tmp_path)
    yield found
    found.close()


def count(installation: Installation, query: Any) -> int:
    with reading(installation.engine) as connection:
        return int(connection.execute(query).scalar_one())


def test_every_released_version_has_its_folder() -> None:
    assert [file.name for file in RELEASED][:2] == ["0.1.0.tar.xz", "0.2.0.tar.xz"]
    assert all(file.stat().st_size <= LARGEST_BYTES for file in RELEASED)


def test_it_opens_goes_on_recording_and_is_lawful(installation: Installation) -> None:
    events = count(installation, select(func.count()).select_from(JOURNAL))
    # The views may have to be made anew: whose word is whose was not told apart before.
    installation.work()
    cards = count(installation, select(func.count()).select_from(CARD))
    revision = text("SELECT CAST(version_num AS INTEGER) FROM alembic_version")
    assert count(installation, revision) == int(newest_revision())
    assert events > 500 and cards > 20
    (receipt,) = installation.intake.accept([written(a_card("after"))], HEADQUARTERS)
    assert receipt.status == "accepted"
    installation.work()
    assert count(installation, select(func.count()).select_from(CARD)) == cards + 1
    assert_lawful(installation)


def test_names_are_still_read_and_the_erased_one_is_still_gone(installation: Installation) -> None:
    with reading(installation.engine) as connection:
        events = decode(rows_after(connection, 0, 10_000), installation.keyring)
    named = {
        event.subject: event.data.person  # type: ignore[attr-defined]
        for event in events
        if event.type_name == "card.registered"
    }
    erased = {event.subject for event in events if event.type_name == "card.erased"}
    assert erased and {named[subject].name for subject in erased} == {BLANK}
    assert BLANK not in {person.name for subject, person in named.items() if subject not in erased}


def test_what_dealers_acknowledged_and_signed_is_kept(installation: Installation) -> None:
    equal = select(func.count()).where(COPY_ACKNOWLEDGEMENT.c.state == "equal")
    assert count(installation, equal) >= 2
    signed = select(func.count()).where(COPY_RECEIPT.c.dealer_signature.is_not(None))
    assert count(installation, signed) >= 2
