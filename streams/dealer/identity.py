"""Whose copy a folder holds: it is made sure of before anything is applied to it.

No answer names the dealer until both copies are equal for the first time, but the keys of rows do
it: a key that one dealer was told is unknown to the company as a key of any other.
"""

from streams.dealer.errors import FolderOfAnother
from streams.dealer.feed import Feed
from streams.dealer.store import CopyStore

UNKNOWN = "unknown"
_ASKED_KEYS = 20


def must_be_its_own(feed: Feed, store: CopyStore) -> None:
    """Raises FolderOfAnother when the folder holds another dealer's copy or another company's.

    With address and token as they were, it is not asked again.
    """
    mark = feed.mark
    if store.get("mark") == mark:
        return
    company, known = feed.company_key(), store.get("company_key")
    if known is not None and known != company:
        raise FolderOfAnother(store.folder)
    asked = store.some_keys(_ASKED_KEYS)
    if asked and all(change.reason_class == UNKNOWN for change in feed.rows(asked).changes):
        raise FolderOfAnother(store.folder)
    with store.writing():
        store.put("company_key", company)
        store.put("mark", mark)
