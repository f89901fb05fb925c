"""The languages that people may read in, and which of them a tag asks for."""

from typing import Literal

Language = Literal["zh-CN", "zh-TW", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "zh-TW", "en")
DEFAULT_LANGUAGE: Language = "zh-CN"
"""The one that the texts in the code are written in."""

LANGUAGE_NAMES: dict[Language, str] = {"zh-CN": "简体", "zh-TW": "繁體", "en": "English"}
"""What each calls itself: whoever looks for it reads it."""

_TRADITIONAL = {"zh-tw", "zh-hk", "zh-mo", "zh-hant"}


def language_named(text: str) -> Language | None:
    """The language that a tag such as `zh-Hant-HK` or `en-GB` asks for."""
    tag = text.strip().lower().replace("_", "-")
    if tag == "en" or tag.startswith("en-"):
        return "en"
    if any(tag == name or tag.startswith(f"{name}-") for name in _TRADITIONAL):
        return "zh-TW"
    return "zh-CN" if tag == "zh" or tag.startswith("zh-") else None
