"""The `jinxi` command: puts the subcommands together, and says plainly what went wrong.

A subcommand's module is loaded when it is called: to look at people nobody waits for the library
of sheets, or for the names of an invented season. The whole help loads them all.
"""

import pkgutil
import sys
from collections.abc import Iterable

import typer

from streams.cli.errors import foreseen, sentence_of, status_of
from streams.cli.help_pages import Command, Group, translate_help, usage_sentence
from streams.wording.output import print_notice
from streams.wording.say import language, say

INTERRUPTED = 130

COMMANDS = {
    "demo": "streams.cli.commands.demo:demo",
    "serve": "streams.cli.commands.serve:serve",
    "web": "streams.cli.commands.web:serve_web",
    "accept": "streams.cli.commands.intake:accept",
    "work": "streams.cli.commands.work:work",
    "event": "streams.cli.commands.events:event",
    "events": "streams.cli.commands.events:events",
    "people": "streams.cli.commands.people:people",
    "archive": "streams.cli.commands.people:archive",
    "consents": "streams.cli.commands.consents:consents",
    "conflicts": "streams.cli.commands.conflicts:conflicts",
    "clashes": "streams.cli.commands.clashes:list_clashes",
    "copy": "streams.cli.commands.copies:copy",
    "digest": "streams.cli.commands.copies:digest",
    "fhir": "streams.cli.commands.fhir:fhir",
    "own-copy": "streams.cli.commands.own_copy:make_own_copy",
    "recalls": "streams.cli.commands.recalls:recalls",
    "hand-over": "streams.cli.commands.recalls:change_dealers",
    "rewards": "streams.cli.commands.rewards:rewards",
    "ledger": "streams.cli.commands.rewards:ledger",
    "funnel": "streams.cli.commands.funnel:funnel",
    "replay": "streams.cli.commands.upkeep:replay",
    "check": "streams.cli.commands.upkeep:check",
    "move": "streams.cli.commands.move:move_to",
    "status": "streams.cli.commands.carry:show_status",
    "relay": "streams.cli.commands.carry:relay",
    "worker": "streams.cli.commands.carry:worker",
    "bridge": "streams.cli.commands.inboxes:bridge",
    "season": "streams.cli.commands.season:season",
}
"""Every subcommand, in the order in which people meet them."""
GROUPS = {
    "dead-letters": (
        "未能入档的事件：列出、查看、重试。",
        {
            "list": "streams.cli.commands.dead_letters:list_dead_letters",
            "show": "streams.cli.commands.dead_letters:show_dead_letter",
            "retry": "streams.cli.commands.dead_letters:retry_dead_letters",
        },
    ),
    "dealer": (
        "经销商自己的那一份：取来、验证、查看、导出。",
        {
            "key": "streams.cli.commands.inboxes:key",
            "resend": "streams.cli.commands.inboxes:resend",
            "pull": "streams.cli.commands.dealer:pull",
            "verify": "streams.cli.commands.dealer:verify",
            "status": "streams.cli.commands.dealer:status",
            "export": "streams.cli.commands.dealer:export",
        },
    ),
    "topics": (
        "Kafka 的主题：建立、检查。",
        {
            "create": "streams.cli.commands.carry:create_topics",
            "check": "streams.cli.commands.carry:check_topics",
        },
    ),
    "notice": (
        "告知书：加一版、列出、看全文。",
        {
            "add": "streams.cli.commands.notices:add_own_notice",
            "list": "streams.cli.commands.notices:list_notices",
            "show": "streams.cli.commands.notices:show_notice",
        },
    ),
    "rights": (
        "个人行使权利的请求：登记、列出、答复。",
        {
            "open": "streams.cli.commands.rights:enter_request",
            "list": "streams.cli.commands.rights:list_requests",
            "close": "streams.cli.commands.rights:answer_request",
        },
    ),
    "dealer-key": (
        "经销商的签名公钥。",
        {"release": "streams.cli.commands.recalls:let_go_of_key"},
    ),
    "webhook": (
        "副本有变化时通知经销商的地址。",
        {
            "add": "streams.cli.commands.webhooks:add",
            "list": "streams.cli.commands.webhooks:list_webhooks",
            "remove": "streams.cli.commands.webhooks:remove",
        },
    ),
    "clock": (
        "时钟：查看、确认。",
        {
            "show": "streams.cli.commands.clock:show",
            "confirm": "streams.cli.commands.clock:confirm_clock",
        },
    ),
    "sheet": ("签到表。", {"template": "streams.cli.commands.sheet_files:template"}),
    "inbox": (
        "外部系统的 Kafka 收件箱：建立、列出、撤掉。",
        {
            "add": "streams.cli.commands.inboxes:add",
            "list": "streams.cli.commands.inboxes:list_all",
            "remove": "streams.cli.commands.inboxes:remove",
        },
    ),
    "token": (
        "接口令牌。",
        {
            "add": "streams.cli.commands.accounts:add_api_token",
            "list": "streams.cli.commands.accounts:list_tokens",
            "revoke": "streams.cli.commands.accounts:revoke_api_token",
        },
    ),
    "account": (
        "登录账户。",
        {
            "add": "streams.cli.commands.accounts:add_person",
            "list": "streams.cli.commands.accounts:list_accounts",
            "close": "streams.cli.commands.accounts:close_person",
            "password": "streams.cli.commands.accounts:set_password",
        },
    ),
}


def build_app(names: Iterable[str] = (*COMMANDS, *GROUPS)) -> typer.Typer:
    """The command with these subcommands."""
    app = typer.Typer(
        name="jinxi",
        help="金夕：以事件为本的患者与消费者活动管理。",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        cls=Group,
    )

    def only_a_group() -> None:
        """Keeps a group with one command a group."""

    app.callback()(only_a_group)
    for name in names:
        if name in COMMANDS:
            app.command(name, cls=Command)(pkgutil.resolve_name(COMMANDS[name]))
        else:
            app.add_typer(_group(name), help=GROUPS[name][0])
    return app


def _group(name: str) -> typer.Typer:
    about, commands = GROUPS[name]
    group = typer.Typer(
        name=name, help=about, no_args_is_help=True, rich_markup_mode=None, cls=Group
    )

    def only_a_group() -> None:
        """Keeps a group with one command a group."""

    group.callback()(only_a_group)
    for command_name, place in commands.items():
        group.command(command_name, cls=Command)(pkgutil.resolve_name(place))
    return group


def main() -> None:
    """Run `jinxi`; every foreseeable trouble ends in a sentence, not in a traceback."""
    asked = sys.argv[1:2]
    known = [name for name in (*COMMANDS, *GROUPS) if name in asked]
    command = typer.main.get_command(build_app(known) if known else build_app())
    translate_help(command, language())
    try:
        status = command.main(prog_name="jinxi", standalone_mode=False)
    except typer.Abort:
        _end(say("已停止"), INTERRUPTED)
    except typer.TyperException as error:
        _end(usage_sentence(error), getattr(error, "exit_code", 2))
    except foreseen() as error:
        _end(sentence_of(error), status_of(error))
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status == INTERRUPTED:
        _end(say("已停止"), INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _end(sentence: str, status: int) -> None:
    print_notice(sentence)
    sys.exit(status)
