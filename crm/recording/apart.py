"""Who of a long journal can be recorded apart from all others, and who goes by the journal's order.

Whatever is derived of a component hangs on its own events and on shared things alone. Of one that
never comes to claims nothing tells in which order its events were recorded, so it may be looked at
once, as it stands at the end. The ledger tells of every step: whoever may have claims is recorded
in turn, and so is whoever a member is, since the member waits for the card. All who are on a phone
belong together here, even where it is on so many cards that it ties nobody.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from crm.components.fold import may_have_claims
from crm.components.index import Groups
from crm.components.index_keys import JOINING, Digest, keys_of_event, keys_of_subject, kind_of
from crm.journal.events import JournalRow
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.days import counts_from_us

_TELLING = frozenset({"purchase.made", "referral.made", "reward.paid"})
"""By these claims begin."""


@dataclass(frozen=True, slots=True)
class Division:
    """Who is recorded how; subjects of cards and rewards, in slices of whole components.

    apart: who leaves no trace of an order. claiming: who may come to claims, or is waited for by a
    member. named: the cards that members name. first_position: of the first event of any of them.
    first_us: the first instant from which on one of their events asks for days.
    """

    apart: Sequence[Sequence[str]]
    claiming: Sequence[Sequence[str]]
    named: frozenset[str]
    first_position: int
    first_us: int | None


@dataclass
class Divider:
    """Finds who belongs together; told one event after the other.

    weighed: whether weights were ever in force.
    """

    digest: Digest
    weighed: bool
    first_position: int = 0
    first_us: int | None = None
    _groups: Groups = field(default_factory=Groups)
    _events: dict[str, int] = field(default_factory=dict)
    _telling: dict[str, Set[str]] = field(default_factory=dict)
    _first_at: dict[int, str] = field(default_factory=dict)
    """Hash of a key → the subject that spoke of it first: two keys of one hash join too many."""
    _first: dict[str, int] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)

    def add(self, row: JournalRow) -> None:
        """A row of a card, or of a reward; they come in the order of the journal."""
        subject, first_us = row.subject, counts_from_us(row.starts_us, row.received_us)
        if subject not in self._events:
            self._groups.add(subject)
            self._events[subject] = 0
            self._first[subject] = row.position
            self.first_position = self.first_position or row.position
        self._events[subject] += 1
        if row.type in _TELLING:
            self._telling[subject] = self._telling.get(subject, frozenset()) | {row.type}
        if self.first_us is None or first_us < self.first_us:
            self.first_us = first_us

    def add_named(self, event: LoggedEvent) -> None:
        """An event that may name what joins cards."""
        self._tie(event.subject, keys_of_event(event))

    def add_personal(self, subject: str, events: Sequence[LoggedEvent]) -> None:
        """Events of a card in which something personal may stand; of several each, and all."""
        self._tie(subject, keys_of_subject(subject, events, self.digest, weighed=self.weighed))

    def add_member(self, events: Iterable[LoggedEvent]) -> None:
        """All events of a member: whose card is named there may be waited for."""
        for event in events:
            self._named.update(key for key in keys_of_event(event) if kind_of(key) == "card")

    def _tie(self, subject: str, keys: Iterable[str]) -> None:
        for key in keys:
            kind = kind_of(key)
            if kind not in JOINING or key == subject:
                continue
            first = self._first_at.setdefault(hash(key), subject)
            if first != subject:
                self._groups.join((first, subject))
            if kind == "card":
                self._groups.join((subject, key))

    def division(self, events_together: int) -> Division:
        """Everybody, the slices of about so many events."""
        claiming: list[list[str]] = []
        apart: list[list[str]] = []
        for component in self._groups.components():
            subjects = sorted(component & self._events.keys())
            if subjects:
                (claiming if self._goes_in_turn(subjects) else apart).append(subjects)
        return Division(
            self._sliced(apart, events_together),
            self._sliced(claiming, events_together),
            frozenset(self._named),
            self.first_position,
            self.first_us,
        )

    def _goes_in_turn(self, subjects: Sequence[str]) -> bool:
        if any(kind_of(subject) == "reward" or subject in self._named for subject in subjects):
            return True
        types = [self._telling[subject] for subject in subjects if subject in self._telling]
        return may_have_claims(frozenset().union(*types))

    def _sliced(self, components: list[list[str]], together: int) -> list[list[str]]:
        """As they came, so that what is read and written together stands together."""
        slices: list[list[str]] = []
        events = together
        for subjects in sorted(
            components, key=lambda subjects: min(self._first[h] for h in subjects)
        ):
            if events >= together:
                slices.append([])
                events = 0
            slices[-1] += subjects
            events += sum(self._events[subject] for subject in subjects)
        return slices
