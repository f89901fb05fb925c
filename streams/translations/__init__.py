"""The command's words in traditional Chinese and English; a test holds them complete.

TRANSLATIONS: (zh-TW, en) by the zh-CN original of the code. FROM_BELOW: (zh-CN, zh-TW) by what
the layers below say in English, which stands in JSON as it is.
"""

from streams.translations.accounts import ACCOUNTS
from streams.translations.below import FROM_BELOW as FROM_BELOW
from streams.translations.carrying import CARRYING
from streams.translations.codes import CODES
from streams.translations.consents import CONSENTS
from streams.translations.dealers import DEALERS
from streams.translations.help import HELP
from streams.translations.moving import MOVING
from streams.translations.own_copy import OWN_COPY
from streams.translations.rights import RIGHTS
from streams.translations.screens import SCREENS
from streams.translations.troubles import TROUBLES

TRANSLATIONS: dict[str, tuple[str, str]] = (
    HELP
    | SCREENS
    | TROUBLES
    | CODES
    | CARRYING
    | ACCOUNTS
    | MOVING
    | CONSENTS
    | RIGHTS
    | DEALERS
    | OWN_COPY
)
