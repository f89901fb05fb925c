"""How a person gets onto a card: what is left out, misheard, mistyped or written the old way."""

from datetime import timedelta

from opencc import OpenCC

from campaigns.season.model import Activity, Card, Person
from campaigns.season.places import DISSOLVED_DISTRICTS
from campaigns.season.post import Desk, Event
from campaigns.season.world import World

PLACEHOLDER_PHONE = "13800000000"
_HOMOPHONES = (
    "磊雷", "洋阳杨扬", "军俊君钧", "杰洁", "平萍", "辉慧惠", "华花", "鑫欣新", "波博", "斌彬宾",
    "宇玉瑜雨", "健建", "林琳霖", "峰凤锋", "志芝", "东冬", "岩艳燕", "利丽莉", "静晶敬", "英颖莹",
    "红洪虹", "兰岚", "珍贞", "桂贵", "淑叔", "文纹", "国帼", "秀绣", "娟鹃", "强墙",
)  # fmt: skip
_CONDITIONS = (
    "高血压",
    "脑供血不足",
    "失眠",
    "糖尿病",
    "记忆力减退",
    "帕金森病",
    "颈椎病",
    "中风后遗症",
)
_MEDICINES = ("氨氯地平", "阿司匹林", "二甲双胍", "尼莫地平", "阿托伐他汀", "丹参片")
_DEVICES = ("血压计", "血糖仪", "助听器", "按摩仪")
_TRADITIONAL = OpenCC("s2t")


def register_card(
    world: World,
    person: Person,
    desk: Desk,
    at_us: int,
    source_kind: str,
    activity: Activity | None = None,
) -> Card | None:
    """Write one more card of the person; None after they left or after the season."""
    card = Card(world.uuid(), at_us, desk)
    day = world.day_of(at_us)
    data: Event = {
        "person": _person(world, person, again=bool(person.cards)),
        "source_kind": source_kind,
    }
    contact = _contact(world, person)
    if contact:
        data["contact"] = contact
    if world.chance(0.5):
        data["health"] = _health(world)
    if world.chance(0.95):
        data["region"] = _region(world, person)
    if activity is not None:
        data["activity_id"] = activity.activity_id
    if source_kind in ("dealer", "walk_in") or world.chance(0.5):
        data["dealer"] = person.territory.dealer_on(day)
    note = _note(world, person)
    if note:
        data["private"] = {"note": note}
    if world.tell(person, card, desk, at_us, "card.registered", data) is None:
        return None
    person.cards.append(card)
    return card


def correction(world: World, person: Person) -> Event:
    """A merge patch that puts one thing right on a card."""
    draw = world.dice.randrange(6)
    if draw == 0:
        return {"person": {"birth_date": person.born.isoformat(), "birth_year": None}}
    if draw == 1:
        return {"person": {"name": person.name}}
    if draw == 2:
        return {"contact": {"phones": list(person.phones)}}
    if draw == 3:
        return {"health": {"medicines": world.dice.sample(_MEDICINES, 2)}}
    if draw == 4:
        return {"contact": {"address": None}, "region": person.district[0]}
    return {"private": {"note": "电话已核对"}, "person": {"sex": person.sex}}


def homophone(world: World, name: str) -> str:
    """The name with one character of the given name misheard, if it has one that can be."""
    for place in range(len(name) - 1, 0, -1):
        for alike in _HOMOPHONES:
            if name[place] in alike:
                others = alike.replace(name[place], "")
                return name[:place] + world.dice.choice(others) + name[place + 1 :]
    return name


def _person(world: World, person: Person, again: bool) -> Event:
    data: Event = {"name": _written_name(world, person.name, again)}
    if world.chance(0.93):
        data["sex"] = person.sex
    draw = world.dice.random()
    if draw < 0.62:
        born = person.born
        if world.chance(0.015):  # the lunar date, or a slip of the pen
            born += timedelta(days=world.dice.randint(20, 40))
        data["birth_date"] = born.isoformat()
    elif draw < 0.9:
        data["birth_year"] = person.born.year
    if world.chance(0.45):
        data["id_number"] = _written_id_number(world, person.id_number)
    return data


def _written_name(world: World, name: str, again: bool) -> str:
    draw = world.dice.random()
    if draw < (0.12 if again else 0.03):
        return homophone(world, name)
    if draw < (0.18 if again else 0.05):
        return str(_TRADITIONAL.convert(name))
    return name


def _written_id_number(world: World, id_number: str) -> str:
    draw = world.dice.random()
    if draw < 0.04:
        wrong = (int(id_number[13]) + world.dice.randint(1, 9)) % 10
        return id_number[:13] + str(wrong) + id_number[14:]
    if draw < 0.05:  # the form of before 1999: no century, no check character
        return id_number[:6] + id_number[8:17]
    return id_number.lower() if draw < 0.3 else id_number


def _contact(world: World, person: Person) -> Event:
    data: Event = {}
    if world.chance(0.92):
        data["phones"] = [_written_phone(world, phone) for phone in person.phones]
    if world.chance(0.4):
        data["address"] = person.address
    return data


def _written_phone(world: World, phone: str) -> str:
    draw = world.dice.random()
    if draw < 0.015:
        return PLACEHOLDER_PHONE
    if draw < 0.03:
        return f"010-6{world.dice.randint(0, 9_999_999):07d}"
    if draw < 0.1:
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    if draw < 0.14:
        return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
    return f"+86{phone}" if draw < 0.18 else phone


def _health(world: World) -> Event:
    data: Event = {"conditions": world.dice.sample(_CONDITIONS, world.dice.randint(1, 3))}
    if world.chance(0.6):
        data["medicines"] = world.dice.sample(_MEDICINES, world.dice.randint(0, 2))
    if world.chance(0.2):
        data["devices"] = [world.dice.choice(_DEVICES)]
    return data


def _region(world: World, person: Person) -> str:
    region = person.district[0]
    if region in DISSOLVED_DISTRICTS and world.chance(0.03):
        return DISSOLVED_DISTRICTS[region]
    return region


def _note(world: World, person: Person) -> str:
    if person.phone_owner == "child" and world.chance(0.4):
        return world.dice.choice(("电话是女儿的", "电话是儿子的"))
    return "老干部，行动不便" if world.chance(0.02) else ""
