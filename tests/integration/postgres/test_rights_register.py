"""The register of requests in PostgreSQL: two who answer at once, and one answer that counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import orjson

from campaigns.intake import HEADQUARTERS
from crm.accounts.roles import scope_of
from crm.clock import now_us
from crm.recording.recorder import Recorder
from crm.rights.queries import open_counts, requests
from crm.rights.register import Asked, Clerk, close_request, open_request
from crm.rights.request import CLOSED, Closing, Outcome, RequestRefused
from crm.storage.database import reading
from tests.examples import a_card
from tests.installations import Installation

COMPLIANCE = scope_of("compliance")
AT_ONCE: tuple[Outcome, ...] = ("granted", "refused", "granted", "refused")


def test_of_several_who_answer_at_once_one_is_heard(in_postgres: Installation) -> None:
    engine, keyring = in_postgres.engine, in_postgres.keyring
    in_postgres.intake.accept([orjson.dumps(a_card("C1"))], HEADQUARTERS)
    recorder = Recorder(engine, keyring)
    while recorder.record_next(now_us()) is not None:
        continue
    clerk = Clerk(COMPLIANCE, "law", now_us())
    asked = Asked("C1", "copy", "self", "visit", date(2026, 5, 4), "请给我一份")
    request_id = open_request(engine, keyring, clerk, asked)
    together = Barrier(len(AT_ONCE))

    def answer(outcome: Outcome) -> str:
        together.wait()
        try:
            close_request(engine, keyring, clerk, request_id, Closing(outcome, "other"))
        except RequestRefused as error:
            return str(error)
        return "heard"

    with ThreadPoolExecutor(len(AT_ONCE)) as pool:
        answers = sorted(pool.map(answer, AT_ONCE))
    assert answers == sorted(["heard", *[CLOSED] * (len(AT_ONCE) - 1)])
    with reading(engine) as connection:
        (request,) = requests(COMPLIANCE, connection, keyring, date(2026, 6, 1), closed=True)
        assert open_counts(COMPLIANCE, connection, date(2026, 6, 1)) == (0, 0)
    assert len(request.steps) == 1
    assert request.text == "请给我一份"
