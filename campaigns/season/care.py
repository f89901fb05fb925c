"""What is done for people: readings, trials with their follow-ups, gifts, clubs, complaints."""

from campaigns.season.consents import give, withdraw
from campaigns.season.model import Activity, Card, Person
from campaigns.season.post import Desk, Event, Sent
from campaigns.season.world import HOTLINE, World
from campaigns.times import SECOND_US

_FOLLOW_UP_DAYS = (3, 7, 14)
_ITEMS = (("《护脑手册》", 3_800), ("购物袋", 600), ("血压记录本", 900), ("保温杯", 2_900))
_COMPLAINTS = (
    ("product", "开机后没有反应"),
    ("service", "约好的回访没有来"),
    ("effect", "用了两周没有感觉"),
    ("adverse_event", "使用后头晕"),
    ("privacy", "不知道怎么有我的电话"),
    ("other", "发票抬头写错了"),
)


def consult(
    world: World, person: Person, card: Card, desk: Desk, at_us: int, activity: Activity | None
) -> None:
    """A reading; some are typed wrong, voided when that is seen, and written again."""
    data = _reading(world, activity)
    first = world.tell(person, card, desk, at_us, "clinic.consulted", data)
    if first is None or not world.turn("misread", 30, first=7):
        return
    health = data["health"] | {"systolic_mmhg": world.dice.randint(110, 170)}
    voided = void(world, person, first, "typed_wrong")
    if voided is None:
        return
    again = Desk(desk.source, voided.received_us, desk.by_day)
    world.tell(person, card, again, at_us, "clinic.consulted", data | {"health": health})


def void(world: World, person: Person, sent: Sent, reason_code: str) -> Sent | None:
    """Take an event back, from the same source, one to five days after it arrived."""
    source = sent.event["source"]
    data: Event = {"of_source": source, "of_id": sent.event["id"], "reason_code": reason_code}
    voided_us = world.after_us(sent.received_us, 1, 5)
    if voided_us >= person.until_us:
        return None
    subject = sent.event["subject"]
    return world.post.send(Desk(source), voided_us, "event.voided", subject, data)


def course(
    world: World, person: Person, card: Card, desk: Desk, at_us: int, activity: Activity | None
) -> int | None:
    """A trial from start to end with its follow-ups; when it ended (or would), None if none."""
    trial_id = f"T-{world.number('trial'):05d}"
    sku = world.dice.choice(("JX-B4", "JX-B4", "JX-B2"))
    data: Event = {"trial_id": trial_id, "sku": sku, "serial": f"TD26-{world.number('device'):05d}"}
    if activity is not None:
        data["activity_id"] = activity.activity_id
    if world.tell(person, card, desk, at_us, "trial.started", data) is None:
        return None
    for days in _FOLLOW_UP_DAYS:
        if world.chance(0.8):
            follow_up(world, person, card, at_us, days)
    ended_us = world.after_us(at_us, 12, 21)
    if world.chance(0.85):
        outcome = world.dice.choices(("satisfied", "unsatisfied", "adverse"), (70, 25, 5))[0]
        end: Event = {"trial_id": trial_id, "outcome": outcome}
        if world.chance(0.2):
            end["private"] = {"note": world.dice.choice(("睡眠好些了", "嫌麻烦", "家人支持"))}
        later = world.desk_for(person, ended_us)
        world.tell(person, card, later, ended_us, "trial.ended", end)
    return ended_us


def follow_up(world: World, person: Person, card: Card, since_us: int, days: int) -> None:
    """A call or visit so many days later, unless the archive may no longer be used."""
    called_us = world.after_us(since_us, days, days)
    if called_us >= person.archived_until_us:
        return
    channel = world.dice.choices(("phone", "visit", "wechat", "sms"), (60, 15, 20, 5))[0]
    outcome = world.dice.choices(("reached", "not_reached", "refused"), (78, 18, 4))[0]
    data: Event = {"channel": channel, "outcome": outcome}
    if outcome == "reached" and world.chance(0.15):
        data["private"] = {"note": world.dice.choice(("请周末再打", "由老伴接听", "愿意参加讲座"))}
    desk = world.phone(person.territory.dealer_on(world.day_of(called_us)), world.day_of(called_us))
    world.tell(person, card, desk, called_us, "follow_up.done", data)


def present(
    world: World, person: Person, card: Card, desk: Desk, at_us: int, activity: Activity
) -> None:
    """A small gift at an activity."""
    item, value_fen = world.dice.choice(_ITEMS)
    data: Event = {"item": item, "value_fen": value_fen, "activity_id": activity.activity_id}
    world.tell(person, card, desk, at_us, "gift.given", data)


def join_club(
    world: World, person: Person, card: Card, desk: Desk, at_us: int, activity: Activity
) -> None:
    """Club consent and membership; some leave and take the consent back."""
    club = f"XYH-{person.territory.prefix}"
    if world.chance(0.1):
        world.tell(person, card, desk, at_us, "consent.refused", {"purpose": "club"})
        return
    give(world, person, card, desk, at_us, "club", activity)
    joined_us = at_us + 60 * SECOND_US
    if world.tell(person, card, desk, joined_us, "club.joined", {"club": club}) is None:
        return
    if world.turn("club left", 10, first=2):
        left_us = world.after_us(at_us, 20, 60)
        later = world.desk_for(person, left_us)
        world.tell(person, card, later, left_us, "club.left", {"club": club})
        withdraw(world, person, card, left_us + 300 * SECOND_US, "club")


def complain(world: World, person: Person, card: Card, at_us: int) -> None:
    """A complaint; most are resolved within two weeks."""
    complaint_id = f"CP-{world.number('complaint'):05d}"
    kind, text = world.dice.choice(_COMPLAINTS)
    data: Event = {"complaint_id": complaint_id, "kind": kind, "private": {"text": text}}
    if world.tell(person, card, HOTLINE, at_us, "complaint.raised", data) is None:
        return
    if world.turn("complaint resolved", 5) or world.chance(0.75):
        resolved_us = world.after_us(at_us, 1, 14)
        resolved: Event = {"complaint_id": complaint_id, "private": {"text": "已回访，本人认可"}}
        world.tell(person, card, HOTLINE, resolved_us, "complaint.resolved", resolved)


def _reading(world: World, activity: Activity | None) -> Event:
    health: Event = {
        "systolic_mmhg": world.dice.randint(105, 178),
        "diastolic_mmhg": world.dice.randint(62, 100),
    }
    if world.chance(0.7):
        health["pulse_bpm"] = world.dice.randint(55, 98)
    if world.chance(0.1):
        health["note"] = world.dice.choice(("晨起头晕", "已服药", "建议复诊"))
    data: Event = {"health": health}
    if activity is not None:
        data["activity_id"] = activity.activity_id
    return data
