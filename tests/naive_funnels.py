"""Touchpoints by the letter of the written rules, from a naively judged history."""

from collections.abc import Iterator
from typing import Any

from crm.funnels.touchpoint import Touchpoint
from tests.naive_facts import identity_cards, member_facts, pair_decisions
from tests.naive_history import History, Told
from tests.unit.crm.identity.naive_people import NaivePeople

SIMPLE = (
    *("activity.attended", "clinic.consulted", "trial.started", "trial.ended", "gift.given"),
    *("club.joined", "follow_up.done", "complaint.raised", "purchase.made", "consent.given"),
    "card.registered",
)


def naive_touchpoints(history: History) -> list[Touchpoint]:
    """Every touchpoint that counts."""
    people = NaivePeople(identity_cards(history), pair_decisions(history)).person_of()
    found = []
    for type_name in SIMPLE:
        for event in history.counted(type_name):
            if type_name != "purchase.made" or is_kept(history, event):
                found.append(one(history, event, type_name, people[event.data["card_id"]]))
    own_cards = {name: fact.card_id for name, fact in member_facts(history).items()}
    for event in history.counted("referral.made"):
        found += of_referral(history, event, people, own_cards)
    return found


def of_referral(
    history: History, event: Told, people: dict[str, str], own_cards: dict[str, str | None]
) -> Iterator[Touchpoint]:
    yield one(history, event, "referral.received", people[event.data["card_id"]])
    card = own_cards[event.data["member"]]
    if card is not None:
        yield one(history, event, "referral.given", people[card])


def is_kept(history: History, bought: Told) -> bool:
    returns = history.counted("purchase.returned", purchase_id=bought.data["purchase_id"])
    return bool(sum(each.data["quantity"] for each in returns) < bought.data["quantity"])


def one(history: History, event: Told, type_name: str, person: str) -> Touchpoint:
    fields: dict[str, Any] = {}
    activity = history.activity(event.data.get("activity_id") or "")
    if activity is not None:
        fields = {name: activity[name] for name in ("kind", "programme", "dealer", "region")}
    fields |= event.data
    return Touchpoint(person, type_name, event.starts_us, event.by_day, event.order, fields)
