"""The programme's territories: GB/T 2260 districts, their dealers, and when each place opens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Territory:
    """One exclusive territory.

    `districts` are (GB/T 2260 code, name); `contract_regions` is what the contract names;
    `dealers` are (first day of the season, dealer code), oldest first; `weight` is the
    territory's share of the season's people.
    """

    prefix: str
    city: str
    opens_day: int
    weight: int
    contract_regions: tuple[str, ...]
    districts: tuple[tuple[str, str], ...]
    dealers: tuple[tuple[int, str], ...]

    def dealer_on(self, day: int) -> str:
        """The dealer under contract on a day of the season (the first one before opening)."""
        current = self.dealers[0][1]
        for first_day, code in self.dealers:
            if first_day <= day:
                current = code
        return current


LAST_DAY_OF_REPLACED_DEALER = 90
REPLACED_DEALER = "D04"
NEW_DEALER = "D09"
SUB_DEALER = "D10"
SUB_DEALER_PARENT = "D02"
OVERLAPPING_DEALER = "D11"

# Beijing is opened first, then the other places (marketing handbook p. 38).
TERRITORIES = (
    Territory(
        "BJ",
        "北京",
        0,
        22,
        ("110101", "110102", "110105"),
        (("110101", "东城区"), ("110102", "西城区"), ("110105", "朝阳区")),
        ((0, "D01"),),
    ),
    Territory(
        "BJ",
        "北京",
        0,
        20,
        ("110106", "110107", "110108"),
        (("110106", "丰台区"), ("110107", "石景山区"), ("110108", "海淀区")),
        ((0, "D02"),),
    ),
    Territory(
        "SH",
        "上海",
        14,
        14,
        ("310100",),
        (("310101", "黄浦区"), ("310104", "徐汇区"), ("310106", "静安区"), ("310115", "浦东新区")),
        ((14, REPLACED_DEALER), (LAST_DAY_OF_REPLACED_DEALER + 1, NEW_DEALER)),
    ),
    Territory(
        "TJ",
        "天津",
        21,
        10,
        ("120100",),
        (("120101", "和平区"), ("120102", "河东区"), ("120103", "河西区"), ("120104", "南开区")),
        ((21, "D03"),),
    ),
    Territory(
        "ZZ",
        "郑州",
        28,
        9,
        ("410100",),
        (("410102", "中原区"), ("410103", "二七区"), ("410105", "金水区")),
        ((28, "D05"),),
    ),
    Territory(
        "WH",
        "武汉",
        28,
        10,
        ("420100",),
        (("420102", "江岸区"), ("420103", "江汉区"), ("420106", "武昌区")),
        ((28, "D06"),),
    ),
    Territory(
        "CD",
        "成都",
        42,
        9,
        ("510100",),
        (("510104", "锦江区"), ("510105", "青羊区"), ("510107", "武侯区")),
        ((42, "D07"),),
    ),
    Territory(
        "SY",
        "沈阳",
        56,
        6,
        ("210100",),
        (("210102", "和平区"), ("210103", "沈河区"), ("210106", "铁西区")),
        ((56, "D08"),),
    ),
)

# Districts of Beijing that were dissolved in 2010 and that older people still write.
DISSOLVED_DISTRICTS = {"110101": "110103", "110102": "110104"}
