"""`jinxi inbox`, `bridge`, `dealer`: foreign producers' inboxes, keys of dealers' copies."""

from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from crm.intake.inboxes import InboxInvalid, add_inbox, check_inbox, inboxes, remove_inbox
from crm.keyring.dealer_keys import KeyIssued, dealer_key, issue_dealer_key
from crm.storage import locks
from crm.storage.database import reading, writing
from streams.cli.commands.carry import kafka_settings
from streams.cli.commands.options import NOT_FOUND, AsJson, clock_text
from streams.kafka.bridge import Bridge
from streams.kafka.bridge import run as run_bridge
from streams.kafka.departures import copy_cursors, send_again
from streams.kafka.topics import create_one, delete_one, inbox_topic, name_of
from streams.running.installation import open_installation, started_installation
from streams.running.lease import lease
from streams.running.logs import configure
from streams.wording.output import print_json, print_lines, print_notice, print_table, print_text
from streams.wording.say import language, say, words

Name = Annotated[str, typer.Argument(metavar="NAME", help="收件箱的名字：a-z 0-9 -")]
DealerCode = Annotated[str, typer.Argument(metavar="DEALER", help="经销商代码")]


def add(
    name: Name,
    token_file: Annotated[
        Path, typer.Option(metavar="FILE", help="令牌所在的文件（jinxi token add 给的）")
    ],
) -> None:
    """给外部系统建一个 Kafka 收件箱，只能发这个令牌能发的事件。

    jinxi inbox add erp --token-file erp.token
    """
    installation = open_installation(kafka_settings())
    try:
        token = token_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(say("读不了令牌文件 {file}", file=token_file)) from error
    try:
        # The topic comes first: an inbox that is listed has one.
        check_inbox(installation.engine, name, token)
        create_one(inbox_topic(name), installation.settings)
        add_inbox(installation.engine, name, token)
    except InboxInvalid as error:
        raise typer.BadParameter(error.said(language())) from error
    topic = name_of(inbox_topic(name), installation.settings)
    print_text(say("收件箱已建好，主题 {topic}，留存 24 小时", topic=topic))


def list_all(as_json: AsJson = False) -> None:
    """列出收件箱，各能发什么。

    jinxi inbox list
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        found = inboxes(connection)
    rows = [
        {
            "name": inbox.name,
            "topic": name_of(inbox_topic(inbox.name), installation.settings),
            "actor": inbox.actor,
            "role": inbox.credential.role if inbox.credential else None,
            "dealer": inbox.credential.dealer if inbox.credential else None,
            "sources": list(inbox.credential.sources) if inbox.credential else [],
            "created_us": inbox.created_us,
        }
        for inbox in found
    ]
    if as_json:
        print_lines(rows)
        return
    print_table(
        say("收件箱"),
        words("名字", "主题", "令牌代号", "身份", "经销商", "来源前缀", "建于"),
        [
            [
                row["name"],
                row["topic"],
                row["actor"],
                row["role"] or say("令牌已吊销"),
                row["dealer"] or "",
                " ".join(inbox.credential.sources) if inbox.credential else "",
                clock_text(inbox.created_us),
            ]
            for row, inbox in zip(rows, found, strict=True)
        ],
        say("没有。建一个：jinxi inbox add NAME --token-file FILE"),
    )


def remove(name: Name) -> None:
    """撤掉一个收件箱，连同它的主题；还没取走的不再收。

    jinxi inbox remove erp
    """
    installation = open_installation(kafka_settings())
    if not remove_inbox(installation.engine, name):
        print_notice(say("没有收件箱 {name}。有哪些：jinxi inbox list", name=name))
        raise typer.Exit(NOT_FOUND)
    delete_one(inbox_topic(name), installation.settings)
    print_text(say("收件箱 {name} 已撤掉", name=name))


def bridge() -> None:
    """从各收件箱取外部系统的事件，像接口收到的一样收下；同时只运行一个。

    jinxi bridge
    """
    installation = started_installation(kafka_settings())
    configure("bridge")
    with lease(installation.settings, locks.BRIDGE):
        run_bridge(Bridge(installation))


def key(
    dealer: DealerCode,
    renew: Annotated[bool, typer.Option("--renew", help="换一把，旧的销毁")] = False,
    as_json: AsJson = False,
) -> None:
    """发一个经销商读取自己那份副本的密钥；只显示这一次。

    jinxi dealer key D01
    jinxi dealer key D01 --renew
    """
    installation = open_installation()
    try:
        issued = issue_dealer_key(installation.keyring, dealer, renew=renew)
    except KeyIssued as error:
        message = say("{dealer} 已有密钥；丢了就用 --renew 换一把", dealer=dealer)
        raise typer.BadParameter(message) from error
    secret = b64encode(issued.secret).decode()
    if as_json:
        print_json({"dealer": dealer, "key_number": issued.number, "key": secret})
    else:
        sentence = say(
            "密钥第 {number} 号，只显示这一次，请当面交给经销商：{key}",
            number=issued.number,
            key=secret,
        )
        print_text(sentence)


def resend(dealer: DealerCode) -> None:
    """把一个经销商的副本从头再发一遍。

    jinxi dealer resend D01
    """
    installation = open_installation(kafka_settings())
    issued = dealer_key(installation.keyring, dealer)
    if issued is None:
        print_notice(say("{dealer} 还没有密钥：jinxi dealer key {dealer}", dealer=dealer))
        raise typer.Exit(NOT_FOUND)
    with writing(installation.engine) as connection:
        send_again(connection, copy_cursors(connection, installation.settings, issued))
    print_text(say("{dealer} 的副本会从头再发", dealer=dealer))
