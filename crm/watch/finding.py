"""What is looked for among a member's rewards, and from when on it is worth a question.

A finding accuses nobody: it says which rewards look alike, and asks somebody to look. Blocked and
rejected rewards are left out: nothing comes of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

Kind = Literal["burst", "round_trips", "ring"]
"""burst: many purchases of one day; round_trips: most of what was bought came back whole;
ring: two members, each of whom was referred by the other and bought."""
BURST = 5
"""So many purchases of one Shanghai day by one member's referrals."""
ROUND_TRIPS = 3
"""So many purchases that came back whole, when they are half of all or more."""
_EVIDENCE_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: the rewards that it rests on, and what about them.

    key: the same as long as the evidence is; another one, not decided yet, with any other.
    day: of a burst; other: the other member of a ring. decided_by: who said that it is in order;
    None: open.
    """

    key: str
    kind: Kind
    member: str
    reward_ids: tuple[str, ...]
    day: date | None = None
    other: str | None = None
    decided_by: str | None = None
    decided_us: int | None = None


def key_of(kind: Kind, member: str, about: str, reward_ids: Iterable[str]) -> str:
    """What tells a finding with just this evidence from any other, also from one of as many."""
    evidence = sha256("\n".join(sorted(reward_ids)).encode()).hexdigest()[:_EVIDENCE_DIGITS]
    return f"{kind}/{member}/{about}/{evidence}"
