"""`jinxi topics`, `relay`, `worker`: what carries events where Kafka does it."""

import time
from typing import Annotated

import typer

from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.journal.events import last_position
from crm.operations.clock import day_plan
from crm.storage import locks
from crm.storage.database import reading
from streams.cli.commands.options import AsJson
from streams.embedded.worker import Tally
from streams.kafka.relay import Relay, run
from streams.kafka.slots import MOST_SLOTS, slot_of
from streams.kafka.topics import Wrong, check, create
from streams.running.installation import Installation, open_installation, started_installation
from streams.running.lease import lease
from streams.running.logs import configure
from streams.running.outbox_store import outbox_age
from streams.serving.supervisor import Supervisor
from streams.wording.output import print_json, print_text
from streams.wording.say import say

_LOOK_SECONDS = 0.2
_WRONG = 1


def kafka_settings() -> Settings:
    """The settings; told that Kafka's address is missing where it is."""
    settings = Settings.from_environment()
    if settings.kafka_bootstrap is None:
        message = say("没有设置 JINXI_KAFKA_BOOTSTRAP（Kafka 的地址，主机:端口）")
        raise typer.BadParameter(message)
    return settings


def create_topics(as_json: AsJson = False) -> None:
    """建立缺少的主题；已有的不动。

    jinxi topics create
    """
    made = create(kafka_settings())
    if as_json:
        print_json({"created": made})
    else:
        print_text(say("已建立 {count} 个主题", count=len(made)))


def check_topics(as_json: AsJson = False) -> None:
    """检查主题是否齐全、分区数是否正确。

    jinxi topics check --json
    """
    wrong = check(kafka_settings())
    if as_json:
        print_json({"ok": not wrong, "wrong": {topic: str(what) for topic, what in wrong.items()}})
    else:
        for topic, what in wrong.items():
            print_text(_said_of(topic, what))
        if not wrong:
            print_text(say("主题齐全"))
    if wrong:
        raise typer.Exit(_WRONG)


def _said_of(topic: str, what: Wrong) -> str:
    if what.partitions is None:
        return say("{topic}：没有，请运行 jinxi topics create", topic=topic)
    return say(
        "{topic}：有 {found} 个分区，应为 {expected} 个。分区不能改；等 jinxi status 没有积压，"
        "删掉这个主题，再运行 jinxi topics create",
        topic=topic,
        found=what.partitions,
        expected=what.expected,
    )


def relay() -> None:
    """把发件箱里的事件按顺序发布到 Kafka；同时只运行一个。

    jinxi relay
    """
    installation = started_installation(kafka_settings())
    configure("relay")
    with lease(installation.settings, locks.RELAY):
        run(Relay(installation.settings, installation.engine, installation.keyring))


def worker(
    slot: Annotated[
        int | None,
        typer.Option(min=0, max=MOST_SLOTS - 1, help="槽位，每个记录进程一个；不写则取最小的空位"),
    ] = None,
) -> None:
    """从 Kafka 取事件并记入数据库；可以同时运行几个，各有一个槽位。

    jinxi worker
    jinxi worker --slot 0
    """
    from streams.kafka import faust_app

    settings = kafka_settings()
    open_installation(settings)
    with slot_of(settings, slot) as mine:
        configure("worker", mine)
        faust_app.run(settings, mine)


def processes(settings: Settings) -> list[list[str]]:
    """The modules that carry events beside the web, each with its arguments."""
    if settings.kafka_bootstrap is None:
        return [["streams", "work"]]
    return [["streams", "relay"], ["streams", "worker", "--slot", "0"]]


def carry_until_idle(installation: Installation) -> Tally:
    """Run relay and worker until the journal has everything, every day up to today included."""
    started = time.monotonic()
    with reading(installation.engine) as connection:
        first = last_position(connection) + 1
    supervisor = Supervisor(processes(installation.settings))
    supervisor.start()
    try:
        while not is_idle(installation):
            time.sleep(_LOOK_SECONDS)
    finally:
        supervisor.stop()
    with reading(installation.engine) as connection:
        last = last_position(connection)
    return Tally(first, last, 0, time.monotonic() - started)


def is_idle(installation: Installation) -> bool:
    """Whether nothing waits, and every day up to today was reached."""
    with reading(installation.engine) as connection:
        waiting, _ = outbox_age(connection)
        plan = day_plan(connection, now_us())
    return waiting == 0 and not plan.reach and not plan.take_back
