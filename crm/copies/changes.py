"""The sequence of changes of each dealer's copy: what a dealer must be told so as to hold its own.

A change says that a row is to be replaced (`upsert`) or deleted (`withdraw`). Its sequence number
is the version of the row: numbers of one dealer rise, and whoever keeps the highest number of each
row ends with the same copy, whatever is told twice or out of order. What the row says is not part
of a change; it is read from the copy when it is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from crm.consents.facts import SharedCard
from crm.copies.sharing_rule import Circumstances, Obstacle, contribution_of

ChangeKind = Literal["upsert", "withdraw"]

RowId = tuple[str, str]
"""(dealer, key of the row)."""


class ReasonClass(StrEnum):
    """Why a row is withdrawn, as coarsely as a dealer may know it."""

    ERASED = "erased"
    """The person's card is erased: the dealer must erase, too."""
    CONSENT_ENDED = "consent_ended"
    """Taken back, expired, or the archive may not be used any more."""
    ENTITLEMENT_ENDED = "entitlement_ended"
    """No contract on this day, or no ground any more to know the person."""
    ROW_REPLACED = "row_replaced"
    """What is shared of the person stands in another row of the same copy."""
    CORRECTED = "corrected"
    """It should never have been there: what it rested on was taken back."""


_CLASSES = (
    (ReasonClass.ERASED, {Obstacle.ERASED}),
    (ReasonClass.ENTITLEMENT_ENDED, {Obstacle.NO_CONTRACT}),
    (
        ReasonClass.CONSENT_ENDED,
        {
            Obstacle.RESTRICTED,
            Obstacle.NO_CONSENT,
            Obstacle.REFUSED,
            Obstacle.WITHDRAWN,
            Obstacle.EXPIRED,
            Obstacle.OVERRULED,
        },
    ),
    (ReasonClass.ENTITLEMENT_ENDED, {Obstacle.NO_GROUND}),
)

Wanted = Mapping[RowId, bytes | ReasonClass]
"""What is to be told of a row: the keyed hash of what it says now, or why it is gone."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a dealer's sequence; `content_hash` is None when the row is withdrawn."""

    dealer: str
    sequence: int
    key: str
    kind: ChangeKind
    reason_class: str | None
    content_hash: bytes | None


def new_changes(
    wanted: Wanted,
    said: Mapping[RowId, Change],
    last_sequences: Mapping[str, int],
    now_us: int,
) -> list[Change]:
    """What is to be added so that the last word on each row is what is wanted.

    `said` holds the last word on rows that were spoken of before. A number is the present instant
    in µs, or one more than the dealer's last: so a database that was restored from a backup goes
    on above whatever it had told after that backup.
    """
    numbers = dict(last_sequences)
    found = []
    for row_id in sorted(wanted):
        change = _change(row_id, wanted[row_id], said.get(row_id))
        if change is None:
            continue
        kind, reason, content_hash = change
        dealer, key = row_id
        numbers[dealer] = max(numbers.get(dealer, 0) + 1, now_us)
        found.append(Change(dealer, numbers[dealer], key, kind, reason, content_hash))
    return found


def _change(
    row_id: RowId, wanted: bytes | ReasonClass, said: Change | None
) -> tuple[ChangeKind, str | None, bytes | None] | None:
    known = None if said is None else said.content_hash
    if isinstance(wanted, ReasonClass):
        # What was never told need not be taken back.
        return None if known is None else ("withdraw", wanted.value, None)
    return None if wanted == known else ("upsert", None, wanted)


def reason_of_withdrawal(
    card_ids: Iterable[str],
    dealer: str,
    persons: Iterable[Sequence[SharedCard]],
    at: Circumstances,
) -> ReasonClass:
    """Why a row, made of these cards in effective order, is not in the dealer's copy any more."""
    rows_of_person = [(card, person) for person in persons for card in person]
    by_id = {card.card_id: (card, person) for card, person in rows_of_person}
    obstacles: set[Obstacle] = set()
    for card_id in card_ids:
        if card_id not in by_id:
            continue
        card, person = by_id[card_id]
        effective = [other for other in person if other.order[0] <= at.at_us]
        contribution = contribution_of(card, dealer, effective, at)
        if contribution.contributes:
            return ReasonClass.ROW_REPLACED
        obstacles |= set(contribution.obstacles)
    for reason, named in _CLASSES:
        if obstacles & named:
            return reason
    return ReasonClass.CORRECTED
