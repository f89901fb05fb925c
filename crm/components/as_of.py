"""The history folded anew for an instant: what held at T, or what was known at T.

The same pure evaluation as the recording, over the journal instead of the stored rows. `at` takes
the events that are effective up to T as known today (what is voided now never happened, who is
erased now has nothing personal), as if every day up to T had been reached. `known_at` takes the
events that were received up to T.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from campaigns.identifiers import mobile_e164
from campaigns.times import shanghai_day
from crm.components.evaluation import Evaluation
from crm.components.event_filter import EVERYTHING, EventFilter
from crm.components.histories import in_order
from crm.components.index import close
from crm.components.index_keys import (
    PERSONAL,
    Digest,
    keyed_digest,
    keys_of_subject,
    kind_of,
    phone_key,
    phones_written,
)
from crm.identity.matching import CARDS_ON_A_PHONE_MAX
from crm.identity.weights import Weights
from crm.journal.dead_letters import dead_positions
from crm.journal.events import JOURNAL, decode, rows_of_subjects, subjects_with_prefix
from crm.journal.logged_event import LoggedEvent
from crm.journal.progress import load_progress
from crm.keyring.keyring import Keyring
from crm.outcomes.cards import known_cards
from crm.outcomes.matching import judge_matching, weights_in_force
from crm.outcomes.parties import Thing
from crm.outcomes.shared import (
    Activity,
    ContractFact,
    EvaluationContext,
    Member,
    judge_activity,
    judge_contracts,
    judge_day,
    judge_member,
    judge_policies,
)
from crm.outcomes.voids import Outcomes


@dataclass
class Past:
    """Histories by subject, and the facts of shared things that follow from them."""

    histories: dict[str, list[LoggedEvent]]
    erased_later: frozenset[str] = frozenset()
    """Subjects of which nothing personal is left, though they were erased afterwards."""
    _activities: dict[str, Activity | None] = field(default_factory=dict)
    _members: dict[str, Member | None] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Sequence[LoggedEvent], keep: EventFilter = EVERYTHING) -> "Past":
        """From events in any order."""
        histories: dict[str, list[LoggedEvent]] = {}
        for event in in_order(keep.of(events)):
            histories.setdefault(event.subject, []).append(event)
        return cls(histories, keep.erased_later(events))

    def activity(self, activity_id: str) -> Activity | None:
        """The activity, None while it is not known."""
        if activity_id not in self._activities:
            events = self.histories.get(f"activity/{activity_id}", [])
            self._activities[activity_id] = judge_activity(events)[1]
        return self._activities[activity_id]

    def member(self, code: str) -> Member | None:
        """The member, None while it is not known."""
        if code not in self._members:
            events = self.histories.get(f"member/{code}", [])
            self._members[code] = judge_member(events, self._finds)[1]
        return self._members[code]

    def contracts(self) -> tuple[ContractFact, ...]:
        """Every recorded contract."""
        return judge_contracts(self._of_kind("dealer"))[1]

    def policies(self) -> tuple[LoggedEvent, ...]:
        """Every recorded policy."""
        return judge_policies(self._of_kind("policy"))[1]

    def matching(self) -> tuple[LoggedEvent, ...]:
        """Every recorded document of weights."""
        return judge_matching(self._of_kind("matching"))[1]

    def shared_outcomes(self) -> Iterator[tuple[list[LoggedEvent], Outcomes]]:
        """The events of what many people share, thing by thing, and what became of them."""
        for subject, events in self.histories.items():
            kind = kind_of(subject)
            if kind == "activity":
                yield events, judge_activity(events)[0]
            elif kind == "member":
                yield events, judge_member(events, self._finds)[0]
            elif kind == "day":
                yield events, judge_day(events)
        contracts, policies = self._of_kind("dealer"), self._of_kind("policy")
        yield contracts, judge_contracts(contracts)[0]
        yield policies, judge_policies(policies)[0]
        matching = self._of_kind("matching")
        yield matching, judge_matching(matching)[0]

    def evaluate(self, at_us: int, is_crowded: Callable[[str], bool]) -> Evaluation:
        """All cards and rewards together, with every day up to the instant reached."""
        context = EvaluationContext(
            self.activity,
            self.member,
            self.contracts(),
            self.policies(),
            shanghai_day(at_us),
            is_crowded,
            weights_in_force(self.matching()),
            erased_later=self.erased_later,
        )
        return Evaluation.of(self._of_kind("card", "reward"), context, at_us)

    def _of_kind(self, *kinds: str) -> list[LoggedEvent]:
        return in_order(
            event
            for subject, events in self.histories.items()
            if kind_of(subject) in kinds
            for event in events
        )

    def _finds(self, kind: str, name: str) -> Thing | None:
        if kind == "activity":
            return self.activity(name)
        context = EvaluationContext(self.activity, lambda _: None)
        return known_cards(self.histories.get(f"card/{name}", []), context).get(name)


def whole_past(
    connection: Connection, keyring: Keyring, at_us: int, keep: EventFilter
) -> Evaluation:
    """Everything that is recorded, folded for the instant."""
    return past_and_present(connection, keyring, at_us, keep)[1]


def past_and_present(
    connection: Connection, keyring: Keyring, at_us: int, keep: EventFilter
) -> tuple[Past, Evaluation]:
    """Everything that is recorded: the histories, and what they come to at the instant."""
    past = Past.of(recorded_events(connection, keyring), keep)
    return past, past.evaluate(at_us, _crowded_in(past.histories))


def past_of_subjects(
    connection: Connection,
    keyring: Keyring,
    subjects: Iterable[str],
    at_us: int,
    keep: EventFilter,
    imagined: Sequence[LoggedEvent] = (),
) -> Evaluation:
    """The components of some subjects, folded for the instant.

    `imagined` are events of these subjects that nobody has said: as if they were recorded too.
    """
    closure = close(connection, subjects, {})
    digest = keyed_digest(keyring.secret("ties"))
    wanted = {subject for component in closure.components for subject in component}
    events = recorded_events(connection, keyring, sorted(wanted))
    shared = {h for event in (*events, *imagined) for h in _shared_subjects(event, digest)}
    cards = {
        f"card/{card_id}"
        for event in recorded_events(connection, keyring, sorted(shared))
        if (card_id := getattr(event.data, "card_id", None))
    }
    others = (shared | cards) - wanted
    around = recorded_events(connection, keyring, sorted(others))
    # Whether a member's own card is known may hang on the activity at which it was written.
    further = {subject for event in around for subject in _shared_subjects(event, digest)} - others
    further = {subject for subject in further if kind_of(subject) == "activity"}
    around += recorded_events(connection, keyring, sorted(further))
    around += _of_kinds(connection, keyring, "dealer/", "policy/", "matching/")
    past = Past.of((*events, *around, *imagined), keep)
    for subject in cards - wanted:
        # Only whether these cards are known matters; their people are not asked for.
        past.histories[subject] = [
            event
            for event in past.histories.get(subject, [])
            if event.type_name in ("card.registered", "card.erased", "event.voided")
        ]
    own = {h: e for h, e in past.histories.items() if h not in cards - wanted}
    evaluated = Past(own, past.erased_later)
    evaluated._members = {
        subject.partition("/")[2]: past.member(subject.partition("/")[2])
        for subject in shared
        if kind_of(subject) == "member"
    }

    def is_crowded(raw: str) -> bool:
        phone = mobile_e164(raw)
        return phone is not None and phone_key(phone, digest) in closure.crowded

    return evaluated.evaluate(at_us, is_crowded)


def recorded_events(
    connection: Connection, keyring: Keyring, subjects: Sequence[str] | None = None
) -> list[LoggedEvent]:
    """The recorded events, of some subjects or of all."""
    up_to = load_progress(connection, "embedded").position
    if subjects is None:
        rows = connection.execute(select(JOURNAL).where(JOURNAL.c.position <= up_to)).all()
    else:
        rows = rows_of_subjects(connection, subjects, up_to)
    left_out = dead_positions(connection)
    return decode([row for row in rows if row.position not in left_out], keyring)


def weights_now(connection: Connection, keyring: Keyring) -> Weights | None:
    """The weights in force; None: the deterministic rule alone."""
    return weights_in_force(published_weights(connection, keyring))


def published_weights(connection: Connection, keyring: Keyring) -> tuple[LoggedEvent, ...]:
    """Every recorded document of weights."""
    return judge_matching(in_order(_of_kinds(connection, keyring, "matching/")))[1]


def _of_kinds(connection: Connection, keyring: Keyring, *prefixes: str) -> list[LoggedEvent]:
    subjects = [
        subject for prefix in prefixes for subject in subjects_with_prefix(connection, prefix)
    ]
    return recorded_events(connection, keyring, subjects)


def _shared_subjects(event: LoggedEvent, digest: Digest) -> set[str]:
    keys = keys_of_subject(event.subject, [event], digest)
    return {key for key in keys if kind_of(key) in ("activity", "member")}


def _crowded_in(histories: Mapping[str, Sequence[LoggedEvent]]) -> Callable[[str], bool]:
    """Phones that were ever written on more cards than prove anything."""
    cards: Counter[str] = Counter()
    for history in histories.values():
        cards.update(phones_written([event for event in history if event.type_name in PERSONAL]))
    crowded = {phone for phone, on_it in cards.items() if on_it > CARDS_ON_A_PHONE_MAX}
    return lambda raw: mobile_e164(raw) in crowded
