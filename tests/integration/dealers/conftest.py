"""A company that answers at an address, and a dealer's folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.dealers.dealers import DealerSide
from tests.integration.dealers.reference import Company
from tests.integration.dealers.serving import Served, served


@pytest.fixture
def server() -> Iterator[Served]:
    """A company whose dealer D1 has the token `token-of-d1`."""
    with served(Company()) as found:
        yield found


@pytest.fixture
def side(server: Served, tmp_path: Path) -> Iterator[DealerSide]:
    """The side of dealer D1, with nothing fetched yet."""
    found = DealerSide(server.url, tmp_path / "copy", tmp_path / "token.txt")
    found.token_file.write_text("token-of-d1\n")
    yield found
    found.close()
