"""`jinxi move`: from the SQLite files to PostgreSQL, with everything that was ever taken in."""

from dataclasses import asdict
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from crm.configuration.settings import Settings, keyring_beside
from streams.cli.commands.options import AsJson
from streams.upkeep.move import Moved, MoveRefused, move, place, target_settings
from streams.wording.output import print_json, print_notice, print_table, print_text
from streams.wording.progress import progress_bar
from streams.wording.say import say, word, words

NOT_EQUAL = 1
REFUSALS = {
    "source is no SQLite file": "现在用的不是 SQLite 文件：搬家只从数据文件夹搬到 PostgreSQL",
    "target is not PostgreSQL": "目标必须是 PostgreSQL：postgresql+psycopg://用户:密码@主机/库名",
    "target does not answer": "目标数据库没有应答（{place}）。两个库都要先建好："
    "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
    "target is not empty": "目标里已有别的数据（{place}），没有改动它。请换一个空的库",
    "moved already": "已经搬过去了（{place}），那边可能已在使用，没有改动它",
}


def move_to(
    url: Annotated[
        str,
        typer.Option("--to", metavar="URL", envvar="JINXI_MOVE_TO", help="目标 PostgreSQL 的地址"),
    ],
    keyring_url: Annotated[
        str | None,
        typer.Option(
            "--keyring-to",
            metavar="URL",
            envvar="JINXI_MOVE_KEYRING_TO",
            help="密钥库的目标；不写则为同一台服务器上的“库名_keys”",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """把全部历史、密钥和账户搬到 PostgreSQL，逐行比较；原处不动，可中断后重来。

    jinxi move --to postgresql+psycopg://jinxi@db.example/jinxi
    """
    source = Settings.from_environment()
    try:
        target = target_settings(source, url, keyring_url)
        with progress_bar(say("搬家"), shown=not as_json) as report:
            moved = move(source, target, report)
    except MoveRefused as error:
        print_notice(say(REFUSALS[error.reason], place=error.place))
        raise typer.Exit(NOT_EQUAL) from error
    if as_json:
        print_json({"equal": moved.equal, **asdict(moved)})
    else:
        _tell(moved, target)
    if not moved.equal:
        raise typer.Exit(NOT_EQUAL)


def _tell(moved: Moved, target: Settings) -> None:
    print_table(
        say("逐行相等") if moved.equal else say("不相等"),
        words("表", "原处", "目标", "相等", "不同的行"),
        [
            [
                word("table", name),
                table.rows,
                table.rebuilt_rows,
                "✓" if table.equal else "✗",
                "; ".join("/".join(key) for key in table.differing),
            ]
            for name, table in moved.tables.items()
        ],
    )
    if not moved.equal:
        print_text(
            say("搬家没有完成：两边不相等，请继续用原来的。查明原因后换一个空的库再搬一次。")
        )
        return
    print_text(
        say(
            "搬好了：{events:,} 条事件，{keys:,} 把密钥，{accounts} 个账户和令牌。原处没有改动。",
            events=moved.events,
            keys=moved.keys,
            accounts=moved.accounts,
        )
    )
    print_text(say("下一步，把设置改成下面这样再启动；从现在起不要再往原来的文件夹里收事件："))
    for name, value in next_settings(target).items():
        print_text(f"  {name}={value}")
    print_text(
        say(
            "改好设置以后马上备份一次：jinxi backup，或网页的“备份”。"
            "原来文件夹的备份只能恢复成搬家以前的样子，不算新库的备份。"
        )
    )


def next_settings(target: Settings) -> dict[str, str]:
    """The settings to start with from now on; passwords are left out."""
    file = target.database_password_file
    shown = place if file is None else _without_password
    found = {"JINXI_DATABASE_URL": shown(target.database_url)}
    if target.keyring_url != keyring_beside(target.database_url, target.data_folder):
        found["JINXI_KEYRING_URL"] = shown(target.keyring_url)
    if file is not None:
        found["JINXI_DATABASE_PASSWORD_FILE"] = str(file.absolute())
    return {
        **found,
        "JINXI_MASTER_KEY_FILE": str(target.master_key_file.absolute()),
        "JINXI_DATA": str(target.data_folder.absolute()),
    }


def _without_password(url: str) -> str:
    return make_url(url)._replace(password=None).render_as_string()
