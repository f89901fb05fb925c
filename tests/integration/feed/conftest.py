"""A company's site for each test, with dealers D1 (Beijing) and D2 (Shanghai)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.feed.dealers import Company, contract
from tests.integration.web.sites import running


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """With both contracts recorded."""
    with running(tmp_path) as site:
        company = Company(site)
        company.take(contract("D1"), contract("D2", "310000"))
        yield company
        company.close()
