"""docs/settings.md, made of `crm/configuration/settings.py`."""

from dataclasses import MISSING, fields
from typing import Any

from campaigns.wording.catalogues import translated
from campaigns.wording.languages import DEFAULT_LANGUAGE, Language
from crm.configuration.environment import variables
from crm.configuration.settings import Settings

_HEAD = """# 设置 · Settings

<!-- Made by `make docs` of crm/configuration/settings.py; edit it there. -->

设置都来自环境变量，启动时检查；写错时命令会说出是哪一个、可以写什么。空的等于没设。

Settings are environment variables, checked when a command starts: a wrong one is named, with what
may stand there. An empty one counts as not set.

"""
_TAIL = """
**主密钥要另行备份：没有它，个人信息就再也读不出来。** 密码写在文件里，不写在变量里。

**Keep a copy of the master key apart from the data**; see [security](security.md). Passwords stand
in files, not in variables. What the compose file asks for besides: [operations](operations.md).
"""
_NOTHING = {"zh-CN": "无", "en": "none"}


def settings_document() -> str:
    """The whole document."""
    chinese = _table(("变量", "含义", "可以写", "不设时"), _rows(DEFAULT_LANGUAGE))
    english = _table(("variable", "meaning", "allowed", "without it"), _rows("en"))
    return f"{_HEAD}## 中文\n\n{chinese}\n## English\n\n{english}{_TAIL}"


def _rows(language: Language) -> list[tuple[str, ...]]:
    defaults = {each.name: each.default for each in fields(Settings)}
    return [
        (
            f"`{declared.name}`",
            translated(declared.meaning, language),
            translated(declared.kind.allowed, language, known=declared.kind.known).strip(),
            translated(declared.unset, language) or _shown(defaults[field]) or _NOTHING[language],
        )
        for field, declared in variables(Settings).items()
    ]


def _shown(default: Any) -> str:
    """What holds where a variable is not set, from the field itself."""
    if default is MISSING or default in (None, ()):
        return ""
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
