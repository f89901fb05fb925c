"""Who said something is called by a name, or by whose sheet or system it was."""

import pytest

from crm.web.view.speakers import speaker_word

NAMES = {"u-1": "张三", "D05": "晨光器械"}


@pytest.mark.parametrize(
    ("actor", "word"),
    [
        ("u-1", "张三"),
        ("/sheets/D05", "晨光器械 的签到表"),
        ("/sheets/D06", "D06 的签到表"),
        ("/dealers/D05/erp", "晨光器械 的系统"),
        ("/phones/u-1", "张三"),
        ("/phones/staff-02", "staff-02"),
        ("/hq/finance", "公司的系统（finance）"),
        ("command/root", "root（命令行）"),
        ("urn:else", "urn:else"),
    ],
)
def test_who_said_it_is_told_in_words(actor: str, word: str) -> None:
    assert speaker_word(NAMES, actor, lambda text: text) == word
