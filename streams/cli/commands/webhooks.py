"""`jinxi webhook`: whom to call when a dealer's copy has changed."""

from typing import Annotated

import typer

from campaigns.times import rfc3339
from crm.clock import now_us
from crm.feed.calling import AddressRefused
from crm.feed.webhooks import Webhook, add_webhook, remove_webhook, webhooks
from crm.storage.database import reading
from streams.cli.commands.copies import Dealer
from streams.cli.commands.options import NOT_FOUND, AsJson, clock_text
from streams.running.installation import open_installation
from streams.wording.output import (
    Whole,
    print_json,
    print_lines,
    print_notice,
    print_table,
    print_text,
)
from streams.wording.say import say, word, words


def add(
    dealer: Dealer,
    url: Annotated[str, typer.Argument(metavar="URL", help="经销商系统的 https 地址")],
    as_json: AsJson = False,
) -> None:
    """副本有变化时通知一个 https 地址（Standard Webhooks）；密钥只显示这一次。

    jinxi webhook add D01 https://erp.example/jinxi
    """
    installation = open_installation()
    loopback = installation.settings.webhooks_to_loopback
    try:
        webhook_id, secret = add_webhook(
            installation.engine, installation.keyring, dealer, url, now_us(), loopback=loopback
        )
    except AddressRefused as error:
        reason = word("webhook_trouble", error.why)
        raise typer.BadParameter(say("不能通知这个地址：{reason}", reason=reason)) from error
    if as_json:
        print_json({"webhook_id": webhook_id, "secret": secret})
    else:
        print_text(
            say(
                "{webhook_id}，密钥只显示这一次，请现在存好：{secret}",
                webhook_id=webhook_id,
                secret=secret,
            )
        )


def list_webhooks(as_json: AsJson = False) -> None:
    """通知哪些地址，最近一次怎样；连续 3 天不成功就放弃。

    jinxi webhook list
    """
    with reading(open_installation().engine) as connection:
        found = webhooks(connection)
    if as_json:
        print_lines(
            {
                "webhook_id": each.webhook_id,
                "dealer": each.dealer,
                "url": each.url,
                "state": each.state,
                "told_up_to": each.told_up_to,
                "told_at": _time(each.told_us),
                "attempts": each.attempts,
                "failing_since": _time(each.failing_since_us),
                "trouble": each.trouble,
                "given_up_at": _time(each.given_up_us),
            }
            for each in found
        )
        return
    print_table(
        say("通知地址"),
        words("编号", "经销商", "地址", "状态", "最近通知", "原因"),
        map(_shown, found),
        say("没有。用 jinxi webhook add 加一个。"),
    )


def _time(at_us: int | None) -> str | None:
    return None if at_us is None else rfc3339(at_us)


def _shown(webhook: Webhook) -> tuple[object, ...]:
    return (
        Whole(webhook.webhook_id),
        webhook.dealer,
        webhook.url,
        word("webhook_state", webhook.state),
        clock_text(webhook.told_us) if webhook.told_us else "",
        word("webhook_trouble", webhook.trouble),
    )


def remove(
    webhook_id: Annotated[str, typer.Argument(metavar="ID", help="编号")],
) -> None:
    """不再通知这个地址。

    jinxi webhook remove wh_0123456789abcdef
    """
    if not remove_webhook(open_installation().engine, webhook_id, now_us()):
        print_notice(say("没有编号为 {webhook_id} 的通知地址", webhook_id=webhook_id))
        raise typer.Exit(NOT_FOUND)
    print_text(say("已不再通知：{webhook_id}", webhook_id=webhook_id))
