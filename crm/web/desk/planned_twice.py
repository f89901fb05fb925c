"""Whether an activity stands in the calendar already: told as a doubt before it is planned."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from campaigns.times import instant_us, shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from crm.activities.queries import ActivityRow, activities_on
from crm.storage.database import reading
from crm.web.guards.visit import Visit
from crm.web.view.formats import clock_text

_ALREADY = N_("{when} 已经有一场“{title}”。同一场不用再记；真是另外一场，再提交一次。")


def planned_already(visit: Visit, said: Mapping[str, Any]) -> Iterator[str]:
    """Which other activity of the dealer begins at that time under that name, or at that venue."""
    if not said.get("starts_at") or not said.get("dealer"):
        return
    starts_us = instant_us(datetime.fromisoformat(str(said["starts_at"])))
    day = shanghai_day(starts_us)
    with reading(visit.site.engine) as connection:
        found = activities_on(visit.scope, connection, day)
    for each in same_as(said, starts_us, found):
        now_us, language = visit.site.now_us(), visit.language
        when = f"{day_text(day, language, shanghai_day(now_us))} {clock_text(starts_us)}"
        yield visit.say(_ALREADY).format(when=when, title=each.title)


def same_as(
    said: Mapping[str, Any], starts_us: int, found: Iterable[ActivityRow]
) -> Iterator[ActivityRow]:
    """Those that are likely what is said, itself left out; none that was called off."""
    for each in found:
        if each.cancelled or each.activity_id == said.get("activity_id"):
            continue
        alike = each.title == said.get("title") or (each.venue and each.venue == said.get("venue"))
        if alike and each.dealer == said["dealer"] and each.starts_us == starts_us:
            yield each
