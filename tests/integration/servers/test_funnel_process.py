"""The process that answers questions of funnels: it answers as the site itself would."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from msgspec import structs

from campaigns.times import shanghai_day
from crm.feed.settling import NotSettled
from crm.funnels.document import Document
from crm.funnels.queries import Funnels
from crm.funnels.report import Listed, Question
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope, Scope, dealer_scope
from streams.serving.funnel_process import FunnelProcess
from tests.installations import Installation, clock
from tests.integration.laws.dealers_sales import sold
from tests.servers.processes import children_that_run
from tests.templates import new_installation
from tests.worlds import CLOCK_US, make_world

TODAY = shanghai_day(CLOCK_US)
QUESTION = Question(
    Document(("activity.attended",), last_days=400, by=("sex", "dealer")),
    TODAY,
    listed=Listed(1),
)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JINXI_DATA", str(folder))

        new_installation(folder)
        with clock(), Installation(folder) as found:
            found.accept(sold(7))
            found.work()
            yield found


@pytest.fixture
def elsewhere(installation: Installation) -> Iterator[FunnelProcess]:
    process = FunnelProcess()
    yield process
    process.close()


def the_processes() -> list[psutil.Process]:
    return children_that_run("streams.serving.funnel_process")


def the_process() -> psutil.Process:
    (found,) = the_processes()
    return found


def test_it_answers_as_the_site_itself_would(
    installation: Installation, elsewhere: FunnelProcess
) -> None:
    here = Funnels(installation.engine)
    for scope in (HEADQUARTERS_SCOPE, dealer_scope("D1")):
        assert elsewhere.offers(scope, TODAY) == here.offers(scope, TODAY)
        report = elsewhere.report(scope, QUESTION)
        assert report == here.report(scope, QUESTION)
        assert report.steps[-1].people > 0


def test_of_a_copy_that_is_not_settled_it_tells_nothing(elsewhere: FunnelProcess) -> None:
    tomorrow = structs.replace(QUESTION, today=TODAY + timedelta(days=1))
    with pytest.raises(NotSettled):
        elsewhere.report(dealer_scope("D1"), tomorrow)
    with pytest.raises(NotSettled):
        elsewhere.offers(dealer_scope("D1"), tomorrow.today)
    assert elsewhere.report(HEADQUARTERS_SCOPE, tomorrow).touchpoints > 0


def test_whoever_may_not_ask_is_not_passed_on(elsewhere: FunnelProcess) -> None:
    with pytest.raises(OutOfScope):
        elsewhere.report(Scope(frozenset()), QUESTION)
    assert not the_processes()


def test_one_that_was_killed_is_started_again(
    installation: Installation, elsewhere: FunnelProcess
) -> None:
    before = elsewhere.report(HEADQUARTERS_SCOPE, QUESTION)
    killed = the_process()
    os.kill(killed.pid, signal.SIGKILL)
    assert elsewhere.report(HEADQUARTERS_SCOPE, QUESTION) == before
    assert the_process().pid != killed.pid


def test_what_is_recorded_is_in_the_next_answer(
    installation: Installation, elsewhere: FunnelProcess
) -> None:
    before = elsewhere.report(HEADQUARTERS_SCOPE, QUESTION)
    installation.accept(make_world(4, 60))
    installation.work()
    after = elsewhere.report(HEADQUARTERS_SCOPE, QUESTION)
    assert after.number > before.number
    assert after == Funnels(installation.engine).report(HEADQUARTERS_SCOPE, QUESTION)
