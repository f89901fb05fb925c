"""The door's way from a row of a dealer's copy to the card: before anything is journaled.

What is compared when the same event comes again is what the dealer sent, with the row's key. So it
is a duplicate for ever, whichever card the row begins with by then, or when the row is gone.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from msgspec import structs
from sqlalchemy import Connection, Engine, select

from campaigns.canonical import canonical_json
from campaigns.catalogue import WIRE_NAMES
from campaigns.cloudevents import CheckedEvent, Refusal, check_object
from campaigns.events.upkeep import EventVoided
from crm.copies.changes import ReasonClass
from crm.copies.keys import row_keys
from crm.copies.row_names import of_card, row_event, row_key_of
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.storage.database import in_pieces, reading

_ROWS_AT_ONCE = 5_000
_NO_CARD = "card/no-such-row"
_UNSAID = frozenset({"actor", "receivedat", "datacontenttype"})

RowEvents = dict[int, tuple[dict[str, Any], str | None]]
"""Place of the line → (event as sent, home of the card; None where the dealer has no such row)."""


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
        homes = _homes_of_rows(connection, dealer, keys)
        homes |= _homes_of_former_keys(connection, keyring, dealer, keys - homes.keys())
        return {
            place: (
                wire,
                _home_of_target(connection, dealer, wire)
                if WIRE_NAMES[wire["type"]] is EventVoided
                else homes.get(row_key_of(wire)),
            )
            for place, wire in sent.items()
        }


def check_row_event(
    wire: dict[str, Any], home: str | None, received_us: int, *, history: bool
) -> CheckedEvent | Refusal:
    """The event of the card, with the content as it was sent."""
    found = check_object(of_card(wire, home or _NO_CARD), received_us, history=history)
    if isinstance(found, Refusal):
        return found
    said = {name: value for name, value in wire.items() if name not in _UNSAID}
    return structs.replace(found, content=canonical_json(said))


def _homes_of_rows(connection: Connection, dealer: str, keys: Iterable[str]) -> dict[str, str]:
    """Key → home of the first contributing card."""
    homes: dict[str, str] = {}
    for piece in in_pieces(sorted(set(keys))):
        query = select(COPY_ROW.c.key, COPY_ROW.c.cards)
        rows = connection.execute(
            query.where(COPY_ROW.c.dealer == dealer, COPY_ROW.c.key.in_(piece))
        )
        homes |= {key: f"card/{orjson.loads(cards)[0]}" for key, cards in rows}
    return homes


def _homes_of_former_keys(
    connection: Connection, keyring: Keyring, dealer: str, keys: Iterable[str]
) -> dict[str, str]:
    """Key that the dealer was told and that another row has replaced → home of that row.

    A row has a new key when it begins with another card, and the dealer may not have heard of it.
    Only a card that is still in one of its rows leads there.
    """
    replaced = {key for key in keys if _was_replaced(connection, dealer, key)}
    if not replaced:
        return {}
    homes: dict[str, str] = {}
    row_key = row_keys(keyring.secret("copies"))
    query = select(COPY_ROW.c.cards).where(COPY_ROW.c.dealer == dealer)
    for (written,) in connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}):
        first, *others = orjson.loads(written)
        homes |= {
            key: f"card/{first}"
            for card_id in others
            if (key := row_key(dealer, card_id)) in replaced
        }
    return homes


def _was_replaced(connection: Connection, dealer: str, key: str) -> bool:
    """Whether the last that this dealer was told of the key is that another row stands for it."""
    columns = DEALER_CHANGE.c
    said = select(columns.reason_class).where(columns.key == key, columns.dealer == dealer)
    last = connection.execute(said.order_by(columns.sequence.desc()).limit(1)).scalar()
    return last == ReasonClass.ROW_REPLACED


def _home_of_target(connection: Connection, dealer: str, wire: dict[str, Any]) -> str | None:
    """Where the word stands that this one takes back: the row may begin with another card now."""
    source, event_id = wire["data"].get("of_source"), wire["data"].get("of_id")
    if type(source) is not str or type(event_id) is not str:
        return None
    query = select(JOURNAL.c.subject).where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
    return connection.execute(query.where(JOURNAL.c.role == f"dealer/{dealer}")).scalar()
