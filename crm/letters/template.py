"""Templates of letters and messages, and what becomes of one for a real person.

They are Jinja2 in a sandbox: they put a few plain values in their place, and may ask whether one is
there. They call nothing, loop over nothing, and reach no object of the program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaigns.wording.languages import LANGUAGES, Language

Purpose = Literal["service", "marketing", "club"]
"""service: what a trial or purchase asks for; the others need the consent of the same name."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
VALUES = (
    *("name", "sex", "company", "contact", "today", "sku", "started_on"),
    *("activity", "when", "place", "host"),
)
"""What a template may name. name: in full; sex: female, male or empty; company, contact: who keeps
the archive; today, started_on: days; sku, started_on: of the latest trial, empty without one.
activity, when, place, host: title, time, place and holder of the activity to which its reader is
invited, empty where it is about none."""
NAMES: Mapping[Language, Mapping[str, str]] = {
    "zh-CN": {
        **{"name": "姓名", "sex": "性别", "company": "公司", "contact": "联系方式"},
        **{"today": "今天", "sku": "产品", "started_on": "开始试用那天"},
        **{"activity": "活动", "when": "时间", "place": "地点", "host": "主办"},
    },
    "zh-TW": {
        **{"name": "姓名", "sex": "性別", "company": "公司", "contact": "聯絡方式"},
        **{"today": "今天", "sku": "產品", "started_on": "開始試用那天"},
        **{"activity": "活動", "when": "時間", "place": "地點", "host": "主辦"},
    },
    "en": {each: each for each in VALUES},
}
"""How each of VALUES may be named in a template, whatever language that is written in."""
_VALUE_OF = {name: value for names in NAMES.values() for value, name in names.items()}
_SEXES = {"female": "女", "male": "男"}
"""What stands where a template says 性别; one that asks for `sex` compares it with the code."""
LONGEST = 4_000
LONGEST_SUBJECT = 200
_FORBIDDEN: tuple[type[nodes.Node], ...] = (
    *(nodes.For, nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends, nodes.Macro),
    *(nodes.Call, nodes.Filter, nodes.Getattr, nodes.Getitem, nodes.Mul, nodes.Pow),
)
"""What could go on for ever, grow without end or look into an object; a letter needs none of it."""
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, optimized=False
)
_EXAMPLE = dict.fromkeys(VALUES, "例")


Part = Literal["subject", "body"]
Why = Literal["nothing", "empty", "too_long", "syntax", "unknown", "loop"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one text of a template; detail: the names that are not known."""

    language: Language
    part: Part
    why: Why
    detail: str = ""


class TemplateInvalid(ValueError):
    """No such template is kept; `faults` are all that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{each.language} {each.part}: {each.why}" for each in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Words:
    """What a template says in one language."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A template; every version is kept as it was, as letters that were sent name it.

    texts: in the languages in which it is written, one at least.
    """

    name: str
    version: int
    purpose: Purpose
    texts: Mapping[Language, Words]

    def spoken(self, wanted: Language) -> Language:
        """The language in which it can be sent: the wanted one, or else the first that there is."""
        return next(each for each in (wanted, *LANGUAGES) if each in self.texts)

    def words(self, wanted: Language) -> Words:
        """What it says, in the wanted language or in one that there is."""
        return self.texts[self.spoken(wanted)]


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is sent; to: the lines of the postal address, for a letter on paper."""

    language: Language
    subject: str
    body: str
    to: tuple[str, ...] = ()


def rendered(template: LetterTemplate, language: Language, values: Mapping[str, str]) -> Letter:
    """The letter for somebody; values: each of VALUES."""
    words = template.texts[language]
    return Letter(language, _filled(words.subject, values), _filled(words.body, values))


def named_in(template: LetterTemplate, language: Language) -> frozenset[str]:
    """Which values a letter of the template speaks of."""
    words = template.texts[language]
    named = _named_in(words.subject) | _named_in(words.body)
    return frozenset(_VALUE_OF[name] for name in named if name in _VALUE_OF)


def written_in(texts: Mapping[Language, Words]) -> dict[Language, Words]:
    """Without the languages in which nothing is written."""
    return {
        language: texts[language]
        for language in LANGUAGES
        if language in texts and (texts[language].subject + texts[language].body).strip()
    }


def check_template(template: LetterTemplate) -> None:
    """TemplateInvalid unless it can be filled in for everybody, in each language it has."""
    faults = faults_of(template)
    if faults:
        raise TemplateInvalid(faults)


def faults_of(template: LetterTemplate) -> list[Fault]:
    """All that is wrong with it, one for each text.

    It need not be written in every language; what is written in one has a subject and a body.
    """
    written = written_in(template.texts)
    if not written:
        return [Fault(LANGUAGES[0], "subject", "nothing")]
    return [
        Fault(language, part, *found)
        for language, words in written.items()
        for part, text, most in _parts(words)
        if (found := _fault_of(text, most)) is not None
    ]


def _parts(words: Words) -> tuple[tuple[Part, str, int], ...]:
    return ("subject", words.subject, LONGEST_SUBJECT), ("body", words.body, LONGEST)


def _fault_of(text: str, most: int) -> tuple[Why, str] | None:
    """What is wrong with a text that is to be filled in, and the names that are not known."""
    if not text.strip():
        return "empty", ""
    if len(text) > most:
        return "too_long", ""
    try:
        tree = _ENVIRONMENT.parse(text)
        # Before anything else looks at it: what looks at names works out what it can.
        if any(tree.find(kind) is not None for kind in _FORBIDDEN):
            return "loop", ""
        unknown = meta.find_undeclared_variables(tree) - _VALUE_OF.keys()
        if unknown:
            return "unknown", ", ".join(sorted(unknown))
        _filled(text, _EXAMPLE)
    except (TemplateError, TypeError, ValueError, ArithmeticError, MemoryError):
        return "syntax", ""
    return None


def _filled(text: str, values: Mapping[str, str]) -> str:
    named = {name: values[value] for name, value in _VALUE_OF.items()}
    for name in ("性别", "性別"):
        named[name] = _SEXES.get(values["sex"], values["sex"])
    return _read(text).render(named)


# A template is filled in for hundreds in a row, and to read it takes longer than to fill it in.
@lru_cache(maxsize=64)
def _read(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


@lru_cache(maxsize=64)
def _named_in(text: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(text)))
