"""Writes members."""

from dataclasses import asdict
from typing import Any

from crm.members.member import member_state
from crm.outcomes.shared import Member


def member_row(member: Member) -> dict[str, Any]:
    """The row of one member."""
    return {**asdict(member_state(member)), "home": f"member/{member.member}"}
