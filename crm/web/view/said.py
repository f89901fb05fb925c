"""A receipt: what a form said, what became of it, under which number it is found again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from campaigns.ids import short_number
from campaigns.sentences import outcome_sentence
from campaigns.wording.languages import Language
from crm.accounts.people import Account
from crm.copies.queries import dealer_names
from crm.entries.own_events import OwnEvent, Spoken, own_events
from crm.entries.queries import names_at
from crm.masking import masked_name
from crm.outcomes.voids import NEVER_VOIDED
from crm.web.view.event_view import address_of

VOIDED = "event.voided"
_MOST_SHOWN = 30
_WRONG = ("rejected", "failed")


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One event of a receipt; sentence: empty while it is not recorded yet.

    who: the person it is about, masked, for whom may see people, with the number of the card where
    several of one person are meant. value: the code that was chosen,
    such as how a call went. activity: the page of the activity that was planned, once it stands.
    """

    type: str
    outcome: str
    sentence: str
    source: str
    id: str
    may_take_back: bool
    of: Spoken
    who: str = ""
    value: str = ""
    activity: str = ""

    @property
    def address(self) -> str:
        """The page of the event."""
        return address_of(self.source, self.id)


@dataclass(frozen=True, slots=True)
class Said:
    """One receipt. number: eight characters, the same on paper, phone, archive and event page.

    dealers: names of those whom its lines name.
    """

    number: str
    lines: tuple[SaidLine, ...]
    dealers: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[SaidLine, ...]:
        """The lines that a page lists, those that did not come into the archive first."""
        wrong = [line for line in self.lines if line.outcome in _WRONG]
        others = [line for line in self.lines if line.outcome not in _WRONG]
        return (*wrong, *others)[:_MOST_SHOWN] if len(self.lines) > _MOST_SHOWN else self.lines

    @property
    def is_pending(self) -> bool:
        """Whether something is not recorded yet."""
        return not self.lines or any(line.outcome == "accepted" for line in self.lines)

    @property
    def is_wrong(self) -> bool:
        """Whether something was not taken into the archive after all."""
        return any(line.outcome in _WRONG for line in self.lines)


def receipt_number(form_id: str) -> str:
    """The number of what a form said; of an event's id likewise."""
    return form_id[:8].upper()


def said_of(connection: Connection, account: Account, form_id: str, language: Language) -> Said:
    """The receipt of a form that the account sent and that is durable."""
    events = own_events(connection, account.source, form_id)
    sees = account.scope.may("people")
    names = names_at(connection, {event.subject for event in events}) if sees else {}
    cards = {(event.status.type, event.subject) for event in events if event.subject in names}
    alike = Counter((type_name, names[subject]) for type_name, subject in cards)

    def who(event: OwnEvent) -> str:
        name = names.get(event.subject)
        if not name:
            return ""
        # Said of several cards of one person the lines would read the same.
        several = alike[event.status.type, name] > 1
        card = f" {short_number(event.subject.partition('/')[2])}" if several else ""
        return masked_name(name) + card

    lines = tuple(_line(event, account, language, who(event)) for event in events)
    dealers = dealer_names(connection) if any(line.of.dealer for line in lines) else {}
    return Said(receipt_number(form_id), lines, dealers)


def _line(event: OwnEvent, account: Account, language: Language, who: str) -> SaidLine:
    status = event.status
    detail = status.reason if status.outcome == "rejected" else status.waiting_for
    is_open = status.outcome == "accepted"
    stands = status.type == "activity.planned" and status.outcome == "recorded"
    return SaidLine(
        status.type,
        status.outcome,
        "" if is_open else outcome_sentence(status.outcome, detail, language),
        status.source,
        status.id,
        may_take_back=account.may_say(VOIDED)
        and status.type not in NEVER_VOIDED
        and status.outcome in ("recorded", "waiting"),
        of=event.of,
        who=who,
        value=event.value,
        activity=f"/activities/{event.activity_id}" if stands else "",
    )
