"""Who runs the command: what is kept with what it says."""

import os
import pwd
from dataclasses import replace

from campaigns.intake import HEADQUARTERS, Credential


def login_name() -> str:
    """The login name by the system's own list: no variable of the environment changes it."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def command_credential(*, history: bool = False) -> Credential:
    """The command speaks for headquarters, as the person who runs it.

    Of history it is not known who logged it: the actor of each event is its source.
    """
    return HEADQUARTERS if history else replace(HEADQUARTERS, actor=f"command/{login_name()}")
