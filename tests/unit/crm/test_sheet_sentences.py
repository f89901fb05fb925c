"""What is said of the rows of a sheet, in the reader's language."""

import pytest

from campaigns.wording.languages import Language
from crm.intake.sheet_receipt import AskedRow
from crm.intake.sheet_sentences import question_sentence


@pytest.mark.parametrize(
    ("language", "names"),
    [("zh-CN", "王芳、李建国"), ("zh-TW", "王芳、李建国"), ("en", "王芳, 李建国")],
)
def test_names_in_a_sentence_are_parted_as_its_language_parts_them(
    language: Language, names: str
) -> None:
    asked = AskedRow("名单", 7, "王方", (("c1", "王芳"), ("c2", "李建国")))
    assert names in question_sentence(asked, "", language)
