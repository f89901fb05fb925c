"""Who stays at the feed: what comes there, whatever becomes of the company meanwhile."""

from streams.dealer.following import Follower
from tests.integration.dealers.dealers import DealerSide
from tests.integration.dealers.reference import Copy, key_of, person
from tests.integration.dealers.serving import Served


def follower_of(side: DealerSide, told: list[str]) -> Follower:
    """One that has fetched everything and acknowledged it."""
    follower = Follower(side.puller, lambda _seconds: None, told.append)
    follower.step()
    follower.step()
    assert follower.acknowledged
    return follower


def fill(copy: Copy) -> None:
    for number in range(10):
        copy.put(person(key_of(number), f"王{number}"))


def test_who_follows_follows_a_company_that_was_restored_from_a_backup(
    server: Served, side: DealerSide
) -> None:
    copy = server.company.copies["D1"]
    fill(copy)
    remembered = list(copy.changes), dict(copy.rows)
    copy.put(person(key_of(2), "后来"))
    copy.put(person(key_of(50), "也是后来"))
    told: list[str] = []
    follower = follower_of(side, told)
    side.assert_equal(server.company)
    copy.changes, copy.rows = remembered
    follower.step()
    side.assert_equal(server.company)
    assert follower.acknowledged
    copy.withdraw(key_of(3))
    follower.step()
    side.assert_equal(server.company)
    assert not told


def test_what_is_acknowledged_is_not_said_again_while_nothing_changes(
    server: Served, side: DealerSide
) -> None:
    fill(server.company.copies["D1"])
    follower = follower_of(side, [])
    said = len(server.company.acknowledged)
    follower.step()
    assert len(server.company.acknowledged) == said
