"""The places of the console in one table: where they stand in the list, and to whom they are open.

A desk adds a line. The list at the side, the bar on phones and the page of all places read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.wording.catalogues import C_, N_
from crm.accounts.people import Account
from crm.scope import Capability

GROUPS: dict[str, tuple[str, str]] = {
    "today": (N_("今天"), "pen"),
    "activities": (N_("活动"), "calendar"),
    "people": (C_("places", "人"), "people"),
    "follow_ups": (C_("places", "回访"), "phone"),
    "members": (C_("places", "会员"), "badge"),
    "rewards": (N_("奖励"), "gift"),
    "funnels": (N_("漏斗"), "funnel"),
    "dealers": (C_("places", "经销商"), "shop"),
    "compliance": (N_("合规"), "shield"),
    "system": (N_("系统"), "gear"),
}
"""Group → (word, icon), in the order of the list."""


@dataclass(frozen=True, slots=True)
class Place:
    """One page that stands in the list.

    sees: open to whoever has one of these capabilities; says: or may say one of these event types;
    neither: to everybody who is signed in.
    drawn: an icon of its own.
    thumb: how early it stands in the bar of a phone; the first four that are open are there.
    """

    group: str
    path: str
    word: str
    sees: tuple[Capability, ...] = ()
    says: tuple[str, ...] = ()
    thumb: int = 99
    drawn: str = ""

    def is_open_to(self, account: Account) -> bool:
        """Whether the list of an account shows it."""
        if not self.sees and not self.says:
            return True
        return any(map(account.scope.may, self.sees)) or any(map(account.may_say, self.says))

    @property
    def icon(self) -> str:
        """Its own where it has one, else its group's."""
        return self.drawn or GROUPS[self.group][1]


PLACES: tuple[Place, ...] = (
    Place("today", "/", N_("今天"), sees=("activities",), thumb=2, drawn="bars"),
    Place("today", "/log", N_("登记"), says=("activity.attended",), thumb=1),
    Place("today", "/said", N_("今天我记的"), says=("activity.attended",)),
    Place("today", "/said/unsettled", N_("还没有入档的"), says=("activity.attended",)),
    Place("activities", "/activities", N_("活动"), sees=("activities",), thumb=5),
    Place("activities", "/calendar", N_("日历"), sees=("activities",)),
    Place("activities", "/plan", N_("计划活动"), says=("activity.changed",)),
    Place("activities", "/plan/copy", N_("照搬近四周的活动"), says=("activity.changed",)),
    Place("activities", "/plan/list", N_("一次记多场活动"), says=("activity.changed",)),
    Place("people", "/people", N_("名单"), sees=("people",), thumb=4),
    Place("people", "/copy", N_("副本"), sees=("own_copy",), thumb=3),
    Place("follow_ups", "/follow-ups", C_("places", "回访"), sees=("follow_ups",), thumb=6),
    Place("members", "/members", C_("places", "会员"), sees=("members",), thumb=10),
    Place("follow_ups", "/letters", N_("信和消息"), sees=("letters",)),
    Place("rewards", "/rewards", N_("奖励"), sees=("money",), thumb=7),
    Place("rewards", "/statements", N_("按月对账"), sees=("money",)),
    Place("rewards", "/watch", N_("不寻常的"), sees=("books",)),
    Place("rewards", "/disputes", N_("会员异议"), sees=("books",)),
    Place("rewards", "/transfers", N_("给会员的物品和费用"), sees=("books",)),
    Place("rewards", "/policies", C_("places", "奖励政策"), sees=("books",)),
    Place("funnels", "/funnels", N_("漏斗"), sees=("numbers", "own_numbers"), thumb=6),
    Place("dealers", "/dealers", N_("经销商的副本"), sees=("copies",), thumb=8),
    Place("dealers", "/recalls", N_("收回"), sees=("copies",)),
    Place("dealers", "/hand-over", N_("移交"), sees=("copies",)),
    Place("compliance", "/rights", N_("权利请求"), sees=("requests",), thumb=9),
    Place("compliance", "/restricted", N_("限制使用的人"), sees=("restricted",)),
    Place("compliance", "/clashes", N_("撞号"), sees=("runs",)),
    Place("compliance", "/conflicts", N_("说法不一"), sees=("conflicts",)),
    Place("compliance", "/matching", N_("是不是同一个人"), sees=("conflicts",)),
    Place("system", "/events", C_("places", "事件"), sees=("events",)),
    Place("system", "/accounts", N_("账号"), sees=("accounts",)),
    Place("system", "/tokens", N_("接口令牌"), sees=("accounts",)),
    Place("system", "/webhooks", N_("通知地址"), sees=("accounts",)),
    Place("system", "/notices", N_("告知书"), sees=("accounts",)),
    Place("system", "/audit", C_("places", "审计"), sees=("audit",)),
    Place("system", "/backups", N_("备份"), sees=("runs",)),
    Place("system", "/status", N_("运行状况"), sees=("status",)),
    Place("system", "/me", N_("我的"), thumb=50, drawn="me"),
)

_ON_A_PHONE = 4


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """One group with what is open of it; its own link leads to the first of its places."""

    word: str
    icon: str
    places: tuple[Place, ...]
    is_here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page: the list at the side, the bar of a phone, where one is."""

    groups: tuple[ShownGroup, ...]
    thumb: tuple[Place, ...]
    here: Place | None

    @property
    def has_more(self) -> bool:
        """Whether there is more than a phone's bar holds."""
        return sum(len(group.places) for group in self.groups) > len(self.thumb)


def frame_of(account: Account, path: str) -> Frame:
    """For somebody on a page."""
    found = [place for place in PLACES if place.is_open_to(account)]
    here = max(
        (place for place in found if _leads_to(place, path)),
        key=lambda place: len(place.path),
        default=None,
    )
    early = sorted(found, key=lambda place: place.thumb)
    thumb = early if len(early) <= _ON_A_PHONE + 1 else early[:_ON_A_PHONE]
    return Frame(tuple(_groups(found, here)), tuple(thumb), here)


def _leads_to(place: Place, path: str) -> bool:
    if place.path == "/":
        return path == "/" or path.startswith("/season")
    if place.path == "/plan":
        return path == "/plan"
    if (place.path, path) in (("/events", "/event"), ("/activities", "/invite")):
        return True
    return path == place.path or path.startswith(f"{place.path}/")


def _groups(found: list[Place], here: Place | None) -> Iterator[ShownGroup]:
    for code, (word, icon) in GROUPS.items():
        places = tuple(place for place in found if place.group == code)
        if places:
            yield ShownGroup(word, icon, places, here in places)
