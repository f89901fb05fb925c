"""Purchases in every channel, the referrals that lead to them, and what comes back."""

from campaigns.season.care import void
from campaigns.season.model import Activity, Card, Member, Person, Referral, Sale
from campaigns.season.places import SUB_DEALER
from campaigns.season.population import new_phone
from campaigns.season.post import Desk, Event, Sent
from campaigns.season.world import World
from campaigns.times import DAY_US, SECOND_US

_PRICES_FEN = {"JX-B4": 69_300, "JX-B2": 59_700}
_CHANNELS = ("dealer", "pharmacy", "counter", "hospital", "mail_order", "activity")
_CHANNEL_WEIGHTS = (34, 26, 14, 8, 8, 10)
_RELATIONS = ("self", "spouse", "child", "parent", "friend", "subordinate", "other")
_RELATION_WEIGHTS = (56, 10, 24, 1, 5, 3, 1)
_MOTIVES = {
    "child": "filial_gift",
    "friend": "friendly_gift",
    "subordinate": "respect",
}
_INFLUENCERS = ("doctor", "clerk", "friend", "child", "advertisement", "activity")
_RETURN_REASONS = ("quality", "no_effect", "adverse", "changed_mind", "wrong_item", "other")


def buy(
    world: World,
    person: Person,
    card: Card,
    desk: Desk,
    at_us: int,
    activity: Activity | None = None,
    referred: bool = True,
) -> Sale | None:
    """One purchase, with the referral before it in many cases; None beyond the season."""
    if referred and not person.referrals and world.chance(0.5):
        _recommend(world, person, card, at_us)
    data = _purchase(world, person, desk, at_us, activity)
    sent = world.tell(person, card, desk, at_us, "purchase.made", data)
    if sent is None:
        return None
    breach = activity is not None and activity.kind == "free_clinic"
    late = False
    if referred and not person.referrals and world.turn("late referral", 8, first=2):
        late = _recommend_late(world, person, card, sent)
    sale = Sale(data["purchase_id"], person, card, sent, at_us, data["quantity"], breach, late)
    world.sales.append(sale)
    if not person.referrals:
        _afterwards(world, sale, desk, data)
    return sale


def refer(world: World, person: Person, card: Card, desk: Desk, at_us: int, member: Member) -> bool:
    """A member's word about the person; some are said without the patient's agreement."""
    agreed = not world.turn("not agreed", 14, first=5)
    referral_id = f"R-{world.number('referral'):05d}"
    data: Event = {"referral_id": referral_id, "member": member.code, "patient_agreed": agreed}
    if world.tell(person, card, desk, at_us, "referral.made", data) is None:
        return False
    person.referrals.append(Referral(referral_id, card.card_id, member, at_us, agreed))
    return True


def member_for(world: World, person: Person, at_us: int, kinds: tuple[str, ...]) -> Member | None:
    """Some active member of the person's territory, never the person, of the wanted kinds."""
    members = [
        member
        for member in world.members_of(person.territory, at_us)
        if member.kind in kinds and member is not person.member
    ]
    return world.dice.choice(members) if members else None


def give_back(world: World, sale: Sale, at_us: int, quantity: int) -> bool:
    """A return of so many units."""
    data: Event = {
        "return_id": f"RT-{world.number('return'):05d}",
        "purchase_id": sale.purchase_id,
        "quantity": quantity,
        "reason_code": world.dice.choice(_RETURN_REASONS),
    }
    desk = world.system(sale.person.territory.dealer_on(world.day_of(at_us)), world.day_of(at_us))
    return world.tell(sale.person, sale.card, desk, at_us, "purchase.returned", data) is not None


def _recommend(world: World, person: Person, card: Card, bought_us: int) -> None:
    wanted_us = bought_us - world.dice.randint(1, 40) * DAY_US
    at_us = max(wanted_us, card.registered_us + 900 * SECOND_US)
    if at_us >= bought_us:
        return
    kinds = world.dice.choices((("clerk",), ("doctor",), ("consumer",)), (48, 17, 35))[0]
    member = member_for(world, person, at_us, kinds)
    if member is None:
        return
    desk = world.phone(member.dealer, world.day_of(at_us))
    refer(world, person, card, desk, at_us, member)


def _recommend_late(world: World, person: Person, card: Card, sent: Sent) -> bool:
    """The slip was written before the sale and comes more than a week after it."""
    at_us = max(card.registered_us + 600 * SECOND_US, sent.at_us - 2 * DAY_US)
    member = member_for(world, person, at_us, ("clerk",))
    if member is None or at_us >= sent.at_us:
        return False
    arrives_us = sent.received_us + world.dice.randint(8, 16) * DAY_US
    if arrives_us + DAY_US > world.ends_us:
        return False
    slip = Desk(f"/sheets/{member.dealer}", arrives_us, batch_seconds=1800)
    return refer(world, person, card, slip, at_us, member)


def _purchase(
    world: World, person: Person, desk: Desk, at_us: int, activity: Activity | None
) -> Event:
    number = world.number("purchase")
    sku = world.dice.choice(("JX-B4", "JX-B4", "JX-B2"))
    quantity = world.dice.choices((1, 2, 3), (86, 11, 3))[0]
    channel = world.dice.choices(_CHANNELS, _CHANNEL_WEIGHTS)[0]
    if (activity is not None) != (channel == "activity"):
        channel = "dealer" if activity is None else "activity"
    discount_percent = world.dice.choice((0, 0, 0, 5, 10))
    data: Event = {
        "purchase_id": f"P-{number:05d}",
        "sku": sku,
        "quantity": quantity,
        "unit_price_fen": _PRICES_FEN[sku] * (100 - discount_percent) // 100,
        "channel": channel,
        "region": person.district[0],
        "serials": [f"JX26-{world.number('serial'):06d}" for _ in range(quantity)],
    }
    if channel in ("dealer", "activity", "pharmacy", "counter"):
        data["dealer"] = _seller(world, person, channel, at_us)
    if channel in ("pharmacy", "counter", "hospital"):
        data["outlet"] = f"O-{person.territory.prefix}-{world.dice.randint(1, 60):03d}"
    if activity is not None:
        data["activity_id"] = activity.activity_id
    return data | _roles(world)


def _seller(world: World, person: Person, channel: str, at_us: int) -> str:
    if channel == "pharmacy" and person.district[0] == "110106" and world.day_of(at_us) > 35:
        return SUB_DEALER
    return person.territory.dealer_on(world.day_of(at_us))


def _roles(world: World) -> Event:
    relation = world.dice.choices(_RELATIONS, _RELATION_WEIGHTS)[0]
    data: Event = {"buyer": {"relation": relation}}
    if world.chance(0.5):
        data["decider"] = relation if world.chance(0.7) else "self"
    if world.chance(0.5):
        data["influencers"] = world.dice.sample(_INFLUENCERS, world.dice.randint(1, 2))
    if world.chance(0.5):
        data["motive"] = _MOTIVES.get(relation, "own_need")
    if relation != "self" and world.chance(0.6):
        data["private"] = {"buyer_name": world.names.name(), "buyer_phone": new_phone(world)}
    return data


def _afterwards(world: World, sale: Sale, desk: Desk, data: Event) -> None:
    """Of the sales that earn nobody anything: some are returned, some were typed wrong."""
    if world.turn("return", 9, first=3):
        back_us = world.after_us(sale.at_us, 3, 25)
        give_back(world, sale, back_us, world.dice.randint(1, sale.quantity))
        if world.turn("returned twice", 7, first=2):  # more than was bought: rejected
            give_back(world, sale, world.after_us(back_us, 1, 9), sale.quantity)
    elif world.turn("mistyped sale", 20, first=2):
        voided = void(world, sale.person, sale.sent, "typed_wrong")
        if voided is not None:
            again = Desk(desk.source, voided.received_us, desk.by_day)
            right = data | {"motive": "own_need", "unit_price_fen": data["unit_price_fen"] - 1_000}
            world.tell(sale.person, sale.card, again, sale.at_us, "purchase.made", right)
