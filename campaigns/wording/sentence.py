"""Sentences that are still to be said: a marked text with its values, and errors that hold one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from campaigns.wording.catalogues import translated
from campaigns.wording.languages import Language


@dataclass(frozen=True, slots=True)
class Sentence:
    """A marked text and what is to be filled in, until somebody's language is known."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: Language) -> str:
        """In a language."""
        return translated(self.text, language, **self.values)


class SaidError(Exception):
    """An error that says itself in every language; in English where no person reads it."""

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text, values)
        self.sentence = Sentence(text, values)

    def __str__(self) -> str:
        return self.sentence.said("en")

    def said(self, language: Language) -> str:
        """In a language."""
        return self.sentence.said(language)
