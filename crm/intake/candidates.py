"""Events at the door that are right in themselves, and what their senders hear."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from campaigns.cloudevents import Refusal
from campaigns.events.base import Fault
from campaigns.intake import Receipt
from crm.journal.events import NewEvent
from crm.journal.identities import StoredIdentity

Identity = tuple[str, str]
"""Source and id of an event."""


class Candidate(Struct, gc=False):
    """An event that is right in itself and may yet be refused.

    It holds bytes instead of the event, so that thousands of them cost no garbage collection.

    row: the journal row, its personal part still missing.
    fault: why it is refused, unless its identity is used already, which is graver.
    personal: what must be encrypted, as JSON, with the key of key_subject; None for nothing.
    unless_stored: whether the fault is none of an event that was taken before.
    """

    row: NewEvent
    identity: Identity
    fault: Fault | None
    warnings: tuple[str, ...]
    personal: bytes | None
    key_subject: str
    unless_stored: bool = False


def answers(
    checked: Sequence[Candidate | Refusal], stored: Mapping[Identity, StoredIdentity]
) -> tuple[list[Receipt], dict[Identity, NewEvent]]:
    """The receipt of each event, and the accepted ones: these are known to those that follow."""
    receipts = []
    fresh: dict[Identity, NewEvent] = {}
    for found in checked:
        if isinstance(found, Refusal):
            receipts.append(Receipt("refused", found.source, found.id, found.reason, found.path))
            continue
        earlier = stored.get(found.identity) or fresh.get(found.identity)
        if earlier is None and found.fault is None:
            fresh[found.identity] = found.row
            receipts.append(Receipt("accepted", *found.identity, warnings=found.warnings))
        else:
            receipts.append(_unaccepted(found, earlier))
    return receipts, fresh


def _unaccepted(found: Candidate, earlier: StoredIdentity | NewEvent | None) -> Receipt:
    """Of an event whose identity is used, or that has a fault: the graver of both."""
    if earlier is not None and earlier.content_hash != found.row.content_hash:
        return Receipt("refused", *found.identity, "id_reused", "$.id")
    if earlier is None or (found.fault is not None and not found.unless_stored):
        assert found.fault is not None
        return Receipt("refused", *found.identity, *found.fault)
    return Receipt(
        "duplicate",
        *found.identity,
        first_received_us=earlier.received_us,
        first_actor=earlier.actor,
    )
