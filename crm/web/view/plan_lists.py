"""A list of activities as it is pasted out of a workbook: each line becomes what a form says."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from campaigns.regions import codes_named
from campaigns.sheets import values
from campaigns.sheets.lines import kind_of_line
from campaigns.wording.catalogues import LISTED, N_
from crm.identity.names import simplified
from crm.web.view.labels import ACTIVITY_KINDS
from crm.web.view.plans import Plan, Say, plan_of

MOST_LINES = 200
_HEADINGS = {
    "title": "名称 活动名称 活动 主题 标题 title name",
    "kind": "种类 类别 类型 活动种类 活动类型 活动类别 kind type",
    "starts_on": "日期 活动日期 举办日期 日子 date day",
    "starts": "开始 开始时间 时间 活动时间 start time",
    "ends": "结束 结束时间 end",
    "region": "地区 区域 活动地区 城市 地区代码 region",
    "venue": "地点 场地 活动地点 地址 venue place",
    "dealer": "经销商 承办 承办经销商 承办单位 经销商编号 经销商代码 dealer",
    "filing_no": "备案号 filing",
    "cost": "费用 预计费用 花费 cost",
    "reached": "触达 触达人数 人数 到场人数 reached",
    "cards": "发卡 发卡数 发出的卡 cards",
}
_BY_HEADING = {word: key for key, words in _HEADINGS.items() for word in words.split()}
_KIND_WORDS = (
    ("义诊", "free_clinic"),
    ("讲座", "health_lecture"),
    ("咨询", "expert_consultation"),
    ("试用|体验", "device_trial"),
    ("赠书|送书", "book_gift"),
    ("俱乐部|聚会|联谊", "club_meeting"),
    ("促销|展销|特卖", "promotion"),
)
"""By these words a kind is known, from its own cell or from the name of the activity."""
_CLOCK = re.compile(
    r"(?P<half>[上下中]午|早上|早晨|晚上)?\s*(?P<hour>\d{1,2})"
    r"(?:[:点时點時](?:整|(?P<thirty>半)|(?P<minute>\d{2})?分?))?"
)
_AFTERNOON = ("下午", "晚上")
_UNTIL = re.compile(r"\s*[-–—~至到]\s*")
_COUNTS = ("reached", "cards")
_UNIT = re.compile(r"(?<=\d)\s*(?:人次|人|名|位|张|張)$")
_HALF_A_YEAR = timedelta(days=183)
_MOST_ABOVE = 5
"""How many lines may stand above the headings: what the sheet is called, who made it."""
_WORDS = {
    "title": N_("名称"),
    "kind": N_("种类"),
    "dealer": N_("经销商"),
    "region": N_("地区"),
    "starts": N_("时间"),
}
_PASSED_DOWN = ("title", "kind", "region", "venue", "dealer")
"""What a cell that is merged over several lines says of each of them."""
_NO_HEADINGS = N_("要有一行写栏目名，至少有“名称”和“日期”两栏。")
TOO_MANY = N_("一次最多 {n} 场，请分几次贴。")
_BAD_DAY = N_("日期“{typed}”看不懂。请写成 2026-5-3。")
_BAD_TIME = N_("时间“{typed}”看不懂。请写成 09:30。")
_BAD_KIND = N_(
    "种类“{typed}”不认识：请写健康讲座、大型义诊、专家咨询、产品试用、赠书、俱乐部活动或促销展销。"
)
_NOT_WRITTEN = N_("没有写：{names}。")
_NO_ACTIVITY = N_("第 {n} 行没有读：像是合计或表尾，不是活动。")
_NAMED_ABOVE = N_("第 {n} 行没写名称：当作和上一行一样，“{title}”。")
_BAD_COUNT = N_("触达和发卡要写 0 以上的整数，不知道就留空。")
_NOT_YET = N_("还没到那天的活动，先不写触达和发卡。")
_NO_DEALER = N_("没有“{dealer}”这家经销商：请写代码，或合同上的名称。")
_UNREAD = N_("这些栏没有读：{columns}。")
_TWICE = N_("第 {one} 行和第 {other} 行是同一场？")


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line. number: its place in the list; held: what the hall counted, if that is told."""

    number: int
    plan: Plan
    held: dict[str, int]
    faults: tuple[str, ...]


@dataclass
class PlanList:
    """All lines; fault: what is wrong with the list as a whole; doubts: what is odd about it."""

    lines: list[PlanLine] = field(default_factory=list)
    fault: str = ""
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Reader:
    say: Say
    today: date
    dealers: Mapping[str, str]
    otherwise: Callable[[str], str]
    """What holds where a line says nothing, by field."""
    meant: Mapping[str, str] = field(default_factory=dict)
    """Regions that are clear only beside the others of the list, by what was typed."""

    def line(self, number: int, cells: Mapping[str, str]) -> PlanLine:
        faults: list[str] = []
        day = self._day_of(cells)
        if day is None and cells.get("starts_on"):
            faults.append(self.say(_BAD_DAY).format(typed=cells["starts_on"]))
        starts, _, ends = _UNTIL.sub("-", cells.get("starts", "")).partition("-")
        half = _CLOCK.match(starts)
        if half and half["half"] in _AFTERNOON and ends[:1].isdigit():
            ends = f"{half['half']}{ends}"
        region = cells.get("region") or self.otherwise("region")
        typed = {
            **{name: cells.get(name, "") for name in ("title", "venue", "filing_no", "cost")},
            "kind": _kind_of(cells.get("kind") or cells.get("title", ""), self.say),
            "starts_on": day.isoformat() if day else "",
            "starts": _clock(starts) or self.otherwise("starts"),
            "ends": _clock(cells.get("ends", "") or ends),
            "region": self.meant.get(region, region),
            "dealer": self._dealer_of(cells.get("dealer", "")) or self.otherwise("dealer"),
        }
        plan = plan_of(lambda name: typed.get(name, ""), self.say, date.min)
        if (dealer := typed["dealer"]) and dealer not in self.dealers:
            faults.append(self.say(_NO_DEALER).format(dealer=dealer))
        faults += self._of_fields(plan.faults, {**typed, "kind": cells.get("kind", "")}, cells)
        return PlanLine(number, plan, *self._counted(cells, day, faults))

    def _day_of(self, cells: Mapping[str, str]) -> date | None:
        """The day; of one without its year the last one, where it was counted who came."""
        text = cells.get("starts_on", "")
        try:
            found = values.day(text, self.today)
            if found > self.today and any(map(cells.get, _COUNTS)):
                found = values.day(text, self.today - _HALF_A_YEAR)
        except (ValueError, OverflowError):
            return None
        return found

    def _of_fields(
        self, faults: Mapping[str, str], typed: Mapping[str, str], cells: Mapping[str, str]
    ) -> Iterator[str]:
        """What is wrong with the fields, each by the name of its column."""
        absent = [word for name, word in _WORDS.items() if name in faults and not typed.get(name)]
        if not cells.get("starts_on"):
            absent.append(N_("日期"))
        if absent:
            names = self.say(LISTED).join(map(self.say, absent))
            yield self.say(_NOT_WRITTEN).format(names=names)
        for name, sentence in faults.items():
            if name == "starts_on" or (name in _WORDS and not typed.get(name)):
                continue
            if name == "kind":
                yield self.say(_BAD_KIND).format(typed=typed["kind"])
            elif name in ("starts", "ends") and _CLOCK.fullmatch(typed[name]) is None:
                yield self.say(_BAD_TIME).format(typed=typed[name])
            else:
                yield sentence

    def _counted(
        self, cells: Mapping[str, str], day: date | None, faults: list[str]
    ) -> tuple[dict[str, int], tuple[str, ...]]:
        told = {name: _UNIT.sub("", cells[name]) for name in _COUNTS if cells.get(name)}
        try:
            counted = {name: values.whole_number(text) for name, text in told.items()}
        except ValueError:
            return {}, (*faults, self.say(_BAD_COUNT))
        if counted and day is not None and day > self.today:
            faults.append(self.say(_NOT_YET))
        held = {"reached": counted.get("reached", 0), "cards_handed_out": counted.get("cards", 0)}
        return held if counted else {}, tuple(faults)

    def _dealer_of(self, text: str) -> str:
        """The code of the dealer that is named by it, or by its name; else what was typed."""
        named = [code for code, name in self.dealers.items() if text and text in (code, name)]
        within = [code for code, name in self.dealers.items() if text and text in name]
        found = named or within
        return found[0] if len(found) == 1 else text


def read_list(
    text: str, say: Say, today: date, dealers: Mapping[str, str], otherwise: Callable[[str], str]
) -> PlanList:
    """Read what was pasted; dealers: by code what they are called."""
    rows = [row for row in _rows(text) if any(row)]
    above = next((place for place, row in enumerate(rows[:_MOST_ABOVE]) if _is_heading(row)), None)
    if above is None:
        return PlanList(fault=say(_NO_HEADINGS))
    rows = rows[above:]
    keys = _keys_of(rows[0])
    if len(rows) - 1 > MOST_LINES:
        return PlanList(fault=say(TOO_MANY).format(n=MOST_LINES))
    column = keys.index("region") if "region" in keys else len(keys)
    places = {row[column] for row in rows[1:] if len(row) > column}
    meant = dict(_meant({*places, otherwise("region")}))
    reader = _Reader(say, today, dealers, otherwise, meant)
    found = PlanList()
    before: dict[str, str] = {}
    for number, row in enumerate(rows[1:], 1):
        cells = {key: cell for key, cell in zip(keys, row, strict=False) if key and cell}
        if not cells.get("starts_on") and kind_of_line(cells.get("title"), row):
            found.doubts.append(say(_NO_ACTIVITY).format(n=number))
            continue
        if not cells.get("title") and before.get("title") and cells.get("starts_on"):
            cells = {name: before[name] for name in _PASSED_DOWN if name in before} | cells
            found.doubts.append(say(_NAMED_ABOVE).format(n=number, title=cells["title"]))
        found.lines.append(reader.line(number, cells))
        before = cells
    unread = [word for word, key in zip(rows[0], keys, strict=True) if word and key is None]
    if unread:
        found.doubts.append(say(_UNREAD).format(columns=say(LISTED).join(unread)))
    found.doubts += _twice(found.lines, say)
    return found


def _rows(text: str) -> Iterator[list[str]]:
    """The cells as a workbook hands them to the clipboard; of a typed list parted by commas."""
    lines = text.splitlines()
    parted_by = "\t" if any("\t" in line for line in lines) else ","
    if parted_by == ",":
        lines = [line.replace("，", ",") for line in lines]
    for row in csv.reader(lines, delimiter=parted_by):
        yield [values.written(cell) for cell in row]


def _meant(places: Iterable[str]) -> Iterator[tuple[str, str]]:
    """朝阳区 is that of Beijing where whatever else is clear in the list lies in Beijing."""
    codes = {place: codes_named(place) for place in places if place}
    provinces = {found[0][:2] for found in codes.values() if len(found) == 1}
    for place, found in codes.items():
        here = [code for code in found if code[:2] in provinces]
        if len(provinces) == 1 and len(found) > 1 and len(here) == 1:
            yield place, here[0]


def _keys_of(row: list[str]) -> list[str | None]:
    return [_BY_HEADING.get(simplified(cell).lower()) for cell in row]


def _is_heading(row: list[str]) -> bool:
    return {"title", "starts_on"} <= {*_keys_of(row)}


def _kind_of(text: str, say: Say) -> str:
    plain = simplified(text)
    for code, word in ACTIVITY_KINDS.items():
        if plain in (code, simplified(word), simplified(say(word))):
            return code
    return next((code for words, code in _KIND_WORDS if re.search(words, plain)), "")


def _clock(text: str) -> str:
    """`9:00`, `9点半` and `下午2点` as a form has them; what is no time as it was typed."""
    match = _CLOCK.fullmatch(text.strip().replace("：", ":"))
    if match is None:
        return text.strip()
    hour = int(match["hour"])
    if hour < 12 and (match["half"] in _AFTERNOON or (match["half"] == "中午" and hour < 4)):
        hour += 12
    return f"{hour:02d}:{'30' if match['thirty'] else match['minute'] or '00'}"


def _twice(lines: list[PlanLine], say: Say) -> Iterator[str]:
    seen: dict[tuple[object, ...], int] = {}
    for line in lines:
        said = line.plan.said
        key = tuple(said.get(name) for name in ("title", "starts_at", "venue", "dealer"))
        if key in seen:
            yield say(_TWICE).format(one=seen[key], other=line.number)
        seen.setdefault(key, line.number)
