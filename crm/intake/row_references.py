"""The door's way from a row of a dealer's copy to the card: before anything is journaled.

What is compared when the same event comes again is what the dealer sent, with the row's key. So it
is a duplicate for ever, whichever card the row begins with by then, or when the row is gone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from msgspec import structs
from sqlalchemy import Connection, Engine, select

from campaigns.canonical import canonical_json
from campaigns.catalogue import WIRE_NAMES
from campaigns.cloudevents import CheckedEvent, Refusal, check_object
from campaigns.content import content_of
from campaigns.events.upkeep import EventVoided
from crm.copies.changes import ReasonClass
from crm.copies.row_keys import row_keys
from crm.copies.row_names import of_card, row_event, row_key_of
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.intake.row_rights import BY_ROW
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.storage.database import in_pieces, reading

_ROWS_AT_ONCE = 5_000
_NO_CARD = "card/no-such-row"


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of a dealer's copy: the subject of its first card, and the categories it holds."""

    subject: str
    categories: frozenset[str]


RowEvents = dict[int, tuple[dict[str, Any], FoundRow | None]]
"""Place of the line → (event as sent, the row; None where the dealer has no such row)."""


def row_events(
    engine: Engine, keyring: Keyring, lines: Sequence[bytes], dealer: str | None
) -> RowEvents:
    """Those of a dealer's lines that name a row, each with its card."""
    if dealer is None:
        return {}
    sent = {
        place: wire for place, line in enumerate(lines) if (wire := row_event(line)) is not None
    }
    if not sent:
        return {}
    with reading(engine) as connection:
        keys = set(map(row_key_of, sent.values()))
        found = _rows(connection, dealer, keys)
        found |= _rows_of_former_keys(connection, keyring, dealer, keys - found.keys())
        return {
            place: (
                wire,
                _row_of_target(connection, dealer, wire)
                if WIRE_NAMES[wire["type"]] is EventVoided
                else found.get(row_key_of(wire)),
            )
            for place, wire in sent.items()
        }


def card_of_row(engine: Engine, keyring: Keyring, dealer: str, key: str) -> str | None:
    """The card to which a row of the dealer's copy leads; None where it has no such row."""
    with reading(engine) as connection:
        found = _rows(connection, dealer, [key])
        found |= _rows_of_former_keys(connection, keyring, dealer, {key} - found.keys())
    return found[key].subject.partition("/")[2] if key in found else None


def check_row_event(
    wire: dict[str, Any], row: FoundRow | None, received_us: int, *, history: bool
) -> CheckedEvent | Refusal:
    """The event of the card, with the content as it was sent.

    What is never said by a row is held against no card: how it compares would tell which one
    that is.
    """
    is_never_said = WIRE_NAMES[wire["type"]].type_name not in BY_ROW
    subject = _NO_CARD if row is None or is_never_said else row.subject
    found = check_object(of_card(wire, subject), received_us, history=history)
    if isinstance(found, Refusal):
        return found
    said = content_of(
        wire, found.starts_us, day_precision=found.day_precision, sequence=found.sequence
    )
    return structs.replace(found, content=canonical_json(said))


def _rows(connection: Connection, dealer: str, keys: Iterable[str]) -> dict[str, FoundRow]:
    """Key → the row."""
    found: dict[str, FoundRow] = {}
    for piece in in_pieces(sorted(set(keys))):
        query = select(COPY_ROW.c.key, COPY_ROW.c.cards, COPY_ROW.c.content)
        rows = connection.execute(
            query.where(COPY_ROW.c.dealer == dealer, COPY_ROW.c.key.in_(piece))
        )
        found |= {key: _found(orjson.loads(cards)[0], content) for key, cards, content in rows}
    return found


def _found(first_card: str, content: bytes) -> FoundRow:
    return FoundRow(f"card/{first_card}", frozenset(orjson.loads(content)))


def _rows_of_former_keys(
    connection: Connection, keyring: Keyring, dealer: str, keys: Iterable[str]
) -> dict[str, FoundRow]:
    """Key that the dealer was told and that another row has replaced → that row.

    A row has a new key when it begins with another card, and the dealer may not have heard of it.
    Only a card that is still in one of its rows leads there.
    """
    replaced = {key for key in keys if _was_replaced(connection, dealer, key)}
    if not replaced:
        return {}
    found: dict[str, FoundRow] = {}
    row_key = row_keys(keyring.secret("copies"))
    query = select(COPY_ROW.c.cards, COPY_ROW.c.content).where(COPY_ROW.c.dealer == dealer)
    for written, content in connection.execute(
        query, execution_options={"yield_per": _ROWS_AT_ONCE}
    ):
        first, *others = orjson.loads(written)
        found |= {
            key: _found(first, content)
            for card_id in others
            if (key := row_key(dealer, card_id)) in replaced
        }
    return found


def _was_replaced(connection: Connection, dealer: str, key: str) -> bool:
    """Whether the last that this dealer was told of the key is that another row stands for it."""
    columns = DEALER_CHANGE.c
    said = select(columns.reason_class).where(columns.key == key, columns.dealer == dealer)
    last = connection.execute(said.order_by(columns.sequence.desc()).limit(1)).scalar()
    return last == ReasonClass.ROW_REPLACED


def _row_of_target(connection: Connection, dealer: str, wire: dict[str, Any]) -> FoundRow | None:
    """Where the word stands that this one takes back: the row may begin with another card now."""
    source, event_id = wire["data"].get("of_source"), wire["data"].get("of_id")
    if type(source) is not str or type(event_id) is not str:
        return None
    query = select(JOURNAL.c.subject).where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
    subject = connection.execute(query.where(JOURNAL.c.role == f"dealer/{dealer}")).scalar()
    return None if subject is None else FoundRow(subject, frozenset())
