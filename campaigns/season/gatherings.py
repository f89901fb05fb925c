"""Activities: planned, changed, cancelled, held, and those still to come on the last day."""

from campaigns.season.model import Activity
from campaigns.season.places import TERRITORIES, Territory
from campaigns.season.post import Event
from campaigns.season.world import CONSOLE, HOUR_US, SEASON_DAYS, World
from campaigns.times import DAY_US, rfc3339

PROGRAMME = "golden-sunset"

# Twenty slots, so that every kind has its share of even a small season.
_KINDS = (
    "health_lecture",
    "free_clinic",
    "device_trial",
    "expert_consultation",
    "health_lecture",
    "book_gift",
    "device_trial",
    "club_meeting",
    "free_clinic",
    "promotion",
    "health_lecture",
    "device_trial",
    "expert_consultation",
    "free_clinic",
    "health_lecture",
    "club_meeting",
    "device_trial",
    "promotion",
    "health_lecture",
    "expert_consultation",
)
_TITLES = {
    "health_lecture": "健康讲座：护脑防衰",
    "free_clinic": "大型义诊",
    "expert_consultation": "专家咨询日",
    "device_trial": "产品试用体验",
    "book_gift": "赠书活动",
    "club_meeting": "“夕阳红”俱乐部聚会",
    "promotion": "健康产品展销",
}
_COST_FEN = {"free_clinic": 800_000, "promotion": 600_000, "expert_consultation": 500_000}
_ORGANIZERS = ("老龄委", "老年大学", "社区居委会", "康复中心", "社区医院", "连锁药房")
_FOR_ALL = (("易拉宝", 2), ("签到表", 3), ("宣传册", 80))
_MATERIALS = {
    "free_clinic": (("上臂式血压计", 4), ("折叠桌", 3)),
    "device_trial": (("体验设备", 3), ("消毒湿巾", 2)),
    "book_gift": (("赠书", 60),),
    "club_meeting": (("茶点", 40),),
    "promotion": (("体验设备", 2), ("礼品", 50)),
}
"""What is taken along to every activity, and besides to one of a kind: (a word, how many)."""
_TO_COME = ((0, 0, 9.5), (0, 1, 14.0), (0, 5, 10.0), (1, 0, 9.0), (2, 2, 9.5), (4, 6, 14.0))


def plan_activities(world: World, people: int) -> None:
    """Plan every activity of the season, sorted by day, some of them changed or cancelled."""
    total = min(900, max(40, people // 15))
    drafts: list[tuple[int, int, Territory]] = []
    weights = sum(territory.weight for territory in TERRITORIES)
    for rank, territory in enumerate(TERRITORIES):
        for _ in range(max(3, total * territory.weight // weights)):
            day = world.dice.randint(territory.opens_day + 4, SEASON_DAYS - 2)
            drafts.append((day, rank, territory))
    drafts.sort(key=lambda draft: draft[:2])
    for index, (day, _, territory) in enumerate(drafts):
        kind = _KINDS[index % len(_KINDS)]
        activity = _draft(world, territory, kind, day, world.dice.choice((9.0, 9.5, 10.0, 14.0)))
        _announce(world, activity, moved=index % 14 == 5, cancelled=index % 25 == 17)
        world.activities.append(activity)
    for days_after, rank, hour in _TO_COME:
        kind = _KINDS[(rank + days_after) % len(_KINDS)]
        activity = _draft(world, TERRITORIES[rank], kind, SEASON_DAYS + days_after, hour)
        _announce(world, activity, moved=False, cancelled=False)


def held_activities(world: World, territory: Territory) -> list[Activity]:
    """The territory's activities that take place within the season, oldest first."""
    return [
        activity
        for activity in world.activities
        if activity.territory is territory and not activity.cancelled
    ]


def hold_activities(world: World) -> None:
    """Say how many were reached, once it is known who came: about four for each who signed in."""
    for activity in world.activities:
        if activity.cancelled:
            continue
        came = activity.attendances
        reached = came * world.dice.randint(32, 46) // 10 + world.dice.randint(4, 20)
        data: Event = {
            "activity_id": activity.activity_id,
            "reached": reached,
            "cards_handed_out": world.dice.randint(came, reached),
        }
        desk = world.system(activity.dealer, activity.day)
        if activity.desk.by_day:
            desk = activity.desk
        world.post.send(desk, activity.ends_us, "activity.held", _subject(activity), data)


def _draft(world: World, territory: Territory, kind: str, day: int, hour: float) -> Activity:
    number = world.number("activity " + territory.prefix)
    dealer = territory.dealer_on(day)
    starts_us = world.moment_us(day, hour)
    return Activity(
        activity_id=f"A-{territory.prefix}-{number:04d}",
        kind=kind,
        territory=territory,
        region=world.dice.choice(territory.districts)[0],
        dealer=dealer,
        day=day,
        starts_us=starts_us,
        ends_us=starts_us + world.dice.randint(2, 5) * HOUR_US,
        desk=world.any_desk(dealer, day),
    )


def _announce(world: World, activity: Activity, moved: bool, cancelled: bool) -> None:
    planned_us = world.moment_us(max(0, activity.day - world.dice.randint(5, 30)), 9)
    planned_us += world.dice.randint(0, 6 * 3600) * 1_000_000
    data = _plan(world, activity)
    if moved:
        shift_us = world.dice.choice((-1, 1)) * DAY_US
        data["starts_at"] = rfc3339(activity.starts_us + shift_us)
        data["ends_at"] = rfc3339(activity.ends_us + shift_us)
    world.post.send(CONSOLE, planned_us, "activity.planned", _subject(activity), data)
    word_us = max(planned_us + HOUR_US, world.moment_us(activity.day - 2, 15))
    if moved:
        changed: Event = {
            "activity_id": activity.activity_id,
            "starts_at": rfc3339(activity.starts_us),
            "ends_at": rfc3339(activity.ends_us),
            "venue": "社区文化中心二楼报告厅",
        }
        world.post.send(CONSOLE, word_us, "activity.changed", _subject(activity), changed)
    if cancelled:
        activity.cancelled = True
        reason_code = world.dice.choice(("weather", "venue_lost", "filing_refused"))
        called_off: Event = {"activity_id": activity.activity_id, "reason_code": reason_code}
        world.post.send(CONSOLE, word_us, "activity.cancelled", _subject(activity), called_off)


def _plan(world: World, activity: Activity) -> Event:
    number = world.number("plan")
    district = dict(activity.territory.districts)[activity.region]
    data: Event = {
        "activity_id": activity.activity_id,
        "programme": PROGRAMME,
        "kind": activity.kind,
        "title": f"{activity.territory.city}{district}{_TITLES[activity.kind]}",
        "region": activity.region,
        "dealer": activity.dealer,
        "starts_at": rfc3339(activity.starts_us),
        "ends_at": rfc3339(activity.ends_us),
        "venue": f"{district}{world.dice.choice(('社区活动中心', '文化馆', '老年大学', '礼堂'))}",
        "co_organizers": world.dice.sample(_ORGANIZERS, world.dice.randint(0, 3)),
        "cost_fen": _COST_FEN.get(activity.kind, 150_000) + world.dice.randint(0, 50) * 1_000,
        "materials": [
            {"item": item, "quantity": quantity}
            for item, quantity in (*_FOR_ALL, *_MATERIALS.get(activity.kind, ()))
        ],
    }
    # One free clinic in nine is announced without its filing number, as it should never be.
    if activity.kind == "free_clinic" and not world.turn("unfiled clinic", 9, first=3):
        data["filing_no"] = f"YZ-{activity.territory.prefix}-{number:05d}"
    return data


def _subject(activity: Activity) -> str:
    return f"activity/{activity.activity_id}"
