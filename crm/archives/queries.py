"""Reads one person's archive: folded from the journal when it is asked for, and kept nowhere.

What is most sensitive, illness and readings, so stands in plain in no table of the company's.
"""

from typing import Any, cast

import msgspec
from sqlalchemy import Connection

from crm.archives.archive import archive_of
from crm.attachments.store import AttachmentStore
from crm.keyring import Keyring
from crm.notices.queries import notice_hashes
from crm.past import effective_up_to, past_of_homes
from crm.people.queries import cards_of
from crm.scope import OutOfScope, Scope


def archive(
    scope: Scope, connection: Connection, keyring: Keyring, name: str, at_us: int
) -> dict[str, Any] | None:
    """The archive of the person that a card id or person id leads to, as of an instant."""
    if not scope.sees_archives:
        raise OutOfScope("archives are the company's; a dealer has its copy")
    cards = cards_of(scope, connection, name)
    if not cards:
        return None
    homes = [f"card/{card_id}" for card_id in cards]
    past = past_of_homes(connection, keyring, homes, at_us, effective_up_to(at_us))
    wanted = name if name in past.cards else None
    for person in past.persons:
        ids = {card.card_id for card in person.cards}
        if wanted in ids or (wanted is None and ids & set(cards)):
            found = archive_of(person, past, scope.sees_restricted_names)
            known = cast(dict[str, Any], msgspec.to_builtins(found))
            _prove(connection, keyring, known["consents"])
            return known
    return None


def _prove(connection: Connection, keyring: Keyring, words: list[dict[str, Any]]) -> None:
    """Add to each consent what proves it: the notice as it is kept, and whether evidence is."""
    hashes = notice_hashes(connection)
    store = AttachmentStore(keyring)
    for word in words:
        version, evidence = word["notice_version"], word["evidence_sha256"]
        notice_sha256 = hashes.get((version, word["purpose"]))
        word["notice_sha256"] = notice_sha256
        word["notice_unknown"] = version is not None and notice_sha256 is None
        word["evidence_kept"] = store.has(word["card_id"], evidence) if evidence else None
