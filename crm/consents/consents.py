"""What a card has agreed to at a time, and whether its archive may be used at all.

Nothing is allowed that nobody consented to. Decisions are taken in effective order, with one
exception for paper (docs/events.md, "Order"): where the decisions of one Shanghai day disagree and
one of them is known to the day only, nobody can tell which came last, and the no holds over every
yes of that day.

Source: PIPL art. 14–16 (consent and its withdrawal), 23 (another handler), 29 (sensitive data).
"""

from collections.abc import Iterable, Sequence

from campaigns.times import shanghai_day
from crm.consents.facts import ConsentDecision, Purpose

NOTHING_NAMED = frozenset({"identity", "contact"})
"""What a consent that names no category gives."""

ONLY_WITH_HEALTH = frozenset({"health", "history", "purchases"})
"""Each of these tells that a person has a brain condition."""


def decisions_on(
    decisions: Iterable[ConsentDecision], purpose: Purpose, at_us: int, dealer: str | None = None
) -> list[ConsentDecision]:
    """The decisions effective up to `at_us` that speak of the purpose (and of the dealer)."""
    return [
        decision
        for decision in decisions
        if decision.purpose == purpose
        and decision.order[0] <= at_us
        and (decision.dealer == dealer or (decision.dealer is None and not decision.is_consent))
    ]


def last_decision(
    decisions: Iterable[ConsentDecision], purpose: Purpose, at_us: int, dealer: str | None = None
) -> ConsentDecision | None:
    """The decision that holds at `at_us`, whatever it says; None when nothing was said."""
    spoken = decisions_on(decisions, purpose, at_us, dealer)
    if not spoken:
        return None
    last = max(spoken, key=_order)
    if not last.is_consent:
        return last
    return objection_to(last, spoken, spoken) or last


def objection_to(
    consent: ConsentDecision,
    decisions: Sequence[ConsentDecision],
    of_card: Iterable[ConsentDecision],
) -> ConsentDecision | None:
    """The last refusal or withdrawal among `decisions` that stands above the consent, if any.

    It does when it is later, or when it is of the consent's Shanghai day and any decision of that
    day is known to the day only. A consent that nobody proved ends no objection: one that no proven
    consent among the decisions `of_card` had ended stands above it, whatever its time. `decisions`
    speak of one purpose and dealer and are cut at the time asked for (`decisions_on`); they may be
    of several cards of a person.
    """
    objections = [decision for decision in decisions if not decision.is_consent]
    if not objections:
        return None
    last = max(objections, key=_order)
    if not consent.proven:
        proven = [
            decision
            for decision in of_card
            if decision.is_consent and decision.proven and decision.order < consent.order
        ]
        if not proven:
            return last
        consent = max(proven, key=_order)
    if last.order > consent.order:
        return last
    day = shanghai_day(consent.order[0])
    # The last objection is before the consent: only one of the same day can stand above it.
    if shanghai_day(last.order[0]) != day:
        return None
    same_day = (
        decision for decision in (consent, *decisions) if shanghai_day(decision.order[0]) == day
    )
    return last if any(decision.day_precision for decision in same_day) else None


def has_expired(consent: ConsentDecision, at_us: int) -> bool:
    """Whether the consent's last day is over; that day itself still counts."""
    return consent.expires_on is not None and shanghai_day(at_us) > consent.expires_on


def in_force(
    decisions: Iterable[ConsentDecision], purpose: Purpose, at_us: int, dealer: str | None = None
) -> ConsentDecision | None:
    """The consent of one card that holds at `at_us`; None when there is none, the default.

    Sharing is always with a dealer: `share_with_dealer` without one is never in force.
    """
    decision = last_decision(decisions, purpose, at_us, dealer)
    if decision is None or not decision.is_consent or has_expired(decision, at_us):
        return None
    return decision


def is_allowed(
    decisions: Sequence[ConsentDecision],
    purpose: Purpose,
    at_us: int,
    dealer: str | None = None,
    category: str | None = None,
    person: Sequence[ConsentDecision] = (),
) -> bool:
    """Whether one card's decisions allow the purpose at `at_us`; without a decision they do not.

    dealer: the recipient; None is the company itself. category: which of the data; None asks of
    the purpose as such. A dealer has what the consent names, and what tells of an illness only
    while `health` is consented to as well; the company's own use of health needs that consent too.
    person: the decisions of all the person's cards, against which an unproven consent must hold.
    """
    consent = in_force(decisions, purpose, at_us, dealer)
    if consent is None:
        return False
    if category is None:
        return True
    if dealer is not None and category not in (consent.categories or NOTHING_NAMED):
        return False
    needs_health = category in ONLY_WITH_HEALTH if dealer is not None else category == "health"
    return not needs_health or _is_health_allowed(decisions, person, at_us)


def _is_health_allowed(
    decisions: Sequence[ConsentDecision], person: Sequence[ConsentDecision], at_us: int
) -> bool:
    """Each card speaks for itself; what nobody proved ends no objection of the person."""
    consent = in_force(decisions, "health", at_us)
    if consent is None or consent.proven:
        return consent is not None
    said, of_card = (decisions_on(each, "health", at_us) for each in (person, decisions))
    return objection_to(consent, said, of_card) is None


def restricted(cards_decisions: Iterable[Iterable[ConsentDecision]], at_us: int) -> bool:
    """Whether a person's archive is stored but not used at `at_us`.

    Takes the decisions of each of the person's cards. The last one on `archive`, over all of
    them, is a refusal, a withdrawal or a consent that has expired; silence does not restrict.
    """
    return says_no(cards_decisions, "archive", at_us)


def says_no(
    cards_decisions: Iterable[Iterable[ConsentDecision]],
    purpose: Purpose,
    at_us: int,
    dealer: str | None = None,
) -> bool:
    """Whether a person's last decision on a purpose, over all cards, is no yes that still holds.

    A refusal, a withdrawal or a consent that has expired says no; silence does not.
    """
    decision = last_decision(
        (decision for decisions in cards_decisions for decision in decisions),
        purpose,
        at_us,
        dealer,
    )
    return decision is not None and (not decision.is_consent or has_expired(decision, at_us))


def _order(decision: ConsentDecision) -> tuple[int, int, str, str]:
    return decision.order
