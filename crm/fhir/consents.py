"""A word of consent as an R4B Consent: what for, to whom, for how long; a no is a deny."""

from campaigns.events.consents import ConsentGiven, ConsentRefused, ConsentWithdrawn
from crm.cards.card import Card
from crm.consents.consents import has_expired, last_decision
from crm.consents.gathering import consent_decision, consent_decisions
from crm.fhir.elements import details, identifier, part_id, reference, timed
from crm.fhir.terms import (
    CATEGORY,
    DEALER,
    LAW,
    NOTICE,
    PRIVACY_SCOPE,
    PURPOSE,
    PURPOSE_CATEGORIES,
    RECIPIENT,
    Element,
    coding,
)
from crm.journal.logged_event import LoggedEvent

_UNNAMED = ("identity", "contact")
"""What a consent to share covers that names no categories."""


def consent_resource(patient: Element, card: Card, event: LoggedEvent, at_us: int) -> Element:
    """One word of a card; active while it is the card's last one on its purpose and dealer."""
    data = event.data
    assert isinstance(data, ConsentGiven | ConsentRefused | ConsentWithdrawn)
    return {
        "resourceType": "Consent",
        "id": part_id(event.source, "consent", event.id),
        **_how(data),
        "status": "active" if _holds(card, event, at_us) else "inactive",
        "scope": PRIVACY_SCOPE,
        "category": [PURPOSE_CATEGORIES[data.purpose]],
        "patient": reference(patient),
        **timed("dateTime", event.time),
        **_performer(data),
        **_notice(data),
        "provision": _provision(event, data),
    }


def _holds(card: Card, event: LoggedEvent, at_us: int) -> bool:
    data = event.data
    assert isinstance(data, ConsentGiven | ConsentRefused | ConsentWithdrawn)
    said = consent_decision(event)
    assert said is not None
    decision = last_decision(consent_decisions(card), data.purpose, at_us, said.dealer)
    return (
        decision is not None and decision.order == event.order and not has_expired(decision, at_us)
    )


def _how(data: ConsentGiven | ConsentRefused | ConsentWithdrawn) -> Element:
    if not isinstance(data, ConsentGiven):
        kind = "refused" if isinstance(data, ConsentRefused) else "withdrawn"
        return details({"word": kind})
    names = ("method", "by", "witness", "evidence_sha256", "activity_id")
    return details({"word": "given"} | {name: getattr(data, name) for name in names})


def _performer(data: ConsentGiven | ConsentRefused | ConsentWithdrawn) -> Element:
    """Who agreed for the person, where that was written down."""
    given = data.private if isinstance(data, ConsentGiven) else None
    if given is None or not given.giver_name:
        return {}
    return {"performer": [{"display": given.giver_name}]}


def _notice(data: ConsentGiven | ConsentRefused | ConsentWithdrawn) -> Element:
    if isinstance(data, ConsentGiven):
        return {"policyRule": {"coding": [coding(NOTICE, data.notice_version)], "text": LAW}}
    return {"policyRule": {"text": LAW}}


def _provision(
    event: LoggedEvent, data: ConsentGiven | ConsentRefused | ConsentWithdrawn
) -> Element:
    given = data if isinstance(data, ConsentGiven) else None
    period = timed("start", event.time)
    if given is not None and given.expires_on is not None:
        period["end"] = given.expires_on.isoformat()
    provision: Element = {
        "type": "deny" if given is None else "permit",
        "period": period,
        "purpose": [coding(PURPOSE, data.purpose)],
    }
    said = consent_decision(event)
    if said is not None and said.dealer is not None:
        who = {"identifier": identifier(DEALER, said.dealer)}
        provision["actor"] = [{"role": RECIPIENT, "reference": who}]
    if given is not None and data.purpose == "share_with_dealer":
        names = given.categories or _UNNAMED
        provision["class"] = [coding(CATEGORY, name) for name in names]
    return provision
