"""Who said something, in words: an account by its name, a sheet or a system by whose it is."""

import re
from collections.abc import Callable, Mapping

from campaigns.wording.catalogues import N_

_SHEET = re.compile(r"/sheets/([A-Za-z0-9_.-]+)(?:/.*)?")
_SYSTEM = re.compile(r"/dealers/([A-Za-z0-9_.-]+)(?:/.*)?")
_PHONE = re.compile(r"/phones/([A-Za-z0-9_.-]+)")
_COMPANY = re.compile(r"/hq/([A-Za-z0-9_.-]+)(?:/.*)?")
_COMMAND = "command/"
_OF_A_SHEET = N_("%(dealer)s 的签到表")
_OF_A_SYSTEM = N_("%(dealer)s 的系统")
_OF_THE_COMPANY = N_("公司的系统（%(what)s）")
_BY_COMMAND = N_("%(who)s（命令行）")


def dealer_of_source(source: str) -> str | None:
    """The dealer whose sheet or system a source is; None of every other."""
    found = _SHEET.fullmatch(source) or _SYSTEM.fullmatch(source)
    return found[1] if found else None


def speaker_word(names: Mapping[str, str], actor: str | None, say: Callable[[str], str]) -> str:
    """What an actor or a source is called; one of which nothing is known as it stands, and nobody
    not at all."""
    if not actor:
        return ""
    if actor in names:
        return names[actor]
    if found := _SHEET.fullmatch(actor):
        return say(_OF_A_SHEET) % {"dealer": names.get(found[1], found[1])}
    if found := _SYSTEM.fullmatch(actor):
        return say(_OF_A_SYSTEM) % {"dealer": names.get(found[1], found[1])}
    if found := _PHONE.fullmatch(actor):
        return names.get(found[1], found[1])
    if found := _COMPANY.fullmatch(actor):
        return say(_OF_THE_COMPANY) % {"what": found[1]}
    if actor.startswith(_COMMAND):
        return say(_BY_COMMAND) % {"who": actor.removeprefix(_COMMAND)}
    return actor
