"""Templates of letters and messages, and what becomes of one for a real person.

They are Jinja2 in a sandbox: they put a few plain values in their place, and may ask whether one is
there. They call nothing, loop over nothing, and reach no object of the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from jinja2 import StrictUndefined, TemplateError, meta, nodes
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


class TemplateInvalid(ValueError):
    """No such template is kept; `language` and `why`: too_long, empty, syntax, unknown, loop."""

    def __init__(self, language: str, why: str, detail: str = "") -> None:
        super().__init__(f"{language}: {why} {detail}")
        self.language, self.why, self.detail = language, why, detail


@dataclass(frozen=True, slots=True)
class Words:
    """What a template says in one language."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A template; every version is kept as it was, as letters that were sent name it."""

    name: str
    version: int
    purpose: Purpose
    texts: Mapping[Language, Words]


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is sent."""

    language: Language
    subject: str
    body: str


def rendered(template: LetterTemplate, language: Language, values: Mapping[str, str]) -> Letter:
    """The letter for somebody; values: each of VALUES."""
    words = template.texts[language]
    return Letter(language, _filled(words.subject, values), _filled(words.body, values))


def named_in(template: LetterTemplate, language: Language) -> frozenset[str]:
    """Which values a letter of the template speaks of."""
    words = template.texts[language]
    trees = (_ENVIRONMENT.parse(text) for text in (words.subject, words.body))
    return frozenset().union(*(meta.find_undeclared_variables(tree) for tree in trees))


def check_template(template: LetterTemplate) -> None:
    """TemplateInvalid unless it can be filled in for everybody, in every language."""
    for language in LANGUAGES:
        words = template.texts.get(language, Words("", ""))
        if not words.subject.strip() or not words.body.strip():
            raise TemplateInvalid(language, "empty")
        if len(words.body) > LONGEST or len(words.subject) > LONGEST_SUBJECT:
            raise TemplateInvalid(language, "too_long")
        for text in (words.subject, words.body):
            _check_text(language, text)


def _check_text(language: str, text: str) -> None:
    try:
        tree = _ENVIRONMENT.parse(text)
        # Before anything else looks at it: what looks at names works out what it can.
        if any(tree.find(kind) is not None for kind in _FORBIDDEN):
            raise TemplateInvalid(language, "loop")
        unknown = meta.find_undeclared_variables(tree) - set(VALUES)
        if unknown:
            raise TemplateInvalid(language, "unknown", ", ".join(sorted(unknown)))
        _filled(text, _EXAMPLE)
    except TemplateError as error:
        raise TemplateInvalid(language, "syntax", str(error)) from error
    except (TypeError, ValueError, ArithmeticError, MemoryError) as error:
        if isinstance(error, TemplateInvalid):
            raise
        raise TemplateInvalid(language, "syntax", str(error)) from error


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _ENVIRONMENT.from_string(text).render(dict(values))
