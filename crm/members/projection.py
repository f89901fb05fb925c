"""Writes members, and what tells that two of them are reached at one phone."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from crm.components.index_keys import Digest, phone_key
from crm.identity.traits import PLACEHOLDER_PHONES
from crm.members.member import member_state
from crm.outcomes.shared import Member
from crm.rewards.gathering import member_fact


def member_row(member: Member) -> dict[str, Any]:
    """The row of one member."""
    return {**asdict(member_state(member)), "subject": f"member/{member.member}"}


def member_phone_rows(member: Member, digest: Digest) -> Iterator[dict[str, Any]]:
    """Each mobile in force; a placeholder is nobody's."""
    for phone in sorted(member_fact(member).phones - PLACEHOLDER_PHONES):
        subject = f"member/{member.member}"
        yield {
            "member": member.member,
            "phone_key": phone_key(phone, digest)[-32:],
            "subject": subject,
        }
