"""The form of any type of event: its fields as they were said, to be mended and said again.

What is personal and not opened to whoever mends stays out of the form and goes on as it was.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from typing import Any, Literal

import msgspec
from msgspec import inspect

from campaigns.catalogue import CATALOGUE
from campaigns.events.activities import Material
from campaigns.events.base import PERSONAL_FIELDS, EventData
from campaigns.field_labels import field_label
from campaigns.regions import region_name
from campaigns.times import SHANGHAI
from campaigns.wording.catalogues import N_
from campaigns.wording.languages import Language
from crm.money import fen_in, yuan_typed
from crm.web.view.code_words import code_word
from crm.web.view.materials import materials_text, materials_typed
from crm.web.view.region_typed import region_code, region_fault
from crm.web.view.typed import Typed

Kind = Literal[
    "text",
    "long",
    "list",
    "materials",
    "choice",
    "choices",
    "whole",
    "number",
    "yuan",
    "day",
    "moment",
    "yes_no",
    "region",
    "regions",
]
_MOST_DIGITS = 12
_LONG = 200
"""Characters from which on a text is typed in several lines."""
_YES, _NO = N_("是"), N_("否")
_BAD_WHOLE = N_("请填整数，例如 120。")
_BAD_NUMBER = N_("请填数字，例如 88.5。")
_BAD_YUAN = N_("金额看不懂。请以元为单位，例如 693 或 693.50。")
_BAD_DAY = N_("日期看不懂，请写成 2026-05-03。")
_BAD_MOMENT = N_("时间看不懂，请写成 2026-05-03T09:30。")
_HAS_DESK: Mapping[str, str] = {
    "matching.published": "/matching",
    "reward_policy.published": "/policies",
}
"""Types whose lists of rules are written at a desk of their own."""
_BY_A_PATCH = "card.corrected"
"""What it leaves out stays as it is, and an empty field would clear: no field is added to it."""

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class EventField:
    """One field. path: below `data`; options: code → word, in the language of the reader."""

    path: str
    label: str
    kind: Kind
    required: bool
    options: tuple[tuple[str, str], ...] = ()

    @property
    def is_personal(self) -> bool:
        """Whether it stands in what is encrypted."""
        return self.path.partition(".")[0] in PERSONAL_FIELDS


def desk_of(type_name: str) -> str:
    """Where a type is said that has no such form; empty: it has one."""
    return _HAS_DESK.get(type_name, "")


def fields_of(
    said: EventData, language: Language, say: Say, is_open: Callable[[str], bool]
) -> list[EventField]:
    """The fields of an event's form. is_open: whether a personal object may be shown."""
    shown = _fields(said.type_name, inspect.type_info(CATALOGUE[said.type_name]), "", language, say)
    found = [field for field in shown if not field.is_personal or is_open(field.path)]
    if said.type_name == _BY_A_PATCH:
        known = typed_of(said)
        return [field for field in found if field.path in known]
    return found


def _fields(
    type_name: str, of: Any, above: str, language: Language, say: Say, *, needed: bool = True
) -> Iterator[EventField]:
    for each in of.fields:
        inner = _without_none(each.type)
        path = f"{above}{each.encode_name}"
        if isinstance(inner, inspect.StructType):
            yield from _fields(
                type_name, inner, f"{path}.", language, say, needed=needed and each.required
            )
            continue
        kind, codes = _kind_of(path, inner)
        name = each.encode_name
        options = tuple((code, say(code_word(type_name, name, code))) for code in codes)
        if kind == "yes_no":
            options = (("yes", say(_YES)), ("no", say(_NO)))
        label = field_label(f"$.data.{path}", language)
        yield EventField(path, label, kind, needed and each.required, options)


def _without_none(of: Any) -> Any:
    if not isinstance(of, inspect.UnionType):
        return of
    return next(each for each in of.types if not isinstance(each, inspect.NoneType))


def _kind_of(path: str, of: Any) -> tuple[Kind, tuple[str, ...]]:
    """(kind, codes of a choice)."""
    name = path.rpartition(".")[2]
    match of:
        case inspect.LiteralType():
            return "choice", tuple(map(str, of.values))
        case inspect.VarTupleType() if isinstance(of.item_type, inspect.LiteralType):
            return "choices", tuple(map(str, of.item_type.values))
        case inspect.VarTupleType() if getattr(of.item_type, "cls", None) is Material:
            return "materials", ()
        case inspect.VarTupleType():
            return ("regions" if name == "regions" else "list"), ()
        case inspect.BoolType():
            return "yes_no", ()
        case inspect.IntType():
            return ("yuan" if name.endswith("_fen") else "whole"), ()
        case inspect.FloatType():
            return "number", ()
        case inspect.DateType():
            return "day", ()
        case inspect.DateTimeType():
            return "moment", ()
        case _:
            is_long = (getattr(of, "max_length", None) or 0) > _LONG
            return ("region" if name == "region" else "long" if is_long else "text"), ()


def typed_of(said: EventData) -> dict[str, str]:
    """Path → what stands in the field: what was said."""
    return dict(_typed(msgspec.to_builtins(said), ""))


def _typed(said: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        path = f"{above}{name}"
        if isinstance(value, dict):
            yield from _typed(value, f"{path}.")
        elif value is not None:
            yield path, _text(name, value)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "materials":
        return materials_text(msgspec.convert(value, tuple[Material, ...]))
    if isinstance(value, list | tuple):
        return "\n".join(_text(name, each) for each in value)
    if isinstance(value, int) and name.endswith("_fen"):
        return yuan_typed(value)
    if name in ("region", "regions"):
        return region_name(value) or str(value)
    if isinstance(value, str) and name.endswith(("_at", "_on")) and "T" in value:
        return f"{datetime.fromisoformat(value).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
    return str(value)


def data_of(
    said: EventData, fields: list[EventField], typed: Typed, say: Say
) -> tuple[dict[str, Any], dict[str, str]]:
    """(what is said now, what cannot be read by field); untouched fields go on as they were."""
    before = typed_of(said)
    data = deepcopy(msgspec.to_builtins(said))
    faults: dict[str, str] = {}
    for field in fields:
        text = typed(field.path)
        if _same(text, before.get(field.path, "")):
            continue
        if not text:
            _put(data, field.path, None)
            continue
        value, fault = _read(field, text, say)
        if fault:
            faults[field.path] = fault
        else:
            _put(data, field.path, value)
    return data, faults


def _same(text: str, before: str) -> bool:
    """Browsers send ends of lines in their own way, and forms are read without blanks around."""
    return text.split() == before.split()


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    *above, name = path.split(".")
    for each in above:
        data = data.setdefault(each, {})
    if value is None:
        data.pop(name, None)
    else:
        data[name] = value


def _read(field: EventField, text: str, say: Say) -> tuple[Any, str]:
    """(value as JSON has it, what is wrong)."""
    match field.kind:
        case "list" | "choices":
            return _lines(text), ""
        case "materials":
            return materials_typed(text, say)
        case "yes_no":
            return text == "yes", ""
        case "whole":
            is_whole = text.isdecimal() and len(text) <= _MOST_DIGITS
            return (int(text), "") if is_whole else (None, say(_BAD_WHOLE))
        case "yuan":
            fen = fen_in(text)
            return (None, say(_BAD_YUAN)) if fen is None else (fen, "")
        case "region":
            return region_code(text), region_fault(text, say) or ""
        case "regions":
            faults = [fault for each in _lines(text) if (fault := region_fault(each, say))]
            return [region_code(each) for each in _lines(text)], "".join(faults[:1])
        case "number" | "day" | "moment":
            return _parsed(field.kind, text, say)
        case _:
            return text, ""


def _parsed(kind: Kind, text: str, say: Say) -> tuple[Any, str]:
    try:
        if kind == "number":
            number = float(text)
            return (number, "") if isfinite(number) else (None, say(_BAD_NUMBER))
        if kind == "day":
            return date.fromisoformat(text).isoformat(), ""
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).isoformat(), ""
    except ValueError:
        words = {"number": _BAD_NUMBER, "day": _BAD_DAY}
        return None, say(words.get(kind, _BAD_MOMENT))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
