"""A process that pulls is killed at any statement: the next run ends as if nothing had happened."""

import signal
from random import Random

import pytest

from streams.dealer.verifying import proof_of
from tests.forking import Process
from tests.integration.dealers.dealers import DealerSide
from tests.integration.dealers.reference import key_of, person
from tests.integration.dealers.serving import Served

_SECRET = "欧阳锋"


def run(side: DealerSide, before_statement: int) -> int:
    """One process to its end or its death; its status."""
    words = [side.url, side.folder, side.token_file, before_statement]
    return Process("tests.integration.dealers.killed_puller", *words, quiet=True).wait()


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_statement_the_copy_ends_equal_and_wiped(
    server: Served, side: DealerSide, seed: int
) -> None:
    random, copy = Random(seed), server.company.copies["D1"]
    for number in range(60):
        copy.put(person(key_of(number), _SECRET if number == 7 else f"王{number}"))
    statuses = [run(side, random.randrange(1, 60)) for _ in range(3)]
    copy.withdraw(key_of(7))
    statuses += [run(side, random.randrange(12, 70)) for _ in range(3)]
    assert -signal.SIGKILL in statuses
    assert set(statuses) <= {0, -signal.SIGKILL}
    assert side.pull().state == "equal"
    side.assert_equal(server.company)
    assert proof_of(side.store).holds
    assert _SECRET.encode() not in side.files()
    digests = [said["digest"] for said in server.company.acknowledged if said["rows"] == 59]
    assert set(digests) == {copy.digest()}
