"""Environment variables: how one is declared, once, and read, with what is allowed in it.

No library does the reading (docs/decisions/0018-settings-without-a-library.md).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, ClassVar, Protocol

from campaigns.wording.catalogues import N_

_VARIABLE = "variable"
_DATABASE = re.compile(r"(sqlite|postgresql)(\+\w+)?://.*", re.DOTALL)
_BROKERS = re.compile(r"[^\s,:]+(:\d{1,5})?(,[^\s,:]+(:\d{1,5})?)*")
_PREFIX = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ON, _OFF = ("on", "1", "true", "yes"), ("off", "0", "false", "no")


class SettingInvalid(ValueError):
    """A variable holds what is not allowed.

    value: what stands there; None where it may hold a password.
    """

    def __init__(self, variable: "Variable", value: str) -> None:
        self.name, self.kind = variable.name, variable.kind
        self.value = None if variable.kind.is_secret else value
        super().__init__(f"{self.name} holds what is not allowed")


class SettingFileUnreadable(ValueError):
    """A variable names a file that cannot be read."""

    def __init__(self, variable: "Variable", file: Path) -> None:
        self.name, self.file = variable.name, file
        super().__init__(f"{self.name}: {file} cannot be read")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a variable may hold.

    allowed: what that is, for people, a marked text; known: the words or the bound in it.
    read: raises ValueError for what is not allowed. is_secret: it may hold a password.
    """

    allowed: str
    read: Callable[[str], Any]
    known: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable as it is declared: its name, what it may hold, its meaning for people.

    unset: what holds without it, where that is not the field's default; both are marked texts.
    """

    name: str
    kind: Kind
    meaning: str
    unset: str = ""


class Declared(Protocol):
    """A dataclass of which some fields are variables."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def option(name: str, kind: Kind, default: Any, meaning: str, unset: str = "") -> Any:
    """A field that is read from a variable, with what holds where that is not set."""
    return field(default=default, metadata={_VARIABLE: Variable(name, kind, meaning, unset)})


def needed(name: str, kind: Kind, meaning: str, unset: str) -> Any:
    """A field that is read from a variable; what holds without it depends on others."""
    return field(metadata={_VARIABLE: Variable(name, kind, meaning, unset)})


def variables(of: type[Declared]) -> dict[str, Variable]:
    """Every variable that a class declares, by the name of its field."""
    return {
        each.name: each.metadata[_VARIABLE] for each in fields(of) if _VARIABLE in each.metadata
    }


def read_all(of: type[Declared], environment: Mapping[str, str]) -> dict[str, Any]:
    """What is set, by field; raises SettingInvalid. An empty variable is none."""
    return {
        field: read_one(each, text)
        for field, each in variables(of).items()
        if (text := environment.get(each.name))
    }


def read_one(declared: Variable, text: str) -> Any:
    """The value of a variable that holds this text; raises SettingInvalid."""
    try:
        return declared.kind.read(text)
    except ValueError as error:
        raise SettingInvalid(declared, text) from error


def one_of(*known: str) -> Kind:
    """One of these words."""
    return Kind(N_(" {known} 之一"), lambda text: _allowed(text, text in known), ", ".join(known))


def seconds(least: float) -> Kind:
    """A number of seconds that is not below the least."""
    return Kind(
        N_("不小于 {known} 的秒数"), lambda text: _at_least(float(text), least), f"{least:g}"
    )


def _allowed(text: str, is_allowed: object) -> str:
    if not is_allowed:
        raise ValueError(text)
    return text


def _at_least(number: float, least: float) -> float:
    if not least <= number < float("inf"):
        raise ValueError(number)
    return number


def _switch(text: str) -> bool:
    word = text.lower()
    return _allowed(word, word in _ON + _OFF) in _ON


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each) for each in text.replace(",", " ").split())


TEXT = Kind(N_("任何文字"), str)
FILE = Kind(N_("文件或文件夹"), Path)
SWITCH = Kind(N_(" on 或 off"), _switch)
NETWORKS = Kind(N_("网段，如 172.16.0.0/12，几个之间用逗号"), _networks)
DATABASE = Kind(
    N_("数据库地址：postgresql+psycopg://用户@主机/库 或 sqlite:///文件"),
    lambda text: _allowed(text, _DATABASE.fullmatch(text)),
    is_secret=True,
)
BROKERS = Kind(
    N_("主机:端口，几个之间用逗号"), lambda text: _allowed(text, _BROKERS.fullmatch(text))
)
PREFIX = Kind(N_("字母、数字和 . _ -"), lambda text: _allowed(text, _PREFIX.fullmatch(text)))
