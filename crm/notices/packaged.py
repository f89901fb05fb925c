"""The notices that come with the programme: an example of each, good for trying things out."""

from functools import cache
from pathlib import Path

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import LANGUAGE_NAMES, LANGUAGES
from crm.notices.notice import PURPOSES, Notice, NoticeInvalid, notice

_INVENTED = (
    *("金夕健康科技有限公司", "Jinxi Health Technology", "400-000-0000", "jinxi.example"),
    *("示例市", "1 Example Road"),
)
"""Of whom and where the packaged notices speak: there is nobody there."""
_TEXTS = Path(__file__).parent / "texts"


@cache
def packaged_notices() -> tuple[Notice, ...]:
    """Every packaged version, the oldest first."""
    return tuple(
        notice(
            folder.name,
            purpose,
            {
                language: (folder / f"{purpose}.{language}.md").read_text(encoding="utf-8")
                for language in LANGUAGES
            },
        )
        for folder in sorted(_TEXTS.iterdir())
        for purpose in PURPOSES
    )


def require_own(made: Notice) -> None:
    """NoticeInvalid where a notice still speaks of the company that the packaged ones invent."""
    for language, text in made.texts.items():
        if left := next((words for words in _INVENTED if words in text), None):
            raise NoticeInvalid(
                N_(
                    "{language} 的文字里还有样本里虚构的“{words}”：请改成你们自己的；"
                    "不用这种语言，就把它清空"
                ),
                language=LANGUAGE_NAMES[language],
                words=left,
            )
