"""The command's words in traditional Chinese and English; a test holds them complete.

TRANSLATIONS: (zh-TW, en) by the zh-CN original of the code. FROM_BELOW: (zh-CN, zh-TW) by what
the layers below say in English, which stands in JSON as it is.
"""

from streams.wording.translations.accounts import ACCOUNTS
from streams.wording.translations.below import FROM_BELOW as FROM_BELOW
from streams.wording.translations.carrying import CARRYING
from streams.wording.translations.clashes import CLASHES
from streams.wording.translations.codes import CODES
from streams.wording.translations.consents import CONSENTS
from streams.wording.translations.dealers import DEALERS
from streams.wording.translations.help import HELP
from streams.wording.translations.moving import MOVING
from streams.wording.translations.own_copy import OWN_COPY
from streams.wording.translations.rights import RIGHTS
from streams.wording.translations.screens import SCREENS
from streams.wording.translations.troubles import TROUBLES

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
    | CLASHES
)
