"""An invented season of Golden Sunset: half a year of events, the same for the same seed."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from faker import Faker

from campaigns.season.channel import open_channel
from campaigns.season.gatherings import hold_activities, plan_activities
from campaigns.season.lives import live_all
from campaigns.season.mending import mend
from campaigns.season.networks import enrol_networks
from campaigns.season.population import settle_people
from campaigns.season.post import Post
from campaigns.season.rewards import settle_rewards
from campaigns.season.world import SEASON_DAYS, World, ends_us

__all__ = ["SEASON_DAYS", "generate"]


def generate(people: int, seed: int, starts_on: date) -> Iterator[dict[str, Any]]:
    """The season's events as CloudEvents, in order of arrival (`receivedat`, RFC 3339).

    `people` is the number of invented human beings (≥ 1), `starts_on` the Shanghai day on which
    the first contracts are signed. Nothing happens or arrives after that day has begun which is
    `SEASON_DAYS` later, while activities of that day and the next ones are planned. The same
    arguments give the same events; ValueError when there are no people.
    """
    if people < 1:
        raise ValueError("a season needs people")
    dice = Random(seed)
    names = Faker("zh_CN")
    names.seed_instance(seed)
    world = World(dice, names, Post(dice, ends_us(starts_on)), starts_on)
    open_channel(world)
    plan_activities(world, people)
    settle_people(world, people)
    enrol_networks(world, people)
    live_all(world)
    hold_activities(world)
    settle_rewards(world)
    mend(world)
    world.post.repeat_some()
    return world.post.arrivals()
