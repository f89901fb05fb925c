"""From a body of events to the receipts of its sender, in whichever process.

A large body is taken in slices, each durable by itself: nobody who sends one event waits for the
database as long as ten thousand take. What was kept of a body that is cut short is a duplicate when
it is sent again.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import orjson
from sqlalchemy.exc import DBAPIError

from campaigns.intake import Intake, Receipt
from campaigns.sentences import refusal_sentence
from campaigns.wording.languages import Language
from crm.web.api.cloudevents_http import lines_of
from crm.web.api.problems import Problem
from crm.web.guards import storage_failures
from crm.web.guards.large_bodies import Answered, HandedOver

EVENTS_OF_A_SLICE = 250
_CUT_SHORT = "this was cut short: send all of it again, what was kept is answered as a duplicate"


def describing(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that say something of the events; all others stay where they came."""
    return [
        (name, value) for name, value in headers if name == "content-type" or name.startswith("ce-")
    ]


def answered(intake: Intake, handed_over: HandedOver, body: bytes) -> Answered:
    """One receipt for each event, in order; Problem when the body cannot be read."""
    lines = lines_of(handed_over.headers, body)
    receipts = list(chain.from_iterable(_slices(intake, handed_over, lines)))
    told = [receipt_body(receipt, handed_over.language) for receipt in receipts]
    refused = sum(receipt.status == "refused" for receipt in receipts)
    return Answered(200, orjson.dumps({"receipts": told}), refused)


def _slices(intake: Intake, handed_over: HandedOver, lines: list[bytes]) -> Iterable[list[Receipt]]:
    yield intake.accept(lines[:EVENTS_OF_A_SLICE], handed_over.credential)
    for start in range(EVENTS_OF_A_SLICE, len(lines), EVENTS_OF_A_SLICE):
        try:
            yield intake.accept(lines[start : start + EVENTS_OF_A_SLICE], handed_over.credential)
        except (DBAPIError, OSError) as error:
            status = storage_failures.status_of(error)
            raise Problem(status, _CUT_SHORT, storage_failures.headers_of(status)) from error


def receipt_body(receipt: Receipt, language: Language) -> dict[str, Any]:
    """A receipt as the sender reads it."""
    body: dict[str, Any] = {
        "source": receipt.source,
        "id": receipt.id,
        "status": receipt.status,
    }
    if receipt.reason is not None:
        path = receipt.path or "$"
        body |= {
            "reason": receipt.reason,
            "path": path,
            "sentence": refusal_sentence(receipt.reason, path, language),
        }
    if receipt.warnings:
        body["warnings"] = list(receipt.warnings)
    return body
