"""How it stands, for headquarters: what waits, what is behind, what failed, who works."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import DAY_US, SECOND_US
from campaigns.wording.catalogues import N_
from crm.feed.settling import holds_copies_back
from crm.journal.clock_marks import confirm
from crm.operations.status import Status, moved_without_backup_us
from crm.outcomes.queries import outcome_counts
from crm.storage.database import reading, writing
from crm.web.guards.visit import SignedIn, SignedInPosting

router = APIRouter()

HELD_BACK = N_(
    "有撤回、拒绝、删除或合同终止的事件没有入档：修好之前，它涉及的经销商收不到副本的任何更新。"
)
CLOCK_DOUBTED = N_("时钟比收到过的一切都快了七天以上，新的一天先不开始。请核对时间。")
BACKUP_OLD_US = 2 * DAY_US
"""Without a newer backup it is said."""
OLD_SECONDS = 300
"""What has waited longer in the outbox is worth a look."""


@dataclass(frozen=True, slots=True)
class Lag:
    """One partition: what is not recorded of it, and its share of the longest, in per mille."""

    partition: int
    records: int
    share: int


@router.get("/status")
def status_page(visit: SignedIn) -> Response:
    """Everything at one moment; it is not kept up to date by itself."""
    visit.scope.require("status", "how it runs")
    found = visit.site.how_it_stands()
    with reading(visit.site.engine) as connection:
        counts = outcome_counts(visit.scope, connection)
        held_back = holds_copies_back(connection)
        moved_us = moved_without_backup_us(connection)
    now_us = visit.site.now_us()
    oldest_us = found.outbox_oldest_us
    age_seconds = None if oldest_us is None else max(0, now_us - oldest_us) // SECOND_US
    context = {
        "title": visit.say(N_("运行状况")),
        "status": found,
        # What the lists behind these numbers hold.
        "days": max(0, found.journaled - sum(counts.values())),
        "waiting": counts.get("waiting", 0),
        "failed": counts.get("failed", 0),
        "age_seconds": age_seconds,
        "moved_us": moved_us,
        "backup_is_old": moved_us is not None
        or now_us - (found.last_backup_us or 0) > BACKUP_OLD_US,
        "lags": lags(found),
        "may_confirm": found.clock_doubted and visit.scope.may("runs"),
        "troubles": [
            visit.say(text)
            for text in (*([HELD_BACK] if held_back else []), *troubles(found, age_seconds))
        ],
    }
    return visit.render("status.html", context)


@router.post("/status/clock")
def confirm_clock(posting: SignedInPosting) -> Response:
    """Headquarters has looked at another clock: time may go on by this one."""
    visit = posting.visit
    visit.scope.require("runs", "headquarters confirms the clock")
    with writing(visit.site.engine) as connection:
        confirm(connection, visit.site.now_us(), visit.account.actor)
    return RedirectResponse("/status", 303)


def lags(found: Status) -> list[Lag]:
    """By partition."""
    by_partition = sorted((found.lag_records or {}).items())
    longest = max((records for _, records in by_partition), default=0) or 1
    return [Lag(number, records, records * 1000 // longest) for number, records in by_partition]


def troubles(found: Status, age_seconds: int | None) -> list[str]:
    """What somebody should look at, as sentences to translate."""
    checked = (
        (found.topic_missing, N_("Kafka 上没有事件的主题：请运行 jinxi topics create。")),
        (found.inbox_records is None, N_("Kafka 没有应答。登记照常收下，恢复后会自己补上。")),
        (found.workers == {}, N_("没有记录进程在运行，收下的事件暂时不会入档。")),
        ((age_seconds or 0) > OLD_SECONDS, N_("发件箱里有事件等了很久，请看发布进程的日志。")),
        (found.dead_letters > 0, N_("有事件入档时出了故障，修好原因后重试。")),
        (found.clock_doubted, CLOCK_DOUBTED),
        (found.undecodable > 0, N_("有消息不是事件，请查是谁写进了事件主题。")),
    )
    return [sentence for wrong, sentence in checked if wrong]
