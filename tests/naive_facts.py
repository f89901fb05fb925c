"""From a naively judged history to what the other oracles take: cards, words, rewards."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import msgspec

from campaigns.events.rewards import PolicyRule
from campaigns.identifiers import mobile_e164
from crm.consents.facts import (
    ActivityInfo,
    ConsentDecision,
    Contract,
    HistoryItem,
    Purchase,
    Reading,
    SharedCard,
)
from crm.identity.traits import IdentityCard, PairDecision
from crm.rewards.facts import (
    MemberEvent,
    MemberFact,
    Moment,
    Patient,
    PersonFacts,
    PolicyFact,
    PurchaseFact,
    ReferralFact,
    ReturnFact,
    VerdictFact,
    VoidedPurchase,
)
from tests.naive_history import History, Told

HISTORY_CODES = {
    "activity.attended": (),
    "clinic.consulted": (),
    "trial.started": ("trial_id", "sku", "serial"),
    "trial.ended": ("trial_id", "outcome"),
    "follow_up.done": ("channel", "outcome"),
    "club.joined": ("club",),
    "club.left": ("club",),
}


def card_ids(history: History) -> list[str]:
    return sorted(name for kind, name in history.makers if kind == "card")


def merged(into: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """RFC 7396, for objects of two levels."""
    found = dict(into)
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, dict):
            below = found.get(name)
            found[name] = merged(below if isinstance(below, dict) else {}, value)
        else:
            found[name] = value
    return found


def card_values(
    history: History, name: str, parties: Collection[str] | None = None
) -> dict[str, Any]:
    """What the card says by the words of some parties; nothing personal once it is erased."""
    values = dict(history.makers[("card", name)].data)
    for event in history.counted("card.corrected", card_id=name):
        if parties is None or event.party in parties:
            values = merged(values, event.data)
    if is_erased(history, name):
        for part in ("person", "contact", "health", "private"):
            values.pop(part, None)
    return values


def told_values(history: History, name: str) -> dict[str, Any]:
    """What the card says by whoever may say who somebody is: no other dealer by a row."""
    return card_values(history, name, ("company", history.makers[("card", name)].party))


def is_erased(history: History, name: str) -> bool:
    return f"card/{name}" in {*history.erasures, *history.erased_later}


def identity_cards(history: History) -> list[IdentityCard]:
    found = []
    for name in card_ids(history):
        values = told_values(history, name)
        person = values.get("person") or {}
        born = person.get("birth_date")
        found.append(
            IdentityCard(
                name,
                history.makers[("card", name)].order,
                person.get("name"),
                person.get("sex"),
                date.fromisoformat(born) if born else None,
                person.get("birth_year"),
                person.get("id_number"),
                tuple((values.get("contact") or {}).get("phones") or ()),
                values.get("region"),
            )
        )
    return found


def pair_decisions(history: History) -> list[PairDecision]:
    return [
        PairDecision(event.data["card_id"], event.data["other_card_id"], word, event.order)
        for word in ("same", "different", "undecided")
        for event in history.counted(f"identity.{word}")
    ]


# Copies


def shared_cards(history: History) -> dict[str, SharedCard]:
    return {name: shared_card(history, name) for name in card_ids(history)}


def shared_card(history: History, name: str) -> SharedCard:
    values = card_values(history, name)
    person, contact = values.get("person") or {}, values.get("contact") or {}
    health = values.get("health") or {}
    born = person.get("birth_date")
    return SharedCard(
        name,
        history.makers[("card", name)].order,
        (person["name"],) if person.get("name") else (),
        person.get("sex"),
        date.fromisoformat(born) if born else None,
        person.get("birth_year"),
        tuple(contact.get("phones") or ()),
        contact.get("address"),
        values.get("region"),
        values.get("dealer"),
        values.get("activity_id"),
        tuple(health.get("conditions") or ()),
        tuple(health.get("medicines") or ()),
        tuple(health.get("devices") or ()),
        tuple(readings(history, name)),
        tuple(history_items(history, name)),
        tuple(purchases(history, name)),
        tuple(consent_decisions(history, name)),
        bool(history.counted("person.deceased", card_id=name)),
        is_erased(history, name),
    )


def readings(history: History, name: str) -> Iterable[Reading]:
    for event in history.counted("clinic.consulted", card_id=name):
        health = event.data["health"]
        names = ("systolic_mmhg", "diastolic_mmhg", "pulse_bpm", "note")
        yield Reading(event.time, event.starts_us, *map(health.get, names))


def history_items(history: History, name: str) -> Iterable[HistoryItem]:
    for type_name, codes in HISTORY_CODES.items():
        for event in history.counted(type_name, card_id=name):
            yield HistoryItem(
                type_name,
                event.time,
                event.order,
                "day" if event.by_day else "second",
                event.data.get("activity_id"),
                tuple((code, event.data[code]) for code in codes if code in event.data),
            )


def purchases(history: History, name: str) -> Iterable[Purchase]:
    for event in history.counted("purchase.made", card_id=name):
        data = event.data
        returns = history.counted("purchase.returned", purchase_id=data["purchase_id"])
        yield Purchase(
            data["purchase_id"],
            event.time,
            event.starts_us,
            data["sku"],
            data["quantity"],
            sum(each.data["quantity"] for each in returns),
            data["unit_price_fen"],
            data["channel"],
            tuple(data.get("serials") or ()),
        )


def consent_decisions(history: History, name: str) -> Iterable[ConsentDecision]:
    for word in ("given", "refused", "withdrawn"):
        for event in history.counted(f"consent.{word}", card_id=name):
            until = event.data.get("expires_on")
            dealer = event.data.get("dealer")
            if event.data["purpose"] == "share_with_dealer" and event.party != "company":
                dealer = event.party.removeprefix("dealer/")
            yield ConsentDecision(
                word,
                event.data["purpose"],
                dealer,
                frozenset(event.data.get("categories") or ()),
                date.fromisoformat(until) if until else None,
                event.order,
                event.by_day,
                word != "given" or event.party == "company" or event.evidenced,
            )


def contracts(history: History) -> list[Contract]:
    found = []
    for event in history.counted("dealer.contracted"):
        ends = history.last_day(event)
        found.append(
            Contract(
                event.data["contract_id"],
                event.data["dealer"],
                tuple(event.data["regions"]),
                event.data["kind"],
                date.fromisoformat(event.data["starts_on"]),
                None if ends == date(9999, 12, 31) else ends,
                event.order,
            )
        )
    return found


def activities(history: History) -> dict[str, ActivityInfo]:
    found = {}
    for kind, name in history.makers:
        if kind == "activity":
            values = history.activity(name)
            assert values is not None
            found[name] = ActivityInfo(name, values["dealer"])
    return found


# Rewards


def moment(event: Told) -> Moment:
    return Moment(event.order, event.by_day, event.received_us, event.actor)


def person_facts(history: History, people: Iterable[set[str]]) -> list[PersonFacts]:
    verdicts = [
        VerdictFact(
            kind,
            event.data["reward_id"],
            event.data["purchase_id"],
            event.data["member"],
            event.data["amount_fen"],
            moment(event),
        )
        for kind in ("approved", "rejected", "paid")
        for event in history.counted(f"reward.{kind}")
    ]
    found = [one_person(history, cards, verdicts) for cards in people]
    bought = {name for kind, name in history.makers if kind == "purchase"}
    lost = {verdict.purchase_id for verdict in verdicts} - bought
    voided = tuple(map(VoidedPurchase, sorted(lost)))
    stray = tuple(verdict for verdict in verdicts if verdict.purchase_id in lost)
    nobody = Patient(frozenset(), frozenset())
    return [*found, PersonFacts(nobody, verdicts=stray, voided=voided)]


def one_person(history: History, cards: set[str], verdicts: list[VerdictFact]) -> PersonFacts:
    phones = {
        mobile_e164(phone)
        for name in cards
        for phone in (told_values(history, name).get("contact") or {}).get("phones") or ()
    }
    bought = [e for e in history.counted("purchase.made") if e.data["card_id"] in cards]
    names = {event.data["purchase_id"] for event in bought}
    return PersonFacts(
        Patient(frozenset(cards), frozenset(phone for phone in phones if phone)),
        tuple(purchase_fact(history, event) for event in bought),
        tuple(
            ReferralFact(e.data["referral_id"], e.data["card_id"], e.data["member"], moment(e))
            for e in history.counted("referral.made")
            if e.data["card_id"] in cards
        ),
        tuple(
            ReturnFact(e.data["return_id"], e.data["purchase_id"], moment(e), e.data["quantity"])
            for e in history.counted("purchase.returned")
            if e.data["purchase_id"] in names
        ),
        tuple(verdict for verdict in verdicts if verdict.purchase_id in names),
    )


def purchase_fact(history: History, event: Told) -> PurchaseFact:
    data = event.data
    return PurchaseFact(
        data["purchase_id"],
        data["card_id"],
        moment(event),
        data["sku"],
        data["quantity"],
        data["unit_price_fen"],
        data.get("region"),
        history.breaches(event),
        f"card/{data['card_id']}" in history.erasures,
        data.get("outlet"),
    )


def member_facts(history: History) -> dict[str, MemberFact]:
    return {
        name: member_fact(history, name, event)
        for (kind, name), event in history.makers.items()
        if kind == "member"
    }


def member_fact(history: History, name: str, enrolled: Told) -> MemberFact:
    values = dict(enrolled.data)
    kinds = {each: values.get(each) for each in ("kind", "institution_kind")}
    events = [MemberEvent(moment(enrolled), "enrolled", kinds)]
    for event in history.counted("member.changed", member=name):
        values = merged(values, event.data)
        changed = {n: v for n, v in event.data.items() if n in ("kind", "institution_kind")}
        events.append(MemberEvent(moment(event), "changed", changed))
    for event in history.counted("member.trained", member=name):
        events.append(MemberEvent(moment(event), "trained", passed=event.data["passed"]))
    events += [
        MemberEvent(moment(event), "left") for event in history.counted("member.left", member=name)
    ]
    mobiles = {mobile_e164(phone) for phone in values["contact"]["phones"]} - {None}
    return MemberFact(name, tuple(events), frozenset(filter(None, mobiles)), values.get("card_id"))


def policy_facts(history: History) -> list[PolicyFact]:
    return [
        PolicyFact(
            event.data["policy"],
            date.fromisoformat(event.data["effective_from"]),
            msgspec.convert(event.data["rules"], tuple[PolicyRule, ...]),
            event.order,
        )
        for event in history.counted("reward_policy.published")
    ]
