"""A notice says everything that a person must be told, and never becomes another."""

from hashlib import sha256

import pytest

from campaigns.canonical import canonical_json
from campaigns.sheets.model import NOTICE_VERSION
from campaigns.wording.languages import LANGUAGES
from crm.notices.notice import (
    DEALER_SLOT,
    HEADINGS,
    PURPOSES,
    Notice,
    NoticeInvalid,
    canonical_text,
    notice,
)
from crm.notices.packaged import packaged_notices

HASHES = {
    "archive": "1f0f667b527f229248cb50b231241f7138596209b00c2eda6110b3b35b1d2af3",
    "health": "d6240d79ede0ce41e5bfc8ec7807d65ee6c0915ce2517f3e0c35998fb768e1cd",
    "share_with_dealer": "3c8d236cb17b0246a81c4e0d07f395c7be975999aee2b723a298a1b41204bf4e",
    "marketing": "e9d8cfda7c10d6c4173ca9df9be60d89c30a65df46698a4c02ee53f41da32ec3",
    "club": "1758fdd665917559f381e35cf1e3d7e8c784e11eb5aff963bb3a1ee626b8e215",
}
"""People agreed to these texts: a version that is changed afterwards fails here."""


def a_text(**changes: str) -> str:
    said = dict.fromkeys(HEADINGS["zh-CN"], "写清楚。") | changes
    return "# 标题\n\n" + "\n".join(f"## {heading}\n\n{text}\n" for heading, text in said.items())


def test_the_packaged_version_is_the_one_that_forms_and_sheets_name() -> None:
    named = {(each.version, each.purpose) for each in packaged_notices()}
    assert {(NOTICE_VERSION, purpose) for purpose in PURPOSES} <= named
    assert all(set(each.texts) == set(LANGUAGES) for each in packaged_notices())


def test_no_packaged_text_has_changed_since_people_agreed_to_it() -> None:
    assert {each.purpose: each.sha256 for each in packaged_notices()} == HASHES


def test_the_hash_can_be_computed_by_anybody_from_the_texts() -> None:
    made = notice("1", "archive", {"zh-CN": a_text()})
    said = {"purpose": "archive", "texts": {"zh-CN": canonical_text(a_text())}, "version": "1"}
    assert made.sha256 == sha256(canonical_json(said)).hexdigest()


def test_blanks_at_the_end_and_kinds_of_newlines_are_no_other_text() -> None:
    untidy = "\ufeff" + a_text().replace("\n", "  \r\n") + "\n\n"
    assert notice("1", "club", {"zh-CN": untidy}) == notice("1", "club", {"zh-CN": a_text()})


@pytest.mark.parametrize("heading", HEADINGS["zh-CN"])
def test_a_notice_that_leaves_out_what_must_be_told_is_refused(heading: str) -> None:
    lacking = a_text().replace(f"## {heading}\n", "")
    with pytest.raises(NoticeInvalid, match="headings"):
        notice("1", "archive", {"zh-CN": lacking})
    with pytest.raises(NoticeInvalid, match=heading):
        notice("1", "archive", {"zh-CN": a_text(**{heading: ""})})


def test_a_notice_has_a_title_a_known_purpose_and_simplified_chinese() -> None:
    for version, purpose, texts in (
        ("1", "archive", {"zh-CN": a_text()[1:]}),
        ("1", "everything", {"zh-CN": a_text()}),
        ("a b", "archive", {"zh-CN": a_text()}),
        ("1", "archive", {}),
    ):
        with pytest.raises(NoticeInvalid):
            notice(version, purpose, texts)  # type: ignore[arg-type]


def test_sharing_names_the_dealer_in_its_place() -> None:
    with pytest.raises(NoticeInvalid, match="dealer"):
        notice("1", "share_with_dealer", {"zh-CN": a_text()})
    made = notice("1", "share_with_dealer", {"zh-CN": a_text(谁=f"交给{DEALER_SLOT}。")})
    assert "交给南山商行。" in made.spoken("zh-CN", "南山商行")
    assert "交给经销商。" in made.spoken("zh-CN")


def test_what_is_read_aloud_holds_every_section_and_ends_with_the_question() -> None:
    for made in packaged_notices():
        for language in LANGUAGES:
            _, sections = made.sections(language)
            spoken = made.spoken(language)
            assert all(section.text in spoken for section in sections)
            assert spoken.endswith(("？", "?"))
            assert "#" not in spoken


def test_a_language_that_is_missing_is_shown_in_simplified_chinese() -> None:
    made: Notice = notice("1", "archive", {"zh-CN": a_text()})
    assert made.text("en") == ("zh-CN", canonical_text(a_text()))
