"""The dealers' copies of the archive, row by row: who is in which, and with what.

A copy holds one row per person with at least one contributing card and is made of the contributing
cards alone, so that linking cards never widens what a dealer sees. Which cards contribute is the
rule in `sharing_rule.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm.consents.facts import ActivityInfo, Contract, SharedCard
from crm.copies.content import Content, category_content
from crm.copies.sharing_rule import Circumstances, circumstances, contribution_of

RowKey = Callable[[str, str], str]
"""(dealer, id of the first contributing card) → the row's key, a keyed hash."""

_CATEGORY_NAMES = ("identity", "contact", "health", "history", "purchases")


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One person in one dealer's copy.

    `content` is the row as the dealer has it: `key`, `deceased`, and the categories in which
    something is known and shared. `cards`, the ids of the contributing cards in effective order,
    are for headquarters only and no part of it.
    """

    dealer: str
    key: str
    cards: tuple[str, ...]
    content: Content


def copy_rows(
    persons: Iterable[Sequence[SharedCard]],
    contracts: Iterable[Contract],
    activities: Mapping[str, ActivityInfo],
    at_us: int,
    row_key: RowKey,
    dealer: str | None = None,
) -> Iterator[CopyRow]:
    """The rows of all dealers' copies, or of one dealer's, at `at_us`.

    Each person is the sequence of all its cards. Rows come person by person as given, within one
    by dealer; each dealer's own digest sorts them by key.
    """
    return rows_at(persons, circumstances(contracts, activities, at_us), row_key, dealer)


def rows_at(
    persons: Iterable[Sequence[SharedCard]],
    at: Circumstances,
    row_key: RowKey,
    dealer: str | None = None,
) -> Iterator[CopyRow]:
    """The same where it is known what holds for everybody at that instant."""
    for person in persons:
        yield from _rows_of_person(person, at, row_key, dealer)


def _rows_of_person(
    person: Sequence[SharedCard], at: Circumstances, row_key: RowKey, only: str | None
) -> Iterator[CopyRow]:
    dealers = _dealers_consented_to(person)
    if only is not None:
        dealers &= {only}
    # Most people share nothing: they cost no more than the line above.
    if not dealers:
        return
    cards = sorted(
        (card for card in person if card.order[0] <= at.at_us), key=lambda card: card.order
    )
    for dealer in sorted(dealers & at.territories.keys()):
        row = _row(cards, dealer, at, row_key)
        if row is not None:
            yield row


def _dealers_consented_to(person: Sequence[SharedCard]) -> set[str]:
    return {
        decision.dealer
        for card in person
        for decision in card.consents
        if decision.purpose == "share_with_dealer"
        and decision.dealer is not None
        and decision.is_consent
    }


def _row(
    cards: Sequence[SharedCard], dealer: str, at: Circumstances, row_key: RowKey
) -> CopyRow | None:
    given = [(card, contribution_of(card, dealer, cards, at)) for card in cards]
    given = [(card, contribution) for card, contribution in given if contribution.contributes]
    if not given:
        return None
    key = row_key(dealer, given[0][0].card_id)
    content: Content = {"key": key, "deceased": any(card.deceased for card in cards)}
    for category in _CATEGORY_NAMES:
        giving = [card for card, contribution in given if category in contribution.categories]
        told = category_content(category, giving, dealer, at) if giving else None
        if told:
            content[category] = told
    return CopyRow(dealer, key, tuple(card.card_id for card, _ in given), content)
