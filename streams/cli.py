"""The `jinxi` command: puts the subcommands together, and says plainly what went wrong."""

import sqlite3
import sys
from collections.abc import Callable

import typer
from sqlalchemy.exc import DBAPIError

from crm.database import DatabaseUnusable
from crm.keyring import KeyLost, MasterKeyMissing, MasterKeyWrong
from streams.commands import (
    accounts,
    carry,
    demo,
    funnel,
    intake,
    look,
    season,
    serve,
    sheet_files,
    work,
)
from streams.lease import WorkerRunning
from streams.output import error_console
from streams.wording import language, say, translate_help

FAILED = 1
BUSY = 4


def build_app() -> typer.Typer:
    """Every subcommand, in the order in which people meet them."""
    app = typer.Typer(
        name="jinxi",
        help="金夕：以事件为本的患者与消费者活动管理。",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
    )
    for command in (
        demo.demo,
        serve.serve,
        intake.accept,
        work.work,
        look.event,
        look.events,
        look.people,
        look.archive,
        look.copy,
        look.digest,
        look.rewards,
        look.ledger,
        funnel.funnel,
        work.replay,
        work.check,
        carry.relay,
        carry.worker,
        season.season,
    ):
        app.command()(command)
    _group(
        app,
        "dead-letters",
        "未能入档的事件：列出、查看、重试。",
        {
            "list": work.list_letters,
            "show": work.show_letter,
            "retry": work.retry_letters,
        },
    )
    _group(
        app,
        "topics",
        "Kafka 的主题：建立、检查。",
        {"create": carry.create_topics, "check": carry.check_topics},
    )
    _group(app, "sheet", "签到表。", {"template": sheet_files.template})
    _group(app, "token", "接口令牌。", {"add": accounts.add_api_token})
    _group(app, "user", "登录账户。", {"add": accounts.add_person})
    return app


def _group(
    app: typer.Typer, name: str, about: str, commands: dict[str, Callable[..., None]]
) -> None:
    group = typer.Typer(name=name, help=about, no_args_is_help=True, rich_markup_mode=None)

    def only_a_group() -> None:
        """Keeps a group with one command a group."""

    group.callback()(only_a_group)
    for command_name, command in commands.items():
        group.command(command_name)(command)
    app.add_typer(group, help=about)


def main() -> None:
    """Run `jinxi`; every foreseeable trouble ends in one sentence, not in a traceback."""
    command = typer.main.get_command(build_app())
    translate_help(command, language())
    try:
        command()
    except WorkerRunning as error:
        _end(say("另一个记录进程正在使用这个数据库（{file}）；一次只能有一个", file=error), BUSY)
    except DatabaseUnusable as error:
        _end(say("打不开或写不进数据：{cause}", cause=error), FAILED)
    except (MasterKeyMissing, MasterKeyWrong, KeyLost) as error:
        _end(say("密钥不对，没有改动任何数据：{cause}", cause=error), FAILED)
    except (DBAPIError, sqlite3.OperationalError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        message = say("数据库出错，已收下的不受影响：{cause}", cause=cause)
        _end(message, FAILED)
    except KeyboardInterrupt:
        _end(say("已停止"), 130)


def _end(sentence: str, status: int) -> None:
    error_console().print(sentence, markup=False, soft_wrap=True)
    sys.exit(status)
