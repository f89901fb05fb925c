"""Sheets that were handed over, read from the journal: who sent which rows when, and what stands.

A row is a card that a sheet brought into being, with all that the sheets of its activity said of
it since. A sheet is handed over at one go, so what one sender said at one instant is one sheet:
sheets of every age are known, and a row that was known before belongs to the sheet that brought
it, whoever sends it again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson
from sqlalchemy import ColumnElement, Connection, select

from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.outcomes.voids import NEVER_VOIDED
from crm.storage.database import in_pieces

_CARD, _VOIDED, _ERASED = "card.registered", "event.voided", "card.erased"


@dataclass(frozen=True, slots=True)
class SheetWord:
    """An event of a sheet. state: its outcome, empty while it is not recorded.

    back: whether a word that takes it back was received, recorded or not.
    """

    source: str
    id: str
    type: str
    subject: str
    received_us: int
    actor: str
    role: str
    state: str
    back: bool = False

    @property
    def stands(self) -> bool:
        """Whether it may still be taken back."""
        return not self.back and self.state != "voided" and self.type not in NEVER_VOIDED


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Who took something back, and when that was received."""

    actor: str
    received_us: int


@dataclass(frozen=True)
class SheetRowSaid:
    """A row: all that sheets said of its card.

    goes: what taking it back takes back; nothing where it is taken back, or erased.
    others: what was said elsewhere of the card and counts on it.
    mended: whether somebody else mended it since by another sheet.
    taken: by whom and when its card was taken back.
    """

    subject: str
    goes: tuple[SheetWord, ...]
    others: tuple[SheetWord, ...]
    mended: bool
    is_erased: bool
    taken: TakenBack | None


@dataclass(frozen=True)
class Sending:
    """One sheet as it was handed over. key: the instant at which it was received, which tells
    it apart among those of its activity."""

    source: str
    key: int
    actor: str
    role: str
    rows: tuple[SheetRowSaid, ...] = field(default=())

    @property
    def going(self) -> tuple[SheetWord, ...]:
        """What taking it back would take back."""
        return tuple(word for row in self.rows for word in row.goes)

    @property
    def rows_standing(self) -> list[SheetRowSaid]:
        """The rows of which something stands."""
        return [row for row in self.rows if row.goes]

    @property
    def rows_taken(self) -> list[SheetRowSaid]:
        """The rows that were taken back."""
        return [row for row in self.rows if row.taken is not None and not row.goes]

    @property
    def taken(self) -> TakenBack | None:
        """Who took back the last of them, and when."""
        found = [row.taken for row in self.rows if row.taken is not None]
        return max(found, key=lambda one: one.received_us, default=None)


def sheet_sendings(connection: Connection, source: str) -> list[Sending]:
    """The sheets of an activity that brought rows, the latest first."""
    own = _said(connection, JOURNAL.c.source == source)
    subjects = {word.subject for word in own if word.type == _CARD}
    every: dict[str, list[SheetWord]] = {subject: [] for subject in subjects}
    taken: dict[tuple[str, str], TakenBack] = {}
    for piece in in_pieces(sorted(subjects)):
        for word, target in _with_targets(connection, piece):
            every[word.subject].append(word)
            if target is not None and word.state != "rejected":
                taken.setdefault(target, TakenBack(word.actor, word.received_us))
    found: dict[tuple[int, str], Sending] = {}
    rows: dict[tuple[int, str], list[SheetRowSaid]] = {}
    for subject in dict.fromkeys(word.subject for word in own):
        cards = [word for word in every.get(subject, ()) if _is_of(word, source, _CARD)]
        for card in cards:
            key = (card.received_us, card.actor)
            found.setdefault(key, Sending(source, *key, card.role))
            rows.setdefault(key, []).append(_row(card, cards, every[subject], taken, source))
    return [replace(found[key], rows=tuple(rows[key])) for key in sorted(found, reverse=True)]


def _row(
    card: SheetWord,
    cards: Sequence[SheetWord],
    every: Sequence[SheetWord],
    taken: Mapping[tuple[str, str], TakenBack],
    source: str,
) -> SheetRowSaid:
    """A row as the sheet that said `card` has it: what another sheet said anew stays there."""
    standing = [w for w in every if w.stands and (w.source, w.id) not in taken]
    is_erased = any(w.type == _ERASED and w.state != "voided" for w in every)
    anew = any(w is not card and w in standing for w in cards)
    goes = () if is_erased or anew else tuple(w for w in standing if w.source == source)
    return SheetRowSaid(
        card.subject,
        goes,
        tuple(w for w in standing if w.source != source and w.state in ("", "recorded")),
        any(w.actor != card.actor for w in goes),
        is_erased,
        taken.get((card.source, card.id)),
    )


def _is_of(word: SheetWord, source: str, type_name: str) -> bool:
    return word.source == source and word.type == type_name


def _said(connection: Connection, condition: ColumnElement[bool]) -> list[SheetWord]:
    query = (
        select(
            *(JOURNAL.c.source, JOURNAL.c.id, JOURNAL.c.type, JOURNAL.c.subject),
            *(JOURNAL.c.received_us, JOURNAL.c.actor, JOURNAL.c.role, OUTCOME.c.outcome),
        )
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(condition)
        .order_by(JOURNAL.c.position)
    )
    return [SheetWord(*row[:7], row[7] or "") for row in connection.execute(query)]


def _with_targets(
    connection: Connection, subjects: Collection[str]
) -> Iterator[tuple[SheetWord, tuple[str, str] | None]]:
    """Words on some cards; of those that take back, what they take back."""
    condition = JOURNAL.c.subject.in_(subjects)
    words = _said(connection, condition)
    query = select(JOURNAL.c.source, JOURNAL.c.id, JOURNAL.c.plain)
    voids = connection.execute(query.where(condition, JOURNAL.c.type == _VOIDED))
    targets = {
        (source, id_): (said["of_source"], said["of_id"])
        for source, id_, plain in voids
        for said in (orjson.loads(plain),)
    }
    for word in words:
        yield word, targets.get((word.source, word.id))
