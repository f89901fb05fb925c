"""Small invented worlds: persons with cards, words, contracts and activities, from a `Random`.

Times fall on few days and few hours, so that equal instants, paper days and last days are common.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any, TypeVar

from campaigns.times import DAY_US, day_start_us
from crm.consents.facts import (
    ActivityInfo,
    ConsentDecision,
    Contract,
    HistoryItem,
    Purchase,
    Reading,
    SharedCard,
)
from tests.unit.crm.copies.samples import sent

Made = TypeVar("Made")

DEALERS = ("D1", "D2")
CATEGORIES = ("identity", "contact", "health", "history", "purchases")
REGIONS = ("110101", "110105", "130102", "130200", "310101", None)
HOUR_US = DAY_US // 24
FIRST_DAY = date(2026, 5, 1)
DAYS = 6


@dataclass(frozen=True)
class World:
    """Everything the copies depend on."""

    persons: list[list[SharedCard]]
    contracts: list[Contract]
    activities: dict[str, ActivityInfo]
    at_us: int


def row_key(dealer: str, card_id: str) -> str:
    return f"{dealer}~{card_id[::-1]}"


def world(random: Random) -> World:
    """One world, the same for the same state of `random`."""
    serial = iter(range(1_000))
    activities = {
        f"A{number}": ActivityInfo(f"A{number}", random.choice(DEALERS)) for number in range(3)
    }
    persons = some(random, 3, lambda: some(random, 3, lambda: card(random, f"c{next(serial)}")))
    contracts = some(random, 3, lambda: contract(random, f"k{next(serial)}"))
    contracts += [everywhere(dealer) for dealer in DEALERS if random.random() < 0.5]
    at_us = max(when(random)[0] for _ in range(2))
    return World(persons, contracts, activities, at_us)


def some(random: Random, most: int, make: Callable[[], Made]) -> list[Made]:
    return [make() for _ in range(random.randint(0, most))]


def some_of(random: Random, values: tuple[Made, ...]) -> tuple[Made, ...]:
    return tuple(value for value in values if random.random() < 0.5)


def when(random: Random) -> tuple[int, bool]:
    """(start in µs, whether known to the day only)."""
    starts_us = day_start_us(FIRST_DAY) + random.randrange(DAYS) * DAY_US
    if random.random() < 0.25:
        return starts_us, True
    return starts_us + random.choice((0, 9, 10, 23)) * HOUR_US, False


def time_of(random: Random) -> dict[str, Any]:
    starts_us, by_day = when(random)
    day = (starts_us - day_start_us(FIRST_DAY)) // DAY_US
    hour = (starts_us - day_start_us(FIRST_DAY)) // HOUR_US % 24
    text = f"2026-05-{day + 1:02d}" + ("" if by_day else f" {hour:02d}:00")
    return {"time": sent(text), "starts_us": starts_us}


def order(random: Random, starts_us: int) -> tuple[int, int, str, str]:
    return starts_us, random.randrange(2), random.choice("ab"), f"e{random.randrange(10**9)}"


def later_day(random: Random) -> date | None:
    if random.random() < 0.5:
        return None
    return date(2026, 5, random.randint(1, DAYS + 1))


def consent_decisions(random: Random) -> tuple[ConsentDecision, ...]:
    """Mostly a consent to share and one for health, and then what people say besides."""
    words = some(random, 3, lambda: objection(random) if random.random() < 0.5 else consent(random))
    words += [consent(random, "share_with_dealer") for _ in range(2) if random.random() < 0.7]
    if random.random() < 0.7:
        words.append(consent(random, "health"))
    return tuple(mixed(random, words))


def consent(random: Random, purpose: Any = None) -> ConsentDecision:
    purpose = purpose or random.choice(("share_with_dealer", "health", "archive", "marketing"))
    sharing = purpose == "share_with_dealer"
    starts_us, by_day = when(random)
    return ConsentDecision(
        "given",
        purpose,
        random.choice(DEALERS) if sharing else None,
        frozenset(some_of(random, CATEGORIES) if sharing else ()),
        later_day(random) if random.random() < 0.3 else None,
        order(random, starts_us),
        by_day,
        random.random() < 0.7,
    )


def objection(random: Random) -> ConsentDecision:
    purpose: Any = random.choice(("share_with_dealer", "share_with_dealer", "health", "archive"))
    dealer = random.choice((None, *DEALERS)) if purpose == "share_with_dealer" else None
    said: Any = random.choice(("refused", "withdrawn"))
    starts_us, by_day = when(random)
    return ConsentDecision(
        said, purpose, dealer, frozenset(), None, order(random, starts_us), by_day
    )


def contract(random: Random, contract_id: str) -> Contract:
    made_us, _ = when(random)
    early = day_start_us(FIRST_DAY) - DAY_US
    return Contract(
        contract_id,
        random.choice(DEALERS),
        some_of(random, ("110000", "110100", "130102", "130200", "310000")),
        random.choice(("exclusive", "province_buyout", "sub")),
        date(2026, 5, random.randint(1, 3)),
        later_day(random),
        order(random, made_us if random.random() < 0.2 else early),
    )


def everywhere(dealer: str) -> Contract:
    early = day_start_us(FIRST_DAY) - DAY_US
    regions = ("110000", "130000", "310000")
    key = (early, 0, "a", f"everywhere {dealer}")
    return Contract(f"k{dealer}", dealer, regions, "sub", FIRST_DAY, None, key)


def history_item(random: Random) -> HistoryItem:
    codes: Any = random.choice(((), (("club", "夕阳红"),), (("trial_id", "T1"), ("sku", "x"))))
    happened = time_of(random)
    return HistoryItem(
        type=random.choice(("activity.attended", "trial.started")),
        timeprecision=random.choice(("second", "day")),
        activity_id=random.choice((None, "A0", "A1", "A2", "unknown")),
        codes=codes,
        time=happened["time"],
        order=order(random, happened["starts_us"]),
    )


def reading(random: Random) -> Reading:
    return Reading(
        systolic_mmhg=random.choice((None, 130, 150)),
        pulse_bpm=random.choice((None, 70)),
        note=random.choice((None, "", "静坐后")),
        **time_of(random),
    )


def purchase(random: Random) -> Purchase:
    return Purchase(
        purchase_id=f"P{random.randrange(3)}",
        sku="four-box",
        quantity=2,
        returned_units=random.randrange(3),
        unit_price_fen=random.choice((0, 69_300)),
        channel="dealer",
        serials=some_of(random, ("S2", "S1", "S1")),
        **time_of(random),
    )


def card(random: Random, card_id: str) -> SharedCard:
    early = day_start_us(FIRST_DAY) - DAY_US
    made_us, _ = when(random)
    return SharedCard(
        card_id=card_id,
        order=order(random, made_us if random.random() < 0.3 else early),
        names=(random.choice(("王秀英", "汪秀英", "李强")),),
        sex=random.choice((None, "male", "female")),
        birth_date=random.choice((None, date(1948, 3, 5), date(1949, 10, 1))),
        birth_year=random.choice((None, 1948, 1949)),
        phones=some_of(random, ("139 1111-2222", "13911112222", "+8613811112222", "65123456")),
        address=random.choice((None, "", "甲路1号", "乙路2号")),
        region=random.choice(REGIONS),
        dealer=random.choice((None, *DEALERS)),
        activity_id=random.choice((None, "A0", "A1", "A2", "unknown")),
        conditions=some_of(random, ("眩晕", "卒中")),
        medicines=some_of(random, ("阿司匹林",)),
        devices=some_of(random, ("血压计",)),
        readings=tuple(some(random, 2, lambda: reading(random))),
        history=tuple(some(random, 3, lambda: history_item(random))),
        purchases=tuple(some(random, 2, lambda: purchase(random))),
        consents=consent_decisions(random),
        deceased=random.random() < 0.15,
        erased=random.random() < 0.1,
    )


def shuffled(random: Random, original: World) -> World:
    """The same world, handed over in another order throughout."""
    persons = [
        mixed(
            random, [replace(card, consents=tuple(mixed(random, card.consents))) for card in person]
        )
        for person in original.persons
    ]
    return replace(
        original,
        persons=mixed(random, persons),
        contracts=mixed(random, original.contracts),
    )


def mixed(random: Random, values: Any) -> list[Any]:
    return random.sample(list(values), len(values))
