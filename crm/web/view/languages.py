"""Which language a request wants, and the words of the templates.

The catalogues are read once, when the program starts.
"""

from babel.support import NullTranslations

from campaigns.wording.catalogues import translated
from campaigns.wording.languages import DEFAULT_LANGUAGE, LANGUAGES, Language, language_named

_LARGEST_HEADER = 500


class Words(NullTranslations):
    """The words of one language, as Jinja asks for them."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language = language

    def gettext(self, message: str) -> str:
        """The text in this language."""
        return translated(message, self.language)

    ugettext = gettext


def load_translations() -> dict[Language, NullTranslations]:
    """The words of every language."""
    return {language: Words(language) for language in LANGUAGES}


def wanted_language(accept_language: str | None) -> Language:
    """What an Accept-Language header (RFC 9110, 12.5.4) asks for first of what there is."""
    choices: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accept_language or "")[:_LARGEST_HEADER].split(",")):
        tag, _, parameter = part.partition(";")
        language = language_named(tag)
        if language is not None:
            choices.append((-_quality(parameter), place, language))
    best = min(choices, default=None)
    return DEFAULT_LANGUAGE if best is None or best[0] == 0 else best[2]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
