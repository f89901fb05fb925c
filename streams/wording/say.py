"""The words of the command: Chinese in the code, translated when it starts.

The settings choose zh-CN (default), zh-TW or en.
"""

from campaigns.wording import catalogues
from campaigns.wording.counting import counted
from campaigns.wording.languages import LANGUAGES, Language
from crm.configuration.environment import SettingInvalid
from crm.configuration.settings import setting
from streams.wording.codes import WORDS


def language() -> Language:
    """The language of the command's words; Chinese where the setting is unknown, and says so."""
    try:
        chosen: Language | None = setting("language")
    except SettingInvalid:
        chosen = None  # Said when the settings are read; until then we must speak some language.
    return chosen or LANGUAGES[0]


def say(sentence: str, **values: object) -> str:
    """The sentence in the chosen language, with its values filled in."""
    return counted(catalogues.translated(sentence, language()).format(**values))


def words(*sentences: str) -> list[str]:
    """Several words, e.g. the headings of a table; an empty one stays empty."""
    return [say(sentence) for sentence in sentences]


def word(group: str, code: str | None) -> str:
    """What a code of a group (streams/wording/codes.py) is called; the code itself when unknown."""
    if code is None:
        return ""
    return catalogues.translated(WORDS[group].get(code, code), language())
