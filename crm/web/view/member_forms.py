"""Forms of members: what is typed becomes the data of an event, or a fault beside its field."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from campaigns.events.members import InstitutionKind, MemberKind, ValueTransferred
from campaigns.wording.catalogues import N_
from crm.members.member import MemberState
from crm.money import fen_in

GIVEN_FORMS = get_args(ValueTransferred.__annotations__["form"])
FIELDS = {
    "person.name": "name",
    "contact.phones[0]": "phone",
    "contact.phones": "phone",
    "value_fen": "value",
}
"""Path below data → the field in which it is typed."""

PASS_MARK, SCORE = "pass_mark", "score."
"""The field of a quiz's pass mark, and the beginning of those of each member's score."""
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_NEEDED = N_("请填。")
_CHOOSE = N_("请选一个。")
_BAD_CODE = N_("会员编号用字母、数字和 - . _，例如 M-1024。")
_BAD_DAY = N_("日期看不懂，请写成 2026-05-03；不能在今天以后。")
_BAD_SCORE = N_("分数是 0 到 100。")
_NO_SCORE = N_("写了及格线，每个人都要有分数。")
_QUIZ = N_("%(course)s（测验 %(mark)s 分合格）")
_BAD_VALUE = N_("金额看不懂。请以元为单位，最多两位小数，例如 20 或 20.50。")

Text = Callable[[str], str]
Say = Callable[[str], str]


@dataclass
class Typed:
    """What a form says: the event's data, and what is wrong, by field."""

    data: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    on: date | None = None


def enrolment(text: Text, say: Say, dealer: str | None, form_id: str) -> Typed:
    """Somebody becomes a member; `dealer`: whose page it is, else it is typed."""
    found = Typed()
    code = text("member") or f"M-{form_id[:6].upper()}"
    found.data = {"member": code, "person": {"name": text("name")}}
    found.data["contact"] = {"phones": [text("phone")]}
    found.data["dealer"] = dealer or text("dealer")
    found.data["kind"] = text("kind")
    for name in ("institution", "institution_kind", "licence_no"):
        if text(name):
            found.data[name] = text(name)
    _check(found, text, say, ("name", "phone", *(() if dealer else ("dealer",))))
    if not _CODE.fullmatch(code):
        found.faults["member"] = say(_BAD_CODE)
    if text("kind") not in get_args(MemberKind):
        found.faults["kind"] = say(_CHOOSE)
    return found


def change(text: Text, say: Say, known: MemberState, dealer: str | None) -> Typed:
    """Only what is another than before; a name or phone that is left empty stays. dealer: whose
    page it is: it keeps its members to itself."""
    found = Typed({"member": known.member})
    before: Mapping[str, str | None] = {
        "kind": known.kind,
        **({} if dealer else {"dealer": known.dealer}),
        "institution": known.institution,
        "institution_kind": known.institution_kind,
    }
    for name, value in before.items():
        typed = text(name) or None
        if typed != value and (typed is not None or name not in ("kind", "dealer")):
            found.data[name] = typed
    if text("name"):
        found.data["person"] = {"name": text("name")}
    if text("phone"):
        found.data["contact"] = {"phones": [text("phone")]}
    _check(found, text, say, ())
    if len(found.data) == 1:
        found.faults[""] = say(N_("没有改动。"))
    return found


def training(text: Text, say: Say, today: date) -> Typed:
    """A course and its day; who passed is ticked beside it, or follows from a quiz."""
    found = Typed({"course": text("course")})
    _check(found, text, say, ("course",))
    found.on = _day(text("on"))
    if found.on is None or found.on > today:
        found.faults["on"] = say(_BAD_DAY)
    mark = _points(text(PASS_MARK))
    if text(PASS_MARK) and mark is None:
        found.faults[PASS_MARK] = say(_BAD_SCORE)
    if mark is not None:
        # The event has no place of its own for it: it is written where people read which course.
        found.data["course"] = say(_QUIZ) % {"course": text("course"), "mark": f"{mark:g}"}
    return found


def results(
    text: Text, say: Say, members: Sequence[str], passed: Collection[str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """(what each member came to, what is wrong by field). With a pass mark the scores decide."""
    mark = _points(text(PASS_MARK))
    found: list[dict[str, Any]] = []
    faults: dict[str, str] = {}
    for member in members:
        name = f"{SCORE}{member}"
        score = _points(text(name))
        if text(name) and score is None:
            faults[name] = say(_BAD_SCORE)
        elif mark is not None and score is None:
            faults[name] = say(_NO_SCORE)
        has_passed = member in passed if mark is None else (score or 0) >= mark
        found.append({"member": member, "passed": has_passed})
        if score is not None:
            found[-1]["score"] = score
    return found, faults


def _points(typed: str) -> float | None:
    is_number = re.fullmatch(r"\d{1,3}(\.\d)?", typed) is not None and float(typed) <= 100
    return float(typed) if is_number else None


def transfer(text: Text, say: Say, member: str) -> Typed:
    """Something of value was given to a member."""
    found = Typed({"member": member, "item": text("item"), "form": text("form")})
    _check(found, text, say, ("item",))
    value_fen = fen_in(text("value"))
    if not value_fen:
        found.faults["value"] = say(_BAD_VALUE)
    found.data["value_fen"] = value_fen or 0
    if text("form") not in GIVEN_FORMS:
        found.faults["form"] = say(_CHOOSE)
    return found


def _check(found: Typed, text: Text, say: Say, needed: tuple[str, ...]) -> None:
    for name in needed:
        if not text(name):
            found.faults[name] = say(_NEEDED)
    if text("institution_kind") not in ("", *get_args(InstitutionKind)):
        found.faults["institution_kind"] = say(_CHOOSE)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
