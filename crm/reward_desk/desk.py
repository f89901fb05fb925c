"""A reward as whoever decides or pays sees it: all in one line; who may do what; what is doubtful.

Nobody is two of maker, checker and payer of one reward: who entered what it rests on may neither
approve nor pay it, who approved may not pay, who paid may not approve. By person, not by role.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Doubt = Literal[
    "watched", "nothing_due", "beyond_payable", "before_release", "owes_back", "reference_used"
]
"""What a payer is asked about before a payment is recorded; it is recorded all the same."""
LeftOut = Literal[
    "in_kind", "on_its_way", "settling", "nothing_open", "watched", "own_hands", "owed_back"
]
"""Why what somebody asked for is not in a payment file. owed_back: the member owes back as much."""

REJECTIONS = (
    *("no_written_agreement", "receipt_differs", "referred_by_another", "bought_by_nobody"),
    *("entered_twice", "other"),
)
"""Why a reward is rejected: its member reads it, so nobody writes a sentence of a patient there."""

TO_DECIDE = "to_decide"
"""The queue of what waits for an approval."""


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One reward. Amounts in fen: `amount_fen` is what is left after returns and caps.

    open_fen: what may be paid now; owed_back_fen: what was paid too much; paid_fen: all that was
    paid. name: of the patient, where the viewer may see it. ordered: a payment is on its way, or
    was told and is not recorded yet.
    set_off_fen: what was kept of its payment against what the member owed back. member_owes_fen:
    what the member owes back over all rewards, and no such payment sets off.
    watched: it is part of something that somebody has to look at first.
    settling: something was said of it that is not recorded yet.
    bought_on: None where the purchase is owed to somebody else or, without has_purchase, is gone.
    """

    reward_id: str
    purchase_id: str
    member: str
    member_name: str | None
    member_kind: str | None
    institution: str | None
    institution_kind: str | None
    dealer: str | None
    card_id: str | None
    person_id: str | None
    name: str | None
    bought_on: date | None
    quantity: int
    returned: int
    policy: str | None
    rule_number: int | None
    mode: str | None
    state: str
    reason: str | None
    releases_on: date | None
    marks: tuple[str, ...]
    amount_fen: int
    granted_fen: int
    paid_fen: int
    open_fen: int
    owed_back_fen: int
    entered_by: tuple[str, ...]
    approved_by: tuple[str, ...]
    paid_by: tuple[str, ...]
    set_off_fen: int = 0
    member_owes_fen: int = 0
    ordered: bool = False
    settling: bool = False
    watched: bool = False
    has_purchase: bool = True

    @property
    def is_evened(self) -> bool:
        """Whether what was paid too much of it is no longer owed: later payments set it off."""
        return self.owed_back_fen > 0 and not self.member_owes_fen

    @property
    def is_late(self) -> bool:
        """Whether an approval alone would free it: its referral came in too late."""
        return self.state == "blocked" and self.reason == "late_referral"

    @property
    def is_undecided(self) -> bool:
        """Whether it waits for the approval that its rule asks for."""
        return self.state == "held" and self.mode == "HOLD_FOR_REVIEW" and not self.approved_by

    @property
    def awaits_approval(self) -> bool:
        """Whether an approval would change something."""
        return self.is_undecided or self.is_late or self.state == "rejected"

    def is_frozen(self, today: date) -> bool:
        """Whether its hold lasts on a day, and would end by itself or after an approval."""
        may_end = self.state == "held" or self.is_late
        return may_end and self.releases_on is not None and today < self.releases_on

    def standings(self, today: date) -> tuple[str, ...]:
        """Where it stands on a day: its state, but what waits for an approval does so first."""
        if not self.is_undecided:
            return (self.state,)
        return (TO_DECIDE, self.state) if self.is_frozen(today) else (TO_DECIDE,)

    def may_approve(self, actor: str) -> bool:
        """Whether this person may approve it, and that would change something."""
        return self.awaits_approval and actor not in (*self.entered_by, *self.paid_by)

    def may_reject(self, actor: str) -> bool:
        """Whether this person may reject it: also who entered it, but nobody who paid."""
        return self.state in ("held", "payable") and actor not in self.paid_by

    def may_pay(self, actor: str) -> bool:
        """Whether this person may be its payer."""
        return actor not in (*self.entered_by, *self.approved_by)

    @property
    def hands(self) -> tuple[str, ...]:
        """Everybody who entered, approved or paid."""
        return (*self.entered_by, *self.approved_by, *self.paid_by)

    @property
    def in_kind(self) -> bool:
        """Whether it is handed over, not paid: a bank has nothing to do with it."""
        return self.mode == "NON_CASH"

    def left_out(self, actor: str) -> LeftOut | None:
        """Why this person may not put it into a file for a bank; None: it may be put there."""
        reasons: tuple[tuple[LeftOut, bool], ...] = (
            ("in_kind", self.in_kind),
            ("on_its_way", self.ordered),
            ("settling", self.settling),
            ("nothing_open", self.open_fen <= 0),
            ("watched", self.watched),
            ("own_hands", not self.may_pay(actor)),
        )
        return next((reason for reason, holds in reasons if holds), None)

    def fits_file(self, actor: str) -> bool:
        """Whether this person may put what is open of it into a file for a bank."""
        return self.left_out(actor) is None

    @property
    def through(self) -> str:
        """A clerk is paid through the employer, everybody else directly."""
        return "employer" if self.member_kind == "clerk" else "member"

    @property
    def payee(self) -> str:
        """Whom the money goes to."""
        by_employer = self.through == "employer" and self.institution
        return (self.institution if by_employer else self.member_name) or self.member


def doubts(row: DeskRow, amount_fen: int, today: date, *, reference_used: bool) -> list[Doubt]:
    """What to ask before so much is paid on that day."""
    found: list[Doubt] = ["watched"] if row.watched else []
    if row.state not in ("held", "payable", "paid") or (row.state == "paid" and not row.open_fen):
        found.append("nothing_due")
    elif row.state == "held":
        found.append("before_release")
    if "nothing_due" not in found and amount_fen > max(row.open_fen, 0) and row.state != "held":
        found.append("beyond_payable")
    if row.state == "held" and amount_fen > row.amount_fen:
        found.append("beyond_payable")
    if row.releases_on is not None and today < row.releases_on and row.state == "paid":
        found.append("before_release")
    is_more = row.open_fen - row.member_owes_fen < amount_fen <= row.open_fen
    if is_more and not row.in_kind:
        found.append("owes_back")
    if reference_used:
        found.append("reference_used")
    return found
