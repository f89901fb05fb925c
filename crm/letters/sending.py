"""Whether a person may be sent something now: death, restriction, consent, the quiet hours."""

from collections.abc import Sequence
from typing import Literal

from campaigns.times import moment_of
from crm.consents.facts import ConsentDecision
from crm.consents.uses import Standing, may_follow_up, may_reach_out
from crm.letters.template import Purpose

Way = Literal["print", "mail", "sms", "wechat"]
"""print: on paper, by post or by hand; mail: SMTP; sms, wechat: the gateway."""
Obstacle = Literal["deceased", "restricted", "erased", "no_consent", "quiet_hours"]
QUIET_FROM, QUIET_TO = 20, 9
"""Shanghai hours: from the first to the second nobody's phone is to ring because of us."""


def obstacle(
    cards_decisions: Sequence[Sequence[ConsentDecision]],
    standing: Standing,
    purpose: Purpose,
    way: Way,
    at_us: int,
    *,
    erased: bool = False,
) -> Obstacle | None:
    """Why nothing may be sent; None: it may. Asked when it is sent, not when it is planned."""
    if erased:
        return "erased"
    if standing.deceased:
        return "deceased"
    if not may_follow_up(standing):
        return "restricted"
    if purpose != "service" and not may_reach_out(cards_decisions, standing, purpose, at_us):
        return "no_consent"
    return "quiet_hours" if way != "print" and is_quiet(at_us) else None


def is_quiet(at_us: int) -> bool:
    """Whether it is evening, night or early morning in Shanghai."""
    hour = moment_of(at_us).hour
    return hour >= QUIET_FROM or hour < QUIET_TO
