"""`jinxi status`: how it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from crm.operations.status import Status
from streams.cli.commands.options import AsJson, clock_text
from streams.running.installation import open_installation
from streams.upkeep.status import metrics, status
from streams.wording.output import print_json, print_table
from streams.wording.say import say, words


def show_status(
    as_metrics: Annotated[bool, typer.Option("--metrics", help="Prometheus 的文本格式")] = False,
    as_json: AsJson = False,
) -> None:
    """看现在怎样：什么在排队、记录落后多少、什么没有成功。

    jinxi status
    jinxi status --metrics
    """
    installation = open_installation()
    found = status(installation)
    if as_metrics:
        print(metrics(found), end="")
        return
    if as_json:
        lag = found.lag_records
        written = None if lag is None else {str(number): left for number, left in lag.items()}
        print_json({**asdict(found), "lag_records": written})
        return
    rows = [*_everywhere(found)]
    # What waits for Kafka waits also while nobody says where Kafka is.
    if installation.settings.kafka_bootstrap is not None or found.outbox:
        rows += _carried(found)
    print_table(say("现在"), words("项目", "内容"), [row for row in rows if row[1] != ""])


def _everywhere(found: Status) -> Iterator[tuple[str, str | int]]:
    yield say("日志里的事件"), found.journaled
    yield say("尚未入档"), found.not_recorded
    if found.clock_doubted:
        yield say("时钟"), say("可疑：请核对，再 jinxi clock confirm")
    yield say("等待补齐"), found.waiting
    yield say("入档故障"), found.dead_letters
    yield say("不是事件的消息"), found.undecodable
    yield say("最近一次入档"), _moment(found.last_recorded_us)
    yield say("最近一次备份"), _moment(found.last_backup_us) or say("从来没有：jinxi backup")
    yield say("记录进程"), "" if found.workers is None else len(found.workers)


def _carried(found: Status) -> Iterator[tuple[str, str | int]]:
    """What there is only where Kafka carries."""
    yield say("发件箱里的事件"), found.outbox
    yield say("其中最早的收到于"), _moment(found.outbox_oldest_us)
    missing = say("没有事件的主题：jinxi topics create")
    lag = missing if found.topic_missing else _sum(found.lag_records)
    yield say("Kafka 上尚未取走的记录"), lag
    yield say("收件箱里尚未取走的记录"), _sum(found.inbox_records)


def _sum(records: Mapping[Any, int] | None) -> str | int:
    return say("Kafka 没有应答") if records is None else sum(records.values())


def _moment(instant_us: int | None) -> str:
    return clock_text(instant_us) if instant_us else ""
