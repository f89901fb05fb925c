"""The letter that answers a request says what came of it, and after an erasure names nobody."""

from dataclasses import replace
from datetime import date

import pytest

from campaigns.wording.languages import LANGUAGES, Language
from crm.rights.answer import Kept, answer_letter
from crm.rights.own_copy import Keeper
from crm.rights.request import Request, Step

REQUEST = Request(
    "abcdef0123", "erase", "C1", "self", "phone", date(2026, 5, 4), date(2026, 5, 25), None
)
KEPT = [Kept("JX-B4", 2, date(2026, 4, 1), ("SN-1", "SN-2"))]
KEEPER = Keeper("金夕", "400-000")


def letter(outcome: str, reason: str | None = None, text: str | None = None, **more: object) -> str:
    step = Step(1_780_000_000_000_000, "a", outcome, reason, None, None, text)  # type: ignore[arg-type]
    request = replace(REQUEST, steps=(step,), **more)  # type: ignore[arg-type]
    written = answer_letter(request, KEPT, KEEPER, "zh-CN", lambda _, code: code)
    paragraphs = [p for section in written.sections for p in section.paragraphs]
    return "\n".join([written.title, written.made, *paragraphs])


def test_an_erasure_is_told_with_what_the_law_keeps_and_by_what_a_warranty_goes_on() -> None:
    told = letter("granted")
    assert "已经照办" in told and "读不回来" in told
    assert "SN-1、SN-2" in told and "保修" in told and "400-000" in told


def test_a_refusal_gives_its_reason_and_where_to_complain_and_speaks_of_no_erasure() -> None:
    told = letter("refused", "law_requires_keeping", "说明一句")
    assert "law_requires_keeping" in told and "说明一句" in told and "法院" in told
    assert "读不回来" not in told and "SN-1" not in told


def test_who_took_the_request_back_reads_that_nothing_more_was_done() -> None:
    assert "收回了这个请求" in letter("taken_back")


def test_a_withdrawal_is_not_told_as_an_erasure() -> None:
    told = letter("granted", kind="withdraw")
    assert "读不回来" not in told and "不受影响" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_written_in_each_language(language: Language) -> None:
    request = replace(REQUEST, steps=(Step(0, "a", "granted", None, None, None, None),))
    written = answer_letter(request, KEPT, KEEPER, language, lambda _, code: code)
    assert written.language == language and len(written.sections) == 4
