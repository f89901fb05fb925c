"""`jinxi rights`: requests entered, listed and answered on the command line."""

import orjson
import pytest

from tests.examples import a_card, an_event
from tests.functional.command.running import Jinxi

WORDS = "请删掉王秀英的电话"


@pytest.fixture
def known(jinxi: Jinxi) -> Jinxi:
    """An installation that knows one card."""
    jinxi("accept", "-", stdin=orjson.dumps(a_card("C1")))
    jinxi("work", "--until-idle")
    return jinxi


def opened(known: Jinxi, *arguments: object, kind: str = "erase", by: str = "self") -> str:
    told = known(
        *("rights", "open", "C1", "--kind", kind, "--channel", "phone", "--json"),
        *("--asked-by", by),
        *arguments,
    ).only
    return str(told["request_id"])


def test_a_request_is_listed_with_its_clock_and_without_anybodys_words(known: Jinxi) -> None:
    (known.folder / "words.txt").write_text(WORDS, encoding="utf-8")
    late = opened(known, "--received", "2026-05-04", "--text-from", "words.txt")
    first = known("rights", "list", "--json")
    (told,) = first.lines
    assert (told["request_id"], told["due_on"], told["overdue"]) == (late, "2026-05-25", True)
    assert (told["kind"], told["asked_by"], told["outcome"]) == ("erase", "self", None)
    assert "王秀英" not in first.text
    assert "过期" in known("rights", "list").text


def test_a_request_is_answered_with_the_event_that_did_it(known: Jinxi) -> None:
    request_id = opened(known)
    lacking = known("rights", "close", request_id, "--outcome", "granted", status=2)
    assert "--event" in lacking.err
    gone = an_event(
        "card.erased",
        {"card_id": "C1", "reason_code": "asked"},
        id="gone",
        time="2026-05-06T10:00:00+08:00",
    )
    known("accept", "-", stdin=orjson.dumps(gone))
    known("work", "--until-idle")
    known(
        *("rights", "close", request_id, "--outcome", "granted", "--event", "/tests/hall", "gone")
    )
    assert known("rights", "list", "--json").lines == []
    (told,) = known("rights", "list", "--all", "--json").lines
    assert (told["outcome"], told["event"]) == ("granted", ["/tests/hall", "gone"])


def test_a_refusal_needs_a_reason_and_shows_it(known: Jinxi) -> None:
    request_id = opened(known, kind="copy")
    close = ("rights", "close", request_id, "--outcome", "refused")
    assert "--reason" in known(*close, status=2).err
    known(*close, "--reason", "identity_not_proven")
    (told,) = known("rights", "list", "--all", "--json").lines
    assert (told["outcome"], told["reason"]) == ("refused", "identity_not_proven")
    assert "已拒绝" in known("rights", "list", "--all").text
    assert "已经答复" in known(*close, "--reason", "other", status=2).err


def test_a_request_of_nobody_is_not_entered(known: Jinxi) -> None:
    unknown = ("rights", "open", "C7", "--kind", "copy", "--channel", "visit", "--asked-by", "self")
    assert known(*unknown, status=2).out == b""
    assert known("rights", "list", "--json").lines == []


def test_a_relatives_request_for_the_living_is_entered_and_told_that_it_can_only_be_refused(
    known: Jinxi,
) -> None:
    told = known(
        *("rights", "open", "C1", "--kind", "erase", "--channel", "phone"),
        *("--asked-by", "relative"),
    )
    assert "近亲属不能代为行使" in told.text
    assert len(known("rights", "list", "--json").lines) == 1
