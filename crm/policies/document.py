"""A reward policy as a document: YAML in, checked line by line, and back into YAML; pure.

docs/rewards.md says what each field means. What is left out takes the cautious value; what is not
understood is an error that names the place and the nearest right word, never passed over.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, get_args

import msgspec
import yaml

from campaigns.events.members import MemberKind
from campaigns.events.rewards import Mode, PolicyRule, RewardPolicyPublished, Tier
from campaigns.wording.catalogues import N_, translated
from campaigns.wording.languages import Language
from crm.rewards.policy import pays

LARGEST_BYTES = 60_000
_FIELDS = ("policy", "effective_from", "rules")
_CAUTIOUS: Mapping[str, Any] = {
    "mode": "TRACK_ONLY",
    "basis": "per_unit",
    "window_days": 90,
    "which": "last",
    "hold_days": 30,
    "training_required": True,
}
RULE_FIELDS = tuple(PolicyRule.__struct_fields__)
TIER_FIELDS = tuple(Tier.__struct_fields__)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, where, and with which values the sentence is filled."""

    path: str
    text: str
    values: Mapping[str, object]

    def said(self, language: Language) -> str:
        """In a language, with its place."""
        return f"{self.path}: {translated(self.text, language, **self.values)}"


class PolicyInvalid(ValueError):
    """The document is no policy; `mistakes` name every fault."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        """With at least one mistake."""
        super().__init__("; ".join(mistake.path for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Document:
    """A policy that was read: its code, the first day of the purchases it judges, its rules."""

    policy: str
    effective_from: date
    rules: tuple[PolicyRule, ...]
    digest: str

    def data(self) -> dict[str, Any]:
        """The event's data, without who drafted it and who agreed."""
        rules = [msgspec.to_builtins(rule) for rule in self.rules]
        found = {"policy": self.policy, "effective_from": self.effective_from.isoformat()}
        return {**found, "rules": rules, "digest": self.digest}


def read(text: str) -> Document:
    """The policy of a document; PolicyInvalid with everything that is wrong."""
    if len(text.encode()) > LARGEST_BYTES:
        most = {"most": LARGEST_BYTES}
        raise PolicyInvalid([Mistake("$", N_("文件太大，最多 {most} 字节"), most)])
    loaded = _loaded(text)
    if not isinstance(loaded, dict):
        raise PolicyInvalid([Mistake("$", N_("要写 policy、effective_from 和 rules"), {})])
    mistakes = list(_unknown("$", loaded, _FIELDS))
    mistakes += [
        Mistake(f"$.{name}", N_("缺这一项"), {})
        for name in _FIELDS
        if loaded.get(name) in (None, [])
    ]
    rules = loaded.get("rules")
    if rules is not None and not isinstance(rules, list):
        mistakes.append(Mistake("$.rules", N_("要写成一条一条的列表"), {}))
    found = []
    for number, given in enumerate(rules if isinstance(rules, list) else ()):
        found.append(_rule(f"$.rules[{number}]", given, mistakes))
    starts = loaded.get("effective_from")
    if starts is not None and not _is_day(starts):
        mistakes.append(Mistake("$.effective_from", N_("要写日期，例如 2027-01-01"), {}))
    if mistakes:
        raise PolicyInvalid(mistakes)
    plain = {
        "policy": str(loaded["policy"]),
        "effective_from": str(starts),
        "rules": [msgspec.to_builtins(rule) for rule in found],
    }
    try:
        data = msgspec.convert(plain, RewardPolicyPublished)
    except msgspec.ValidationError as error:
        raise PolicyInvalid([_said_by(error, "$")]) from error
    return Document(data.policy, data.effective_from, data.rules, digest(text))


def _loaded(text: str) -> Any:
    try:
        for token in yaml.scan(text, yaml.SafeLoader):
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                here = {"line": token.start_mark.line + 1}
                raise PolicyInvalid([Mistake("$", N_("第 {line} 行：不用 & 和 *"), here)])
        node = yaml.compose(text, yaml.SafeLoader)
        for twice in _repeated(node):
            at = {"line": twice}
            raise PolicyInvalid([Mistake("$", N_("第 {line} 行：同一个词写了两次"), at)])
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = {"line": 1 if mark is None else mark.line + 1}
        raise PolicyInvalid([Mistake("$", N_("第 {line} 行不是 YAML"), where)]) from error


def _repeated(node: Any) -> Iterator[int]:
    """Lines of keys that stand in a mapping already: the first would be dropped in silence."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1
            seen.add(str(key.value))
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _repeated(each)


def digest(text: str) -> str:
    """SHA-256 of a document, to which compliance's word belongs."""
    return hashlib.sha256(text.encode()).hexdigest()


def _is_day(value: object) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _unknown(path: str, given: Mapping[Any, Any], known: tuple[str, ...]) -> list[Mistake]:
    found = []
    for name in given:
        if name not in known:
            near = get_close_matches(str(name), known, 1, 0.5)
            sentence = (
                N_("没有“{name}”这一项") if not near else N_("没有“{name}”这一项，是不是 {near}")
            )
            values = {"name": name, "near": near[0] if near else ""}
            found.append(Mistake(f"{path}.{name}", sentence, values))
    return found


def _rule(path: str, given: object, mistakes: list[Mistake]) -> PolicyRule | None:
    if not isinstance(given, dict):
        mistakes.append(Mistake(path, N_("一条政策要写成几个“名字: 值”"), {}))
        return None
    unknown = _unknown(path, given, RULE_FIELDS)
    for number, tier in enumerate(given.get("tiers") or ()):
        if isinstance(tier, dict):
            unknown += _unknown(f"{path}.tiers[{number}]", tier, TIER_FIELDS)
    mistakes += unknown
    if "member_kind" not in given:
        kinds = {"choices": ", ".join(get_args(MemberKind))}
        mistakes.append(Mistake(f"{path}.member_kind", N_("要写，是其中之一：{choices}"), kinds))
    if unknown or "member_kind" not in given:
        return None
    full = {**_CAUTIOUS, **given}
    if given.get("member_kind") == "consumer" and "training_required" not in given:
        full["training_required"] = False
    if full["basis"] != "percent" and full.get("mode") in ("TRACK_ONLY", "FORBIDDEN"):
        full.setdefault("amount_fen", 0)
    try:
        # Numbers and codes as they are: 30 is no "30".
        rule = msgspec.convert(_plain(full), PolicyRule)
    except msgspec.ValidationError as error:
        mistakes.append(_said_by(error, path))
        return None
    mistakes += _odd(path, rule)
    return rule


def _plain(full: Mapping[str, Any]) -> dict[str, Any]:
    """A region is a code, not a number."""
    given = dict(full)
    if isinstance(given.get("region"), int):
        given["region"] = str(given["region"])
    return given


def _odd(path: str, rule: PolicyRule) -> list[Mistake]:
    """What no single field shows."""
    found = []
    if rule.basis == "percent" and rule.percent_bp is None:
        found.append(Mistake(f"{path}.percent_bp", N_("按比例的要写万分之几"), {}))
    if rule.basis != "percent" and rule.amount_fen is None:
        found.append(Mistake(f"{path}.amount_fen", N_("要写多少分"), {}))
    if rule.tiers:
        tiers = [tier.from_units for tier in rule.tiers]
        if rule.mode == "NON_CASH" or rule.basis == "per_purchase" or not pays(rule):
            found.append(Mistake(f"{path}.tiers", N_("分档只用于按件或按比例付的钱"), {}))
        if tiers != sorted(set(tiers)) or tiers[0] < 2:
            found.append(Mistake(f"{path}.tiers", N_("各档从第 2 件起，由小到大，不重复"), {}))
        if any((t.percent_bp is None) == (t.amount_fen is None) for t in rule.tiers):
            found.append(Mistake(f"{path}.tiers", N_("每档写 amount_fen、percent_bp 之一"), {}))
    return found


def _said_by(error: msgspec.ValidationError, path: str) -> Mistake:
    """In our words: where, and which values are right where they are few."""
    said, _, at = str(error).partition(" - at `")
    place = path + at.rstrip("`").removeprefix("$")
    field = place.rpartition(".")[2]
    choices = {"mode": Mode, "member_kind": MemberKind}.get(field)
    hints = PolicyRule.__annotations__.get(field) if choices is None else choices
    listed = [str(choice) for choice in _choices(hints)]
    if listed:
        return Mistake(place, N_("是其中之一：{choices}"), {"choices": ", ".join(listed)})
    return Mistake(place, N_("这个值不对（{said}）"), {"said": said})


def _choices(hint: Any) -> list[Any]:
    found: list[Any] = []
    for each in get_args(hint):
        if isinstance(each, str):
            found.append(each)
        elif each is not type(None):
            found += _choices(each)
    return found


def written(policy: str, effective_from: date, rules: tuple[PolicyRule, ...]) -> str:
    """A policy as a document, to be changed and read again."""
    plain = {
        "policy": policy,
        "effective_from": effective_from,
        "rules": [msgspec.to_builtins(rule) for rule in rules],
    }
    return str(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=100))
