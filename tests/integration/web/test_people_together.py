"""People looked at together are who they are one by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from crm.archives.queries import people_at, person_then
from crm.people.tables import CARD, PERSON
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.sites import RunningSite, invent_season, running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("together")
    invent_season(folder, people=60)
    with running(folder) as found:
        yield found


def test_everybody_of_a_season_is_the_same_together_and_alone(site: RunningSite) -> None:
    now_us = site.site.now_us()
    with reading(site.site.engine) as connection:
        of = (HEADQUARTERS_SCOPE, connection, site.site.keyring)
        names = list(connection.execute(select(PERSON.c.person_id)).scalars())
        together = people_at(*of, [*names, "nobody"], now_us)
        assert list(together) and set(together) == set(names)
        for name in names:
            alone = person_then(*of, name, now_us)
            # Events are equal to themselves alone.
            assert alone is not None and repr(together[name]) == repr(alone[0])
        former = connection.execute(select(CARD.c.own_person_id)).scalars()
        joined = sorted(set(former) - set(names))
        assert joined, "a season joins cards"
        by_former = people_at(*of, joined, now_us)
        for name in joined:
            alone = person_then(*of, name, now_us)
            assert alone is not None and repr(by_former[name]) == repr(alone[0])
