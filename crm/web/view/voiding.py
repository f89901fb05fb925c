"""Which line of a timeline somebody may take back: the own word, or any as headquarters."""

from typing import Any

from crm.accounts.people import Account
from crm.outcomes.voids import NEVER_VOIDED, may_void_anything


def may_void(account: Account, item: dict[str, Any]) -> bool:
    """Whether a button is shown; the door judges by the same rule."""
    credential = account.credential
    if credential is None or not account.may_say("event.voided"):
        return False
    if item["type"] in NEVER_VOIDED or item["outcome"] == "voided":
        return False
    return may_void_anything(credential.role) or item["source"] == account.source
