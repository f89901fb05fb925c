"""Invented seniors as they are written down again and again, with the truth beside them.

Frozen: the same seed and noise give the same records for ever (a test holds the digest), so that
figures can be compared over time. Nobody in it lives: numbers are from segments that are not given
out, names are drawn character by character.

Half of them share a home, and mostly a phone, with a husband or wife; some with a brother or
sister, a twin or a grown-up child. A number that is given up is given to somebody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from opencc import OpenCC

COLUMNS = (
    "record_id",
    "name",
    "sex",
    "birth_date",
    "id_number",
    "phone",
    "region",
    "address",
)
_TRADITIONAL = OpenCC("s2t")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_SURNAMES = (
    "王王王王王王王李李李李李李李张张张张张张刘刘刘刘刘陈陈陈陈杨杨杨赵赵黄黄周周吴吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁"
    "邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单解仇查"
)
_COMPOUND = ("欧阳", "司马", "上官", "诸葛")
_FIRST = "建国文志玉秀春德永金淑桂凤兰明世华振学广庆少长福宝美月素翠惠敏亚俊景宗士占洪连新克树"
_MALE = "国军民华明强生林福德贵海山峰平成义忠良才祥云龙清涛江友河田宝根财兴武斌辉毅诚"
_FEMALE = "英兰珍芳梅华琴云霞红玲凤莲香芬玉娥荣珠菊平琼静娟敏芝丽贞萍艳清秋环蓉仙彩琳"
_ALIKE = (
    "磊雷", "洋阳杨", "军俊君", "杰洁", "平萍苹", "辉慧惠", "华花桦", "欣新", "波博", "斌彬",
    "玉瑜育", "健建", "琳霖", "峰凤锋", "志芝", "岩艳", "丽莉", "静晶", "英颖莹瑛", "红洪宏",
    "兰岚", "珍贞", "桂贵", "淑叔", "文纹", "秀绣", "娟鹃", "强墙", "芳方", "芬分", "琴勤",
    "明鸣", "清青卿", "荣蓉", "连莲", "玲灵", "祥翔", "德得", "福富", "云芸", "霞侠", "梅眉",
)  # fmt: skip
_NEAR = (
    "林玲", "芬芳", "兰南", "民明", "琴清", "春纯", "珍真", "生森", "金敬", "英音", "良娘", "成陈",
    "长常", "占战", "素书", "世士", "志自", "翠吹", "少邵", "红轰",
)  # fmt: skip
_PREFECTURES = (
    ("1101", "北京市", ("01东城区", "02西城区", "05朝阳区", "06丰台区", "08海淀区")),
    ("3101", "上海市", ("01黄浦区", "04徐汇区", "06静安区", "15浦东新区")),
    ("1201", "天津市", ("01和平区", "02河东区", "03河西区")),
    ("4101", "郑州市", ("02中原区", "03二七区", "05金水区")),
    ("4201", "武汉市", ("02江岸区", "03江汉区", "06武昌区")),
    ("5101", "成都市", ("04锦江区", "05青羊区", "07武侯区")),
)
_STREETS = (
    "和平路,人民路,建设路,解放路,文化街,中山路,胜利街,"
    "光明路,幸福里,友谊路,青年路,长春路,新华街,东风路"
)
_TITLES = ("阿姨", "大爷", "老师", "奶奶", "大妈")


@dataclass(frozen=True, slots=True)
class Noise:
    """How often something is written otherwise, or not at all: shares of all writings."""

    homophone: float = 0.09
    traditional: float = 0.04
    near_sound: float = 0.012
    other_character: float = 0.012
    missing_character: float = 0.006
    title: float = 0.004
    no_sex: float = 0.07
    no_birth: float = 0.10
    year_only: float = 0.26
    wrong_birth: float = 0.02
    no_id: float = 0.52
    wrong_id: float = 0.04
    old_id: float = 0.01
    no_phone: float = 0.08
    placeholder: float = 0.012
    landline: float = 0.015
    wrong_phone: float = 0.012
    other_phone: float = 0.35
    no_region: float = 0.05
    no_address: float = 0.55
    moved: float = 0.03
    married_name: float = 0.003

    def times(self, factor: float) -> "Noise":
        """Everything so many times as often, but what is left out."""
        values = {
            name: getattr(self, name) * (1 if name.startswith(("no_", "year")) else factor)
            for name in self.__dataclass_fields__
        }
        return Noise(**values)


@dataclass(slots=True)
class Senior:
    """One invented person; `spouse` is the number of the husband or wife."""

    number: int
    name: str
    sex: str
    born: date
    id_number: str
    phones: list[str]
    region: str
    address: str
    spouse: int | None = None


@dataclass(frozen=True, slots=True)
class Seniors:
    """Records as dictionaries by COLUMNS, whose record is whose, and who is whose spouse."""

    records: list[dict[str, str]]
    person: dict[str, int]
    spouse: dict[int, int]


def seniors(seed: int, people: int = 4000, noise: Noise | None = None) -> Seniors:
    """Some people and their records; the same for the same arguments."""
    dice, noise = Random(f"seniors {seed}"), noise or Noise()
    invented = list(_people(dice, people))
    given_up = [each.phones.pop() for each in invented if dice.random() < 0.02 and each.phones]
    for phone in given_up:
        dice.choice(invented).phones.append(phone)
    records: list[tuple[int, dict[str, str]]] = []
    for person in invented:
        for _ in range(dice.choices((1, 2, 3, 4, 5), (50, 30, 13, 5, 2))[0]):
            records.append((person.number, _written(dice, noise, person)))
    dice.shuffle(records)
    named = [(number, {"record_id": f"r{place:05d}", **record})
             for place, (number, record) in enumerate(records)]  # fmt: skip
    return Seniors(
        [record for _, record in named],
        {record["record_id"]: number for number, record in named},
        {each.number: each.spouse for each in invented if each.spouse is not None},
    )


def _people(dice: Random, people: int) -> Iterator[Senior]:
    number = 0
    while number < people:
        first = _senior(dice, number)
        number += 1
        draw = dice.random()
        if number >= people or draw > 0.42:
            yield first
            continue
        second = _senior(dice, number)
        number += 1
        second.region, second.address = first.region, first.address
        second.born = first.born + timedelta(days=dice.randint(-1800, 1800))
        if draw < 0.36:
            if second.sex == first.sex:
                second.sex = "female" if first.sex == "male" else "male"
                second.name = _name(dice, second.sex)
            first.spouse, second.spouse = second.number, first.number
        elif draw < 0.385:
            second.name = first.name[:2] + _other_given(dice, second.sex, first.name)
        elif draw < 0.395:  # a twin
            second.sex, second.born = first.sex, first.born
            second.name = first.name[:2] + _other_given(dice, second.sex, first.name)
        else:  # a grown-up child
            second.born = first.born.replace(year=first.born.year + dice.randint(21, 30), day=11)
            second.name = first.name[0] + second.name[1:]
        second.id_number = _id_number(dice, second.region, second.born, second.sex)
        if dice.random() < 0.8:
            second.phones = first.phones
        yield from (first, second)


def _senior(dice: Random, number: int) -> Senior:
    sex = dice.choice(("male", "female"))
    born = date(1930, 1, 1) + timedelta(days=int(dice.triangular(0, 14_600, 8_000)))
    code, city, counties = dice.choices(_PREFECTURES, (6, 4, 2, 2, 2, 2))[0]
    county = dice.choice(counties)
    street = dice.choice(_STREETS.split(","))
    house, flat = dice.randint(1, 260), f"{dice.randint(1, 30)}-{dice.randint(101, 620)}"
    address = f"{city}{county[2:]}{street}{house}号{flat}"
    phones = [_phone(dice) for _ in range(dice.choices((1, 2, 3), (48, 38, 14))[0])]
    region = code + county[:2]
    identity = _id_number(dice, region, born, sex)
    return Senior(number, _name(dice, sex), sex, born, identity, phones, region, address)


def _name(dice: Random, sex: str) -> str:
    surname = dice.choice(_COMPOUND) if dice.random() < 0.01 else dice.choice(_SURNAMES)
    given = _given(dice, sex)
    return surname + (dice.choice(_FIRST) + given if dice.random() < 0.85 else given)


def _given(dice: Random, sex: str) -> str:
    pool = _MALE if sex == "male" else _FEMALE
    return pool[min(int(dice.expovariate(1 / 11)), len(pool) - 1)]


def _other_given(dice: Random, sex: str, name: str) -> str:
    """Nobody calls two children by names that sound the same."""
    while True:
        given = _given(dice, sex)
        if given != name[-1] and not any(given in g and name[-1] in g for g in (*_ALIKE, *_NEAR)):
            return given


def _phone(dice: Random) -> str:
    return dice.choice(("142", "143", "154", "163", "168", "169")) + f"{dice.randrange(10**8):08d}"


def _id_number(dice: Random, region: str, born: date, sex: str) -> str:
    order = 2 * dice.randrange(450) + (1 if sex == "male" else 0)
    digits = f"{region}{born:%Y%m%d}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def _written(dice: Random, noise: Noise, person: Senior) -> dict[str, str]:
    region, address = person.region, person.address
    if dice.random() < noise.moved:
        elsewhere = _senior(dice, -1)
        region, address = elsewhere.region, elsewhere.address
    return {
        "name": _written_name(dice, noise, person),
        "sex": "" if dice.random() < noise.no_sex else person.sex,
        "birth_date": _written_birth(dice, noise, person.born),
        "id_number": _written_id(dice, noise, person.id_number),
        "phone": _written_phone(dice, noise, person.phones),
        "region": "" if dice.random() < noise.no_region else region,
        "address": "" if dice.random() < noise.no_address else _shortened(dice, address),
    }


def _written_name(dice: Random, noise: Noise, person: Senior) -> str:
    name = person.name
    if dice.random() < noise.homophone:
        name = _exchanged(dice, name, _ALIKE)
    if dice.random() < noise.near_sound:
        name = _exchanged(dice, name, _NEAR)
    if dice.random() < noise.other_character and len(name) > 2:
        name = name[:-1] + dice.choice(_MALE if person.sex == "male" else _FEMALE)
    if dice.random() < noise.missing_character and len(name) > 2:
        name = name[0] + name[-1]
    if dice.random() < noise.title:
        name = name[0] + dice.choice(_TITLES)
    if person.sex == "female" and dice.random() < noise.married_name:
        name = dice.choice(_SURNAMES) + name
    if dice.random() < noise.traditional:
        name = str(_TRADITIONAL.convert(name))
    return name[0] + "·" + name[1:] if dice.random() < 0.003 else name


def _exchanged(dice: Random, name: str, groups: tuple[str, ...]) -> str:
    for place in range(len(name) - 1, 0, -1):
        for group in groups:
            if name[place] in group:
                other = dice.choice(group.replace(name[place], ""))
                return name[:place] + other + name[place + 1 :]
    return name


def _written_birth(dice: Random, noise: Noise, born: date) -> str:
    draw = dice.random()
    if draw < noise.no_birth:
        return ""
    if draw < noise.no_birth + noise.year_only:
        return str(born.year + (dice.choice((-1, 1)) if dice.random() < noise.wrong_birth else 0))
    if dice.random() < noise.wrong_birth:
        how = dice.randrange(3)
        if how == 0 and born.day <= 12:
            return f"{born.year}-{born.day:02d}-{born.month:02d}"
        if how == 1:
            return (born + timedelta(days=dice.randint(20, 45))).isoformat()  # the lunar date
        return born.replace(day=born.day % 28 + 1).isoformat()
    return born.isoformat()


def _written_id(dice: Random, noise: Noise, number: str) -> str:
    draw = dice.random()
    if draw < noise.no_id:
        return ""
    draw = dice.random()
    if draw < noise.wrong_id:
        place = dice.randrange(6, 17)
        return (
            number[:place]
            + str((int(number[place]) + dice.randint(1, 9)) % 10)
            + number[place + 1 :]
        )
    return number[:6] + number[8:17] if draw < noise.wrong_id + noise.old_id else number


def _written_phone(dice: Random, noise: Noise, phones: list[str]) -> str:
    if not phones or dice.random() < noise.no_phone:
        return ""
    draw = dice.random()
    if draw < noise.placeholder:
        return "13800000000"
    if draw < noise.placeholder + noise.landline:
        return f"010-6{dice.randrange(10**7):07d}"
    phone = phones[0] if dice.random() > noise.other_phone else dice.choice(phones)
    if dice.random() < noise.wrong_phone:
        place = dice.randrange(3, 11)
        phone = (
            phone[:place] + str((int(phone[place]) + dice.randint(1, 9)) % 10) + phone[place + 1 :]
        )
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if dice.random() < 0.1 else phone


def _shortened(dice: Random, address: str) -> str:
    """Some leave out the city, some the door."""
    if dice.random() < 0.3:
        address = address[3:]
    return address.rsplit("号", 1)[0] + "号" if dice.random() < 0.15 else address
