"""Templates are filled in safely; who may be sent something, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.times import parse_instant_us
from campaigns.wording.languages import LANGUAGES, Language
from crm.consents.uses import Standing
from crm.letters.packaged import PACKAGED
from crm.letters.sending import is_quiet, obstacle
from crm.letters.template import (
    NAMES,
    VALUES,
    LetterTemplate,
    TemplateInvalid,
    Words,
    check_template,
    named_in,
    rendered,
    written_in,
)

NOON = parse_instant_us("2026-05-03T12:00:00+08:00")
FREE = Standing(restricted=False, deceased=False)


def template(body: str) -> LetterTemplate:
    return LetterTemplate("t", 1, "service", {each: Words("s", body) for each in LANGUAGES})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("{{ name", "syntax"),
        ("{{ phone }}", "unknown"),
        ("{% for x in name %}{{ x }}{% endfor %}", "loop"),
        ("{{ name.__class__ }}", "loop"),
        ("{{ name['x'] }}", "loop"),
        ("{{ name * 999999999 }}", "loop"),
        ("{{ 9 ** 999999999 }}", "loop"),
        ("{{ name | center(999999999) }}", "loop"),
        ("{{ range(9) }}", "loop"),
        ("{% include 'base.html' %}", "loop"),
        ("{% macro m() %}{{ m() }}{% endmacro %}", "loop"),
        ("{{ 1 / 0 }}", "syntax"),
        ("  ", "empty"),
        ("x" * 4_001, "too_long"),
    ],
)
def test_a_template_that_could_do_more_than_name_is_no_template(body: str, why: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        check_template(template(body))
    assert [(each.part, each.why) for each in refused.value.faults] == [("body", why)] * len(
        LANGUAGES
    )


def test_all_that_is_wrong_with_a_template_is_told_at_once() -> None:
    texts = {"zh-CN": Words("", "{{ 电话 }}"), "en": Words("{% if", "x" * 4_001)}
    with pytest.raises(TemplateInvalid) as refused:
        check_template(LetterTemplate("t", 1, "service", texts))  # type: ignore[arg-type]
    assert [(each.language, each.part, each.why, each.detail) for each in refused.value.faults] == [
        *(("zh-CN", "subject", "empty", ""), ("zh-CN", "body", "unknown", "电话")),
        *(("en", "subject", "syntax", ""), ("en", "body", "too_long", "")),
    ]


def test_a_template_is_written_in_one_language_or_more_and_sent_in_one_that_there_is() -> None:
    chinese = {"zh-CN": Words("标题", "正文"), "en": Words(" ", "")}
    check_template(LetterTemplate("t", 1, "service", chinese))  # type: ignore[arg-type]
    kept = LetterTemplate("t", 1, "service", written_in(chinese))  # type: ignore[arg-type]
    assert kept.spoken("en") == "zh-CN" == kept.spoken("zh-CN")
    assert kept.words("zh-TW").subject == "标题"
    with pytest.raises(TemplateInvalid) as refused:
        check_template(LetterTemplate("t", 1, "service", {}))
    assert [each.why for each in refused.value.faults] == ["nothing"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_template_names_may_be_named_in_the_writers_language(language: Language) -> None:
    names = NAMES[language]
    assert set(names) == set(VALUES)
    made = template("".join(f"[{{{{ {names[value]} }}}}]" for value in VALUES))
    check_template(made)
    values = dict.fromkeys(VALUES, "") | {each: f"<{each}>" for each in VALUES}
    assert rendered(made, "zh-CN", values).body == "".join(f"[<{value}>]" for value in VALUES)
    assert named_in(made, "zh-CN") == set(VALUES)


def test_those_that_come_with_the_program_are_templates() -> None:
    for _purpose, subject, body in PACKAGED.values():
        check_template(
            LetterTemplate("t", 0, "service", dict.fromkeys(LANGUAGES, Words(subject, body)))
        )


@given(st.dictionaries(st.sampled_from(VALUES), st.text(max_size=30)))
def test_a_value_is_never_read_as_a_template(values: dict[str, str]) -> None:
    body = "".join(f"[{{{{ {name} }}}}]" for name in VALUES)
    filled = {name: values.get(name, "{{ 7 }}") for name in VALUES}
    made = rendered(template(body), "zh-CN", filled)
    assert made.body == "".join(f"[{filled[name]}]" for name in VALUES)


@pytest.mark.parametrize(
    ("time", "quiet"),
    [("08:59", True), ("09:00", False), ("19:59", False), ("20:00", True), ("23:30", True)],
)
def test_the_quiet_hours_are_those_of_shanghai(time: str, quiet: bool) -> None:
    assert is_quiet(parse_instant_us(f"2026-05-03T{time}:00+08:00")) is quiet


def test_of_several_obstacles_the_heaviest_is_named() -> None:
    night = parse_instant_us("2026-05-03T02:00:00+08:00")
    gone = Standing(restricted=True, deceased=True)
    assert obstacle((), gone, "club", "sms", night, erased=True) == "erased"
    assert obstacle((), gone, "club", "sms", night) == "deceased"
    assert obstacle((), Standing(True, False), "club", "sms", night) == "restricted"
    assert obstacle((), FREE, "club", "sms", night) == "no_consent"
    assert obstacle((), FREE, "service", "sms", night) == "quiet_hours"
    assert obstacle((), FREE, "service", "print", night) is None
    assert obstacle((), FREE, "service", "sms", NOON) is None
