"""One version of a notice: its text in each language, what it must say, its hash, how it is read.

A text is plain: a title and eight headings in a fixed order, so that none of what a person must be
told can be left out. Sources: PIPL art. 17 (who, contact, purpose, means, categories, retention,
rights), 15 (taking back), 16 (a no has no other effect), 23 (the other handler), 29, 30 (sensitive
data: why, and what it may lead to).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import get_args

from campaigns.canonical import canonical_json
from campaigns.events.base import ID_PATTERN
from campaigns.events.consents import Purpose
from campaigns.wording.catalogues import N_
from campaigns.wording.languages import LANGUAGES, Language
from campaigns.wording.sentence import SaidError

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
DEALER_SLOT = "{dealer}"
"""Stands in a text for the dealer that may have a copy; filled in when it is shown."""

HEADINGS: dict[Language, tuple[str, ...]] = {
    "zh-CN": (
        *("谁", "怎么联系", "做什么用", "怎么做"),
        *("哪些内容", "保存多久", "怎么撤回", "不同意会怎样"),
    ),
    "zh-TW": (
        *("誰", "怎麼聯絡", "做什麼用", "怎麼做"),
        *("哪些內容", "保存多久", "怎麼撤回", "不同意會怎樣"),
    ),
    "en": (
        *("Who", "How to reach us", "What for", "How"),
        *("Which data", "How long", "How to take it back", "If you say no"),
    ),
}
"""Who, contact, purpose, means, categories, retention, withdrawal, effect of a refusal."""
_QUESTION: dict[Language, str] = {
    "zh-CN": "您同意吗？",
    "zh-TW": "您同意嗎？",
    "en": "Do you agree?",
}
_NO_DEALER: dict[Language, str] = {
    "zh-CN": "经销商",
    "zh-TW": "經銷商",
    "en": "the dealer",
}


class NoticeInvalid(SaidError, ValueError):
    """The notice cannot be as asked for; the message says why."""


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and what stands below it."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A version of the notice on one purpose; `texts` are canonical, zh-CN always among them."""

    version: str
    purpose: Purpose
    texts: Mapping[Language, str]

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON (RFC 8785) of version, purpose and texts, hexadecimal."""
        said = {"version": self.version, "purpose": self.purpose, "texts": dict(self.texts)}
        return sha256(canonical_json(said)).hexdigest()

    def text(self, language: Language) -> tuple[Language, str]:
        """The text in a language, or in the first one where this one is missing."""
        known = language if language in self.texts else LANGUAGES[0]
        return known, self.texts[known]

    def sections(self, language: Language, dealer: str | None = None) -> tuple[str, list[Section]]:
        """(title, sections), with the dealer's name in its place."""
        known, text = self.text(language)
        text = text.replace(DEALER_SLOT, dealer or _NO_DEALER[known])
        title, *parts = re.split(r"\n+## ", text)
        found = (part.partition("\n") for part in parts)
        return title.removeprefix("# "), [Section(head, body.strip()) for head, _, body in found]

    def spoken(self, language: Language, dealer: str | None = None) -> str:
        """The same to be read aloud: short lines, a question at the end."""
        known, _ = self.text(language)
        title, sections = self.sections(known, dealer)
        lines = (f"{section.heading}: {section.text}" for section in sections)
        if known != "en":
            lines = (f"{section.heading}？{section.text}" for section in sections)
        return "\n".join((title, *lines, _QUESTION[known]))


def canonical_text(raw: str) -> str:
    """NFC, lines that end with one newline and without blanks at their end."""
    lines = unicodedata.normalize("NFC", raw.removeprefix("\ufeff")).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def notice(version: str, purpose: str, raw: Mapping[Language, str]) -> Notice:
    """A notice of raw texts; NoticeInvalid when something is missing that a person must be told."""
    if not re.match(ID_PATTERN, version):
        raise NoticeInvalid(N_("版本写 1 到 64 个字母、数字或 . _ : -"))
    named = next((known for known in PURPOSES if known == purpose), None)
    if named is None:
        raise NoticeInvalid(N_("目的是以下之一：{purposes}"), purposes=", ".join(PURPOSES))
    if LANGUAGES[0] not in raw:
        raise NoticeInvalid(N_("告知书要有 {language} 的文字"), language=LANGUAGES[0])
    made = Notice(version, named, {name: canonical_text(raw[name]) for name in raw})
    for language, text in made.texts.items():
        _require_all(made, language, text)
    return made


def _require_all(made: Notice, language: Language, text: str) -> None:
    title, sections = made.sections(language)
    if not text.startswith("# ") or not title.strip():
        raise NoticeInvalid(N_("{language}：第一行是标题，前面一个 #"), language=language)
    headings = tuple(section.heading for section in sections)
    if headings != HEADINGS[language]:
        wanted = ", ".join(HEADINGS[language])
        raise NoticeInvalid(
            N_("{language}：各小标题前面写 ##，依次是：{wanted}"), language=language, wanted=wanted
        )
    empty = [section.heading for section in sections if not section.text]
    if empty:
        raise NoticeInvalid(
            N_("{language}：“{empty}”下面没有内容"), language=language, empty=", ".join(empty)
        )
    if made.purpose == "share_with_dealer" and DEALER_SLOT not in text:
        raise NoticeInvalid(
            N_("{language}：经销商的名字写成 {slot}"), language=language, slot=DEALER_SLOT
        )
