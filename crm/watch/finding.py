"""What is looked for among a member's rewards, and from when on it is worth a question.

A finding accuses nobody: it says which rewards look alike, and asks somebody to look. Blocked and
rejected rewards are left out: nothing comes of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from campaigns.times import shanghai_day

Kind = Literal[
    "burst",
    "round_trips",
    "ring",
    "address",
    "late_entry",
    "one_phone",
    "one_counter",
    "one_account",
]
"""burst: many purchases of one day; round_trips: most of what was bought came back whole;
ring: MOST_IN_RING members or fewer, each of whom was referred by the one before and bought, and the
first by the last;
address: the member's own card and a patient's name one house; late_entry: the referral was received
after the purchase; one_phone: another member is reached at the same phone, and one of them is no
consumer; one_counter: all that a doctor's referrals bought was bought at one counter; one_account:
the bank paid other members into the same account, and not all by way of one employer."""
BURST = 5
"""So many purchases of one Shanghai day by one member's referrals."""
ROUND_TRIPS = 3
"""So many purchases that came back whole, when they are half of all or more."""
LATE_BY_US = 3_600_000_000
"""After so long a referral was not sent together with its purchase."""
ONE_COUNTER = 4
"""So many purchases, all of them at one counter."""
MOST_IN_RING = 12
"""So many members has the longest ring that is looked for: no chain is followed to its end."""
_EVIDENCE_DIGITS, _KEY_DIGITS = 20, 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: the rewards that it rests on, and what about them.

    key: the same as long as the evidence is; another one, not decided yet, with any other.
    day: of a burst; other: the other member, of a ring the next; ring: all of it, from the member
    to the member again; late_us: by how much the latest referral was late; outlet: the counter;
    others: whoever has the same account; references: of a payment of each, the member's first.
    decided_by: who said that it is in order; None: open.
    """

    key: str
    kind: Kind
    member: str
    reward_ids: tuple[str, ...]
    day: date | None = None
    other: str | None = None
    ring: tuple[str, ...] = ()
    late_us: int = 0
    outlet: str | None = None
    others: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    decided_by: str | None = None
    decided_us: int | None = None

    @property
    def involved(self) -> tuple[str, ...]:
        """Every other member that it speaks of."""
        if self.ring:
            return self.ring[1:-1]
        return self.others or ((self.other,) if self.other else ())

    @property
    def decided_on(self) -> date | None:
        """The Shanghai day on which somebody said that it is in order."""
        return None if self.decided_us is None else shanghai_day(self.decided_us)


def key_of(kind: Kind, member: str, about: str, reward_ids: Iterable[str]) -> str:
    """What tells a finding with just this evidence from any other, also from one of as many.

    As short for a long counter's name or ring as for any: it stands in a form and in a column.
    """
    evidence = sha256("\n".join(sorted(reward_ids)).encode()).hexdigest()[:_EVIDENCE_DIGITS]
    said = f"{member}/{about}/{evidence}"
    return f"{kind}/{sha256(said.encode()).hexdigest()[:_KEY_DIGITS]}"
