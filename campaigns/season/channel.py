"""The channel: contracts, the dealer who is replaced, a sub dealer, and next season's policy."""

from datetime import timedelta

from campaigns.season.places import (
    LAST_DAY_OF_REPLACED_DEALER,
    OVERLAPPING_DEALER,
    REPLACED_DEALER,
    SUB_DEALER,
    SUB_DEALER_PARENT,
    TERRITORIES,
)
from campaigns.season.population import new_phone
from campaigns.season.post import Event
from campaigns.season.world import CONSOLE, SEASON_DAYS, World

_CONTRACT_DAYS = 3 * 365
_NOTICE_DAYS = 10
_HOUSES = ("晚晴", "长青", "康宁", "颐年", "福安", "松鹤", "怡康", "春晖", "南山", "朝霞", "同泰")


def open_channel(world: World) -> None:
    """Send every contract of the season, the replacement, and the policy of the next season."""
    for territory in TERRITORIES:
        for first_day, dealer in territory.dealers:
            _contract(world, dealer, first_day, territory.contract_regions, territory.city)
    _contract(world, SUB_DEALER, 35, ("110106",), "北京", parent=SUB_DEALER_PARENT)
    # A second exclusive dealer for one district: recorded as rejected, never worked with.
    _contract(world, OVERLAPPING_DEALER, 60, ("110105",), "北京")
    _end_contract(world)
    _publish_policy(world)


def _contract(
    world: World,
    dealer: str,
    first_day: int,
    regions: tuple[str, ...],
    city: str,
    parent: str | None = None,
) -> None:
    house = _HOUSES[int(dealer[1:]) - 1]
    contact = f"{world.names.name()} {new_phone(world)}"
    starts_on = world.date_of(first_day)
    data: Event = {
        "dealer": dealer,
        "contract_id": f"C-{dealer}-1",
        "name": f"{city}{house}健康器械经营部",
        "private": {"contact": contact},
        "regions": list(regions),
        "kind": "exclusive" if parent is None else "sub",
        "starts_on": starts_on.isoformat(),
        "ends_on": (starts_on + timedelta(days=_CONTRACT_DAYS - 1)).isoformat(),
    }
    if parent is not None:
        data["parent"] = parent
    signed_us = world.moment_us(max(0, first_day - 6), 8.5)
    world.post.send(CONSOLE, signed_us, "dealer.contracted", f"dealer/{dealer}", data)


def _end_contract(world: World) -> None:
    last_day = LAST_DAY_OF_REPLACED_DEALER
    data: Event = {
        "dealer": REPLACED_DEALER,
        "contract_id": f"C-{REPLACED_DEALER}-1",
        "ends_on": world.date_of(last_day).isoformat(),
        "reason_code": "plan_not_met",
    }
    told_us = world.moment_us(last_day - _NOTICE_DAYS, 10)
    world.post.send(CONSOLE, told_us, "dealer.ended", f"dealer/{REPLACED_DEALER}", data)


def _publish_policy(world: World) -> None:
    """In force only after the season: its rewards stay under the default policy."""
    policy = "autumn-draft"
    published_us = world.moment_us(SEASON_DAYS - 15, 15)
    rules: list[Event] = [
        _rule("doctor", "TRACK_ONLY", "per_unit", amount_fen=2_000),
        _rule("clerk", "HOLD_FOR_REVIEW", "per_unit", amount_fen=1_800, cap_fen_month=36_000),
        _rule("consumer", "NON_CASH", "per_purchase", amount_fen=1_000, cap_fen_year=10_000),
    ]
    data: Event = {
        "policy": policy,
        "effective_from": world.date_of(SEASON_DAYS + 30).isoformat(),
        "rules": rules,
    }
    world.post.send(CONSOLE, published_us, "reward_policy.published", f"policy/{policy}", data)


def _rule(member_kind: str, mode: str, basis: str, **money_fen: int) -> Event:
    return {
        "member_kind": member_kind,
        "mode": mode,
        "basis": basis,
        **money_fen,
        "window_days": 60,
        "which": "last",
        "hold_days": 30,
        "training_required": member_kind != "consumer",
    }
