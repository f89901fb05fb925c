"""Languages of pages and sentences: which one is wanted, and its words.

The texts of the pages are written in simplified Chinese; the catalogues in `translations/` are
complete (a test compares) and are read once, when the program starts.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from campaigns.field_labels import LANGUAGES, Language

DEFAULT_LANGUAGE: Language = "zh-CN"
FOLDER = Path(__file__).parents[1] / "translations"

_TRADITIONAL = {"zh-tw", "zh-hk", "zh-mo", "zh-hant"}
_LARGEST_HEADER = 500


def catalogue_file(language: Language) -> Path:
    """The catalogue of a language other than the default."""
    return FOLDER / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"


def load_translations() -> dict[Language, NullTranslations]:
    """The words of every language."""
    loaded: dict[Language, NullTranslations] = {DEFAULT_LANGUAGE: NullTranslations()}
    for language in LANGUAGES:
        if language != DEFAULT_LANGUAGE:
            compiled = BytesIO()
            with catalogue_file(language).open("rb") as file:
                write_mo(compiled, read_po(file))
            compiled.seek(0)
            loaded[language] = Translations(compiled)
    return loaded


def language_named(text: str) -> Language | None:
    """The language that a tag such as `zh-Hant-HK` or `en-GB` asks for."""
    tag = text.strip().lower().replace("_", "-")
    if tag == "en" or tag.startswith("en-"):
        return "en"
    if any(tag == name or tag.startswith(f"{name}-") for name in _TRADITIONAL):
        return "zh-TW"
    return "zh-CN" if tag == "zh" or tag.startswith("zh-") else None


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
