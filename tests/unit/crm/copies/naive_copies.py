"""The copies once more, slowly, straight from the written rule: an oracle for the tests.

Shares nothing with the code under test but the input values. Every question is asked of every
event, every card and every dealer; nothing is skipped early and nothing is remembered.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from crm.consents.facts import ActivityInfo, ConsentDecision, Contract, HistoryItem, SharedCard

Row = dict[str, Any]


def naive_copy(
    dealer: str,
    persons: Sequence[Sequence[SharedCard]],
    contracts: Sequence[Contract],
    activities: dict[str, ActivityInfo],
    at_us: int,
    row_key: Callable[[str, str], str],
) -> list[tuple[tuple[str, ...], Row]]:
    """(contributing cards, row) of each person in the dealer's copy."""
    found = []
    for person in persons:
        cards = [card for card in person if card.order[0] <= at_us]
        cards.sort(key=lambda card: card.order)
        if is_restricted(cards, at_us):
            continue
        contributing = [
            card
            for card in cards
            if not card.erased
            and has_reason(card, dealer, contracts, activities, at_us)
            and has_consent(card, dealer, at_us)
            and not is_objected_to(card, cards, dealer, at_us)
        ]
        if contributing:
            row = row_of(contributing, cards, dealer, activities, at_us)
            row["key"] = row_key(dealer, contributing[0].card_id)
            row["deceased"] = any(card.deceased for card in cards)
            found.append((tuple(card.card_id for card in contributing), row))
    return found


def naive_digest(rows: Sequence[Row]) -> str:
    """For rows of text, integers and booleans with ASCII keys, as all rows are."""
    lines = [canonical(row) for row in sorted(rows, key=lambda row: str(row["key"]))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def day_of(at_us: int) -> date:
    return (datetime(1970, 1, 1) + timedelta(microseconds=at_us, hours=8)).date()


# (a) the reason


def has_reason(
    card: SharedCard,
    dealer: str,
    contracts: Sequence[Contract],
    activities: dict[str, ActivityInfo],
    at_us: int,
) -> bool:
    today = day_of(at_us)
    active = []
    for contract in contracts:
        runs = contract.starts_on <= today <= (contract.ends_on or date.max)
        if contract.dealer == dealer and runs and contract.order[0] <= at_us:
            active.append(contract)
    if not active:
        return False
    for contract in active:
        for code in contract.regions:
            if card.region is not None and holds_region(code, card.region):
                return True
    if card.activity_id in activities and activities[card.activity_id].dealer == dealer:
        return True
    return card.dealer == dealer


def holds_region(code: str, region: str) -> bool:
    levels = {region, region[:4] + "00", region[:2] + "0000"}
    return code in levels


# (b) the consent, (c) the objection


def spoken(
    cards: Sequence[SharedCard], purpose: str, dealer: str | None, at_us: int
) -> list[ConsentDecision]:
    words = []
    for card in cards:
        for word in card.consents:
            to_all = word.dealer is None and word.kind != "given"
            if (
                word.purpose == purpose
                and (word.dealer == dealer or to_all)
                and word.order[0] <= at_us
            ):
                words.append(word)
    return sorted(words, key=lambda word: word.order)


def loses_on_paper(
    consent: ConsentDecision, objection: ConsentDecision, words: Sequence[ConsentDecision]
) -> bool:
    """The objection and some consent of the day clash with one of the two on paper."""
    day = day_of(consent.order[0])
    if day_of(objection.order[0]) != day:
        return False
    clashes = [
        other.day_precision or objection.day_precision
        for other in words
        if other.kind == "given" and day_of(other.order[0]) == day
    ]
    return any(clashes)


def beaten(
    consent: ConsentDecision, words: Sequence[ConsentDecision], of_card: Sequence[ConsentDecision]
) -> bool:
    if not consent.proven:
        before = [w for w in of_card if w.kind == "given" and w.proven and w.order < consent.order]
        if not before:
            return any(word.kind != "given" for word in words)
        consent = max(before, key=lambda word: word.order)
    return any(
        objection.order > consent.order or loses_on_paper(consent, objection, words)
        for objection in words
        if objection.kind != "given"
    )


def standing_consent(words: Sequence[ConsentDecision], at_us: int) -> ConsentDecision | None:
    """The last word when it is a consent that no objection beats and that has not expired."""
    if not words or words[-1].kind != "given" or beaten(words[-1], words, words):
        return None
    expires_on = words[-1].expires_on
    return None if expires_on is not None and expires_on < day_of(at_us) else words[-1]


def has_consent(card: SharedCard, dealer: str, at_us: int) -> bool:
    return standing_consent(spoken([card], "share_with_dealer", dealer, at_us), at_us) is not None


def is_objected_to(card: SharedCard, cards: Sequence[SharedCard], dealer: str, at_us: int) -> bool:
    consent = standing_consent(spoken([card], "share_with_dealer", dealer, at_us), at_us)
    assert consent is not None
    return beaten(
        consent,
        spoken(cards, "share_with_dealer", dealer, at_us),
        spoken([card], "share_with_dealer", dealer, at_us),
    )


def is_restricted(cards: Sequence[SharedCard], at_us: int) -> bool:
    words = spoken(cards, "archive", None, at_us)
    return bool(words) and standing_consent(words, at_us) is None


# the row


def gives(
    card: SharedCard, person: Sequence[SharedCard], category: str, dealer: str, at_us: int
) -> bool:
    consent = standing_consent(spoken([card], "share_with_dealer", dealer, at_us), at_us)
    assert consent is not None
    if category not in (consent.categories or ("identity", "contact")):
        return False
    if category in ("identity", "contact"):
        return True
    of_card = spoken([card], "health", None, at_us)
    health = standing_consent(of_card, at_us)
    if health is None or health.proven:
        return health is not None
    return not beaten(health, spoken(person, "health", None, at_us), of_card)


def row_of(
    cards: Sequence[SharedCard],
    person: Sequence[SharedCard],
    dealer: str,
    activities: dict[str, ActivityInfo],
    at_us: int,
) -> Row:
    identity: Row = {"names": set()}
    contact: Row = {"phones": set(), "addresses": set(), "regions": set()}
    health: Row = {"conditions": set(), "medicines": set(), "devices": set(), "readings": []}
    history: list[HistoryItem] = []
    purchases: list[tuple[int, Row]] = []
    for card in cards:
        if gives(card, person, "identity", dealer, at_us):
            add_identity(identity, card)
        if gives(card, person, "contact", dealer, at_us):
            contact["phones"] |= {phone(raw) for raw in card.phones}
            contact["addresses"] |= {card.address}
            contact["regions"] |= {card.region}
        if gives(card, person, "health", dealer, at_us):
            for field in ("conditions", "medicines", "devices"):
                health[field] |= set(getattr(card, field))
            health["readings"] += readings_of(card, at_us)
        if gives(card, person, "history", dealer, at_us):
            history += [item for item in card.history if item.starts_us <= at_us]
        if gives(card, person, "purchases", dealer, at_us):
            purchases += purchases_of(card, at_us)
    if "birth_date" in identity:
        identity.pop("birth_year", None)
    health["readings"] = listed(health["readings"])
    row = {"identity": tidy(identity), "contact": tidy(contact), "health": tidy(health)}
    done = listed(history_of(history, dealer, activities))
    row |= {"history": done, "purchases": listed(purchases)}  # type: ignore[dict-item]
    return {category: told for category, told in row.items() if told}


def add_identity(identity: Row, card: SharedCard) -> None:
    identity["names"] |= set(card.names)
    if card.sex is not None:
        identity.setdefault("sex", card.sex)
    if card.birth_date is not None:
        identity.setdefault("birth_date", str(card.birth_date))
    if card.birth_year is not None:
        identity.setdefault("birth_year", card.birth_year)


def phone(raw: str) -> str:
    digits = re.sub(r"[\s-]", "", raw).removeprefix("+86")
    return f"+86{digits}" if re.fullmatch(r"1[3-9]\d{9}", digits) else raw


def readings_of(card: SharedCard, at_us: int) -> list[tuple[int, Row]]:
    measures = ("systolic_mmhg", "diastolic_mmhg", "pulse_bpm", "note")
    found = []
    for reading in card.readings:
        told = {name: getattr(reading, name) for name in measures if getattr(reading, name)}
        if told and reading.starts_us <= at_us:
            found.append((reading.starts_us, {"time": reading.time} | told))
    return found


def history_of(
    items: Sequence[HistoryItem], dealer: str, activities: dict[str, ActivityInfo]
) -> list[tuple[int, Row]]:
    found = []
    for item in items:
        sheets = [
            other.order
            for other in items
            if other.type == "activity.attended" and other.activity_id == item.activity_id
        ]
        if item.type == "activity.attended" and item.order != min(sheets):
            continue
        told = {"type": item.type, "time": item.time, "timeprecision": item.timeprecision}
        elsewhere = item.activity_id is not None and (
            item.activity_id not in activities or activities[item.activity_id].dealer != dealer
        )
        if not elsewhere:
            told.update(item.codes)
            if item.activity_id is not None:
                told["activity_id"] = item.activity_id
        found.append((item.starts_us, told))
    return found


def purchases_of(card: SharedCard, at_us: int) -> list[tuple[int, Row]]:
    found = []
    for bought in card.purchases:
        told: Row = {"purchase_id": bought.purchase_id, "time": bought.time, "sku": bought.sku}
        told |= {"quantity": bought.quantity, "returned": bought.returned_units}
        told |= {"unit_price_fen": bought.unit_price_fen, "channel": bought.channel}
        if bought.serials:
            told["serials"] = sorted(set(bought.serials))
        if bought.starts_us <= at_us:
            found.append((bought.starts_us, told))
    return found


def tidy(category: Row) -> Row:
    """Sets become sorted lists; what is unknown or empty goes."""
    told = {}
    for name, value in category.items():
        if isinstance(value, set):
            value = sorted(text for text in value if text)
        if value:
            told[name] = value
    return told


def listed(dated: Sequence[tuple[int, Row]]) -> list[Row]:
    """By instant, then by canonical JSON; what is told twice once."""
    once = {(starts_us, canonical(told)): told for starts_us, told in dated}
    return [once[key] for key in sorted(once)]
