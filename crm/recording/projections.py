"""The projections of evaluated components: one line each. A new view is one more line here."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from campaigns.ids import person_id
from crm.archives.projection import conflict_rows
from crm.archives.tables import CONFLICT
from crm.components.evaluation import Evaluation
from crm.components.index_keys import Digest, keyed_digest
from crm.components.moment import anything_expired
from crm.consents.consents import is_allowed, restricted
from crm.consents.gathering import CONSENT_TYPES, HISTORY_TYPES
from crm.copies.projection import copy_table_rows, territories_at, wake_day_rows
from crm.copies.row_keys import row_keys
from crm.copies.tables import COPY_ROW, WAKE_DAY
from crm.follow_ups.projection import follow_up_rows
from crm.follow_ups.tables import FOLLOW_UP
from crm.keyring.keyring import Keyring
from crm.outcomes.projection import outcome_rows
from crm.outcomes.tables import OUTCOME
from crm.people.projection import card_rows, link_rows, pair_rows, person_rows
from crm.people.tables import CARD, LINK, PAIR, PERSON


@dataclass(frozen=True, slots=True)
class RowHashes:
    """What projections need besides facts: keyed hashes of the installation."""

    copy_row: Callable[[str, str], str]
    personal: Digest

    @classmethod
    def of(cls, keyring: Keyring) -> "RowHashes":
        """Those of an installation."""
        return cls(row_keys(keyring.secret("copies")), keyed_digest(keyring.secret("ties")))


@dataclass(frozen=True, slots=True)
class Owner:
    """By what the rows that subjects own are found: a column, and what stands in it of each.

    Where the key of a row follows from its subject, no index of subjects is kept beside it.
    """

    column: str
    of: Callable[[Iterable[str]], Sequence[str]]


_SUBJECT = Owner("subject", tuple)
_CARD = Owner("card_id", lambda subjects: tuple(_cards(subjects)))
_PERSON = Owner("person_id", lambda subjects: tuple(map(person_id, _cards(subjects))))


def _cards(subjects: Iterable[str]) -> Iterator[str]:
    return (subject[5:] for subject in subjects if subject.startswith("card/"))


@dataclass(frozen=True, slots=True)
class Projection:
    """A table, owned by subjects, and the function that gives its rows."""

    table: Table
    rows: Callable[[Evaluation, RowHashes], Iterable[dict[str, Any]]]
    owner: Owner = field(default=_SUBJECT, kw_only=True)


@dataclass(frozen=True, slots=True)
class GrowingView(Projection):
    """A view that may move when a component only grows.

    may_have_moved: told the evaluations before and after, and the types of the new events; where
    it says no, the rows are as they were.
    """

    may_have_moved: Callable[[Evaluation, Evaluation, frozenset[str]], bool]


OUTCOMES = Projection(
    OUTCOME,
    lambda evaluation, _: outcome_rows(evaluation.events, evaluation.outcomes),
    owner=Owner("position", tuple),
)
"""Of each event, so of no subject: written by the places of events (crm/recording/chunk.py)."""
PROJECTIONS = (
    Projection(
        CARD, lambda evaluation, hashes: card_rows(evaluation, hashes.personal), owner=_CARD
    ),
    Projection(LINK, lambda evaluation, _: link_rows(evaluation), owner=_CARD),
    Projection(PERSON, lambda evaluation, _: person_rows(evaluation), owner=_PERSON),
    Projection(PAIR, lambda evaluation, _: pair_rows(evaluation)),
    Projection(COPY_ROW, lambda evaluation, hashes: copy_table_rows(evaluation, hashes.copy_row)),
    Projection(CONFLICT, lambda evaluation, _: conflict_rows(evaluation)),
    Projection(FOLLOW_UP, lambda evaluation, _: follow_up_rows(evaluation)),
    Projection(WAKE_DAY, lambda evaluation, _: wake_day_rows(evaluation)),
)


_COPIED = CONSENT_TYPES | HISTORY_TYPES | {"purchase.made", "purchase.returned"}
_OF_TRIALS = frozenset({"trial.started", "trial.ended", "follow_up.done"})


def _consents_moved(before: Evaluation, after: Evaluation, new: frozenset[str]) -> bool:
    return not new.isdisjoint(CONSENT_TYPES) or anything_expired(before, after)


def _cards_moved(before: Evaluation, after: Evaluation, new: frozenset[str]) -> bool:
    return _consents_moved(before, after, new) and any(
        is_allowed(before.fold.decisions_of(card), "archive", before.at_us)
        is not is_allowed(after.fold.decisions_of(after.cards[name]), "archive", after.at_us)
        for name, card in before.cards.items()
    )


def _people_moved(before: Evaluation, after: Evaluation, new: frozenset[str]) -> bool:
    return _consents_moved(before, after, new) and _restricted(before) != _restricted(after)


def _restricted(evaluation: Evaluation) -> list[bool]:
    cards, decisions_of = evaluation.cards, evaluation.fold.decisions_of
    return [
        restricted([decisions_of(cards[name]) for name in person.card_ids], evaluation.at_us)
        for person in evaluation.resolution.persons
    ]


def _copies_moved(before: Evaluation, after: Evaluation, new: frozenset[str]) -> bool:
    return after.fold.is_shared and (
        not new.isdisjoint(_COPIED)
        or territories_at(before.context, before.at_us)
        != territories_at(after.context, after.at_us)
        or anything_expired(before, after)
    )


def _follow_ups_moved(before: Evaluation, after: Evaluation, new: frozenset[str]) -> bool:
    return not new.isdisjoint(_OF_TRIALS) or _people_moved(before, after, new)


def _wake_days_moved(before: Evaluation, after: Evaluation, new: frozenset[str]) -> bool:
    # What a hold ends by may move with any word on a reward, and with the day.
    return after.fold.may_have_claims or "consent.given" in new


GROWING = (
    GrowingView(
        CARD,
        lambda evaluation, hashes: card_rows(evaluation, hashes.personal),
        _cards_moved,
        owner=_CARD,
    ),
    GrowingView(
        PERSON, lambda evaluation, _: person_rows(evaluation), _people_moved, owner=_PERSON
    ),
    GrowingView(
        COPY_ROW,
        lambda evaluation, hashes: copy_table_rows(evaluation, hashes.copy_row),
        _copies_moved,
    ),
    GrowingView(FOLLOW_UP, lambda evaluation, _: follow_up_rows(evaluation), _follow_ups_moved),
    GrowingView(WAKE_DAY, lambda evaluation, _: wake_day_rows(evaluation), _wake_days_moved),
)
"""Beside outcomes. Links, pairs and conflicts do not move by what only grows."""
