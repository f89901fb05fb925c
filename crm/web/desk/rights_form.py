"""The form of what a person asks for under their rights: what is typed becomes what is entered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from crm.rights.queries import open_alike
from crm.rights.register import Asked, Clerk, id_of
from crm.rights.request import ASKERS, CHANNELS, IN_FUTURE, KINDS, Request, RequestRefused
from crm.storage.database import reading
from crm.web.desk.acts import FORM_ID
from crm.web.guards.visit import Posting, Visit
from crm.web.view.labels import label

LONGEST_TEXT = 4_000
_CHOOSE = N_("这一项还没有选。请选一项再提交。")
_CHOOSE_OF = N_("“%(field)s”还没有选。")
_BAD_DAY = N_("日期看不懂。请从日历里选一天。")
_CHOSEN = {
    "kind": (N_("要求什么"), KINDS),
    "asked_by": (N_("谁提出的"), ASKERS),
    "channel": (N_("怎样提出的"), CHANNELS),
}
"""By field how the form calls it, and what may be chosen."""
_SAME = N_(
    "“%(kind)s”之前已记过：%(day)s 收到，还在办，最迟 %(due)s 答复。同一件事，没有再记一条。"
)
_ALIKE = N_(
    "“%(kind)s”之前已记过：%(day)s 收到，还在办，最迟 %(due)s 答复。"
    "同一件事不用再记；这次要的不一样，才另记一条。"
)
Chosen = TypeVar("Chosen", bound=str)


def asked_in(posting: Posting, name: str) -> Asked:
    """What a form says that somebody asks for; RequestRefused, of all fields that are wrong."""
    wrong = [name for name, (_, codes) in _CHOSEN.items() if posting.text(name, 32) not in codes]
    if wrong:
        raise RequestRefused(" ".join(wrong))
    return Asked(
        name,
        choice_of(posting, "kind", KINDS),
        choice_of(posting, "asked_by", ASKERS),
        choice_of(posting, "channel", CHANNELS),
        _day(posting.text("received_on", 10)),
        posting.text("text", LONGEST_TEXT) or None,
        form_id_in(posting),
    )


def faults_of(visit: Visit, refused: str) -> Iterator[tuple[str, str]]:
    """Each field that was refused, with what is said beside it."""
    for name in refused.split():
        if name in _CHOSEN:
            yield name, visit.say(_CHOOSE_OF) % {"field": visit.say(_CHOSEN[name][0])}
        else:
            yield name, visit.say(_BAD_DAY if name == "received_on" else _CHOOSE)


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """A request that says what an open one of the person says already; is_same: and no more."""

    before: Request
    is_same: bool

    def said(self, visit: Visit) -> str:
        """What whoever enters it is told."""
        today = shanghai_day(visit.site.now_us())
        days = (self.before.received_on, self.before.due_on)
        received, due = (day_text(day, visit.language, today) for day in days)
        kind = visit.say(label("rights_kind", self.before.kind))
        sentence = visit.say(_SAME if self.is_same else _ALIKE)
        return sentence % {"kind": kind, "day": received, "due": due}


def asked_before(visit: Visit, asked: Asked, card_id: str) -> AskedBefore | None:
    """What the person asked for before and waits for, of which this is said once more.

    None of a second tap on one form, which enters nothing by itself.
    """
    clerk = Clerk(visit.scope, visit.account.actor, visit.site.now_us())
    if asked.received_on > shanghai_day(clerk.now_us):
        raise RequestRefused(IN_FUTURE)
    with reading(visit.site.engine) as connection:
        found = open_alike(visit.scope, connection, visit.site.keyring, card_id, asked.kind)
    if any(id_of(clerk, each.card_id, asked) == each.request_id for each in found):
        return None
    for before in found:
        if _says_no_more(asked, before):
            return AskedBefore(before, is_same=True)
    return AskedBefore(found[0], is_same=False) if found else None


def _says_no_more(asked: Asked, before: Request) -> bool:
    """Whether it is of the same person, with no word that is not known, and makes no clock run
    from an earlier day."""
    if asked.received_on < before.received_on or asked.asked_by != before.asked_by:
        return False
    return asked.text is None or asked.text == before.text


def choice_of(posting: Posting, field: str, choices: tuple[Chosen, ...]) -> Chosen:
    """One of some codes; RequestRefused where none was chosen."""
    for choice in choices:
        if choice == posting.text(field, 32):
            return choice
    raise RequestRefused(field)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestRefused("received_on") from error


def form_id_in(posting: Posting) -> str | None:
    """The number of a form, by which a second tap is known; None where it has none."""
    form_id = posting.text("form_id", 36)
    return form_id if FORM_ID.fullmatch(form_id) else None
