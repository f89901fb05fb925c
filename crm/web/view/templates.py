"""The templates, one environment for each language; where the files of the pages are."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from campaigns.field_labels import field_label
from campaigns.ids import short_number
from campaigns.regions import region_name
from campaigns.times import parse_instant_us, shanghai_day
from campaigns.wording.catalogues import LISTED
from campaigns.wording.counting import counted
from campaigns.wording.days import day_text, month_text, said_day, whole_day_text
from campaigns.wording.languages import LANGUAGE_NAMES, Language
from crm.accounts.roles import ROLES, roles_that_say
from crm.masking import masked_mail, masked_name, masked_number
from crm.money import yuan_text
from crm.web.view import formats, labels
from crm.web.view.code_words import code_word
from crm.web.view.speakers import speaker_word

_HERE = Path(__file__).parents[1]
TEMPLATES_FOLDER = _HERE / "templates"
STATIC_FOLDER = _HERE / "static"


@dataclass(frozen=True)
class Pages:
    """Turns a template and its values into a page."""

    environments: dict[Language, Environment]

    @classmethod
    def load(cls, translations: Mapping[Language, NullTranslations]) -> "Pages":
        """With the words of each language."""
        return cls(
            {language: _environment(language, words) for language, words in translations.items()}
        )

    def render(self, template: str, language: Language, context: Mapping[str, Any]) -> str:
        """The page as text."""
        return counted(self.environments[language].get_template(template).render(context))


_OF_ALL_LANGUAGES = {
    "number": formats.number_text,
    "yuan": yuan_text,
    "clock": formats.clock_text,
    "masked_name": masked_name,
    "masked_phone": masked_number,
    "masked_mail": masked_mail,
    "short_number": short_number,
    "upper_first": formats.upper_first,
    "words_of": formats.words_of,
    "shanghai_day": shanghai_day,
}
"""Filters that say the same in each."""


_MARKS = {"，": ", ", "。": ". ", "：": ": ", "；": "; ", "、": ", ", "（": " (", "）": ")"}
_ANY_MARK = re.compile("[" + "".join(_MARKS) + "]")


class _LatinMarks(Extension):
    """What stands between the texts of a template is punctuated as their language is."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Of the template's own text every mark; of what it joins with, what is marks alone."""
        for token in stream:
            is_mark = token.type == "string" and not _ANY_MARK.sub("", token.value).strip()
            if token.type == "data" or is_mark:
                told = _ANY_MARK.sub(lambda mark: _MARKS[mark[0]], token.value)
                yield Token(token.lineno, token.type, told)
            else:
                yield token


_PUNCTUATION: Mapping[Language, tuple[type[Extension], ...]] = {"en": (_LatinMarks,)}


def _environment(language: Language, words: NullTranslations) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", *_PUNCTUATION.get(language, ())],
    )
    # The extension adds it when it is loaded.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.ugettext, words.ungettext, newstyle=True
    )

    def say(text: str) -> str:
        """A text that stands in a module and not in the template."""
        said: str = words.ugettext(text)
        return said

    environment.globals |= {
        "language": language,
        "language_names": LANGUAGE_NAMES,
        "static": static_url,
        "labels": labels,
        "say": say,
        "label": lambda group, code: say(labels.label(group, code)),
        "labelled": lambda group, codes: [(code, say(labels.label(group, code))) for code in codes],
        "who": lambda names, actor: speaker_word(names, actor, say),
        "who_may_say": lambda type_name: who_may_say(type_name, say),
        "code_word": lambda type_name, field, code: say(code_word(type_name, field, code)),
        "field_label": lambda path: field_label(path, language),
    }
    environment.filters |= _OF_ALL_LANGUAGES | {
        "day": lambda day, today=None: day_text(day, language, today),
        "day_of": lambda at_us, now_us: day_text(
            shanghai_day(at_us), language, shanghai_day(now_us)
        ),
        "whole_day": lambda day: whole_day_text(day, language),
        "month": lambda day: month_text(day, language),
        "said_day": lambda text: said_day(text, language),
        "day_of_time": lambda time, today: day_text(
            shanghai_day(parse_instant_us(time)), language, today
        ),
        "moment": lambda at_us, now_us: formats.moment_text(at_us, language, now_us),
        "duration": lambda seconds: formats.duration_text(seconds, language),
        "pairs": lambda codes: [(code, code) for code in codes],
        "region": lambda code: region_name(code) or code,
        "policy_word": lambda code: say(labels.policy_word(code)),
    }
    return environment


def who_may_say(type_name: str, say: Callable[[str], str]) -> str:
    """The company's roles that may say events of a type, in words: whom a colleague asks."""
    roles = (ROLES[role] for role in roles_that_say(type_name))
    return say(LISTED).join(say(role.word) for role in roles if not role.of_dealer)


def static_url(name: str) -> str:
    """The address of a static file; it changes with the content, so it may be kept for ever."""
    return f"/static/{static_version()}/{name}"


@cache
def static_version() -> str:
    """A digest of all static files: scripts import each other by names beside their own."""
    digest = hashlib.sha256()
    for file in sorted(STATIC_FOLDER.iterdir()):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:10]
