"""The command's sentences in traditional Chinese and English: (zh-TW, en) by the zh-CN original."""

TRANSLATIONS: dict[str, tuple[str, str]] = {}
