"""Whatever stands in the address of a funnel is answered, and nothing breaks."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.web.sites import entered, running

STEPS = "step=activity.attended&step=trial.started"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("odd")
    with running(folder) as site:
        site.user("office", "headquarters")
        yield from entered(site, "office")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("?{steps}&from=0001-01-02&last=0001-03-01&compare=before", 400),
        ("?{steps}&from=0001-01-02&last=0001-03-01&compare=year", 400),
        ("?{steps}&from=9999-12-01&last=9999-12-31", 400),
        ("?{steps}&from=1900-01-01&last=2999-12-31&compare=before", 200),
        ("?{steps}&days={digits}", 400),
        ("/people?{steps}&days=3&day=0001-01-01", 404),
        ("/people?{steps}&days=3&at={digits}", 404),
        ("/differs?{steps}&days=3&at={digits}", 404),
        ("/differs?{steps}&days=3&at=2", 404),
    ],
)
def test_days_and_numbers_that_nobody_means_are_refused_and_break_nothing(
    office: httpx.Client, address: str, status: int
) -> None:
    path = address.format(steps=STEPS, digits="1" * 5_000)
    assert office.get(f"/funnels{path}").status_code == status
