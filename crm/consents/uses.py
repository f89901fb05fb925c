"""What may be done with a person's data inside the company: shown, called, written to.

To write a card down needs no consent, and silence closes nothing; the person's no on `archive`
closes everything but the records that the law asks for (the archive is *restricted*: stored, not
used), and the no on `health` closes what was measured and what the person suffers from. What
reaches out to the person for our own ends is allowed by a consent of its own alone.
docs/security.md lists every read with the rule that it asks.

Source: PIPL art. 13, 15, 16, 29, 44, 47, 49.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from crm.consents.consents import (
    decisions_on,
    in_force,
    is_allowed,
    objection_to,
    restricted,
    says_no,
)
from crm.consents.facts import ConsentDecision

Outreach = Literal["marketing", "club"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a person over all cards: archive stored but not used; dead."""

    restricted: bool
    deceased: bool


def may_show(standing: Standing, *, sees_restricted: bool) -> bool:
    """Whether a viewer may see what is personal; `sees_restricted` is compliance's right."""
    return sees_restricted or not standing.restricted


def may_show_health(cards_decisions: Iterable[Iterable[ConsentDecision]], at_us: int) -> bool:
    """Whether readings, conditions, medicines and devices may be shown to anybody but the person.

    Not while the last decision on `health`, over all cards, is a no; silence closes nothing.
    """
    return not says_no(cards_decisions, "health", at_us)


@dataclass(frozen=True, slots=True)
class Closed:
    """What a no closes: the whole archive, for all but compliance; health, for everybody."""

    archive: bool
    health: bool

    def __or__(self, other: "Closed") -> "Closed":
        """Closed by either."""
        return Closed(self.archive or other.archive, self.health or other.health)


def closed_by(cards_decisions: Iterable[Iterable[ConsentDecision]], at_us: int) -> Closed:
    """What the decisions on all cards of a person close at `at_us`."""
    decisions = tuple(map(tuple, cards_decisions))
    return Closed(restricted(decisions, at_us), not may_show_health(decisions, at_us))


def may_follow_up(standing: Standing) -> bool:
    """Whether anybody may call or visit because of a trial."""
    return not standing.restricted and not standing.deceased


def may_reach_out(
    cards_decisions: Sequence[Sequence[ConsentDecision]],
    standing: Standing,
    purpose: Outreach,
    at_us: int,
) -> bool:
    """Whether news (`marketing`) or club matters may be sent: no unless the person agreed.

    The consent stands on any card of the person; a later no on any other card ends it.
    """
    if not may_follow_up(standing):
        return False
    said = decisions_on(
        (decision for decisions in cards_decisions for decision in decisions), purpose, at_us
    )
    return any(
        consent is not None
        and is_allowed(decisions, purpose, at_us)
        and objection_to(consent, said, decisions_on(decisions, purpose, at_us)) is None
        for decisions in cards_decisions
        for consent in (in_force(decisions, purpose, at_us),)
    )
