"""docs/settings.md, made of `crm/configuration/settings.py`."""

from dataclasses import MISSING, fields
from typing import Any

from campaigns.wording.catalogues import translated
from crm.configuration.environment import variables
from crm.configuration.settings import Settings
from streams.cli.allowed import PHRASES

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


def settings_document() -> str:
    """The whole document."""
    chinese = _table(("变量", "含义", "可以写", "不设时"), _rows(is_english=False))
    english = _table(("variable", "meaning", "allowed", "without it"), _rows(is_english=True))
    return f"{_HEAD}## 中文\n\n{chinese}\n## English\n\n{english}{_TAIL}"


def _rows(*, is_english: bool) -> list[tuple[str, ...]]:
    defaults = {each.name: each.default for each in fields(Settings)}
    rows: list[tuple[str, ...]] = []
    for field, declared in variables(Settings).items():
        phrase = PHRASES[declared.kind.rule]
        allowed = translated(phrase, "en") if is_english else phrase
        rows.append(
            (
                f"`{declared.name}`",
                declared.english if is_english else declared.meaning,
                allowed.format(known=declared.kind.known).strip(),
                (declared.unset_english if is_english else declared.unset)
                or _shown(defaults[field], is_english=is_english),
            )
        )
    return rows


def _shown(default: Any, *, is_english: bool) -> str:
    """What holds where a variable is not set, from the field itself."""
    if default is MISSING or default in (None, ()):
        return "none" if is_english else "无"
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
