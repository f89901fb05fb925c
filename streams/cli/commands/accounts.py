"""`jinxi token` and `jinxi account`: who may send and who may look."""

import sys
from enum import StrEnum
from typing import Annotated, NoReturn

import typer

from campaigns.regions import codes_named, region_name
from campaigns.times import rfc3339
from campaigns.wording.catalogues import LISTED
from crm.accounts.access import COMMAND
from crm.accounts.changes import AccountChange, log_change
from crm.accounts.people import (
    Account,
    accounts,
    add_user,
    change_password,
    close_account,
    find_user,
)
from crm.accounts.roles import AccountInvalid
from crm.accounts.second_factor import forget_factor
from crm.accounts.sessions import end_sessions_of
from crm.accounts.tokens import add_token, revoke_token, tokens
from crm.clock import now_us
from crm.storage.database import reading, writing
from streams.cli.commands.options import NOT_FOUND, AsJson, clock_text
from streams.running.installation import Installation, open_installation
from streams.wording.output import (
    Whole,
    print_json,
    print_lines,
    print_notice,
    print_table,
    print_text,
)
from streams.wording.say import language, say, word, words


class TokenRole(StrEnum):
    """What a token speaks for."""

    HEADQUARTERS = "headquarters"
    STAFF = "staff"
    DEALER = "dealer"


_FROM_INPUT = "-"
Name = Annotated[str, typer.Argument(metavar="NAME", help="登录名")]
Password = Annotated[
    str | None,
    typer.Option(help="密码；不写就会问，写 - 就从标准输入读一行，不让别人在进程列表里看到"),
]


def add_api_token(
    name: Annotated[str, typer.Option(help="给谁用")],
    role: Annotated[TokenRole, typer.Option(help="身份")],
    dealer: Annotated[str | None, typer.Option(help="经销商代码（身份为 dealer 时）")] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="PREFIX", help="可用的来源前缀，可重复")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """发一个接口令牌；只显示这一次。

    jinxi token add --name erp --role headquarters
    jinxi token add --name erp --role dealer --dealer D01 --source /dealers/D01
    """
    installation = open_installation()
    try:
        token = add_token(installation.engine, name, role.value, dealer, tuple(source or ()))
    except AccountInvalid as error:
        _refuse(error)
    if as_json:
        print_json({"token": token})
    else:
        print_text(say("令牌，只显示这一次，请现在存好：{token}", token=token))


def list_tokens(as_json: AsJson = False) -> None:
    """列出接口令牌：给谁、什么身份、哪些来源、是否已停用。

    jinxi token list
    jinxi token list --json
    """
    with reading(open_installation().engine) as connection:
        found = tokens(connection)
    if as_json:
        print_lines(
            {
                "id": token.token_id,
                "name": token.name,
                "role": token.role,
                "dealer": token.dealer,
                "sources": token.sources,
                "created_at": rfc3339(token.created_us),
                "revoked_at": rfc3339(token.revoked_us) if token.revoked_us else None,
            }
            for token in found
        )
        return
    print_table(
        say("接口令牌"),
        words("编号", "给谁用", "身份", "经销商", "来源", "发出", "停用"),
        [
            (
                Whole(token.token_id),
                token.name,
                word("role", token.role),
                token.dealer,
                token.sources,
                clock_text(token.created_us),
                clock_text(token.revoked_us) if token.revoked_us else "",
            )
            for token in found
        ],
        say("还没有。发一个：jinxi token add --name erp --role staff"),
    )


def revoke_api_token(
    name: Annotated[str, typer.Argument(metavar="ID_OR_NAME", help="令牌的编号或名字")],
) -> None:
    """停用一个接口令牌；立即生效，它送来过的都留着。

    jinxi token revoke erp
    jinxi token revoke t-0123456789ab
    """
    try:
        revoked = revoke_token(open_installation().engine, name)
    except AccountInvalid as error:
        _refuse(error)
    print_text(say("已停用：{name}（{id}）", name=revoked.name, id=revoked.token_id))


def add_person(
    name: Annotated[str, typer.Option(help="登录名")],
    role: Annotated[list[str], typer.Option(metavar="ROLE", help="身份，可重复")],
    dealer: Annotated[
        str | None, typer.Option(help="经销商代码（身份为 dealer 或 dealer_staff 时）")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REGION", help="现场工作人员负责的地区，名字或代码，可重复；不写就是各地"
        ),
    ] = None,
    password: Password = None,
) -> None:
    """加一个可以登录的人。

    jinxi account add --name wang.fang --role staff --region 110000
    jinxi account add --name zhao.lei --role compliance --role finance
    """
    installation = open_installation()
    try:
        given = _given_password(password)
        regions = [_region_code(each) for each in region or ()]
        add_user(installation.engine, name, given, role, dealer, regions=regions)
    except AccountInvalid as error:
        _refuse(error)
    print_text(say("已加上：{name}", name=name))


def _region_code(text: str) -> str:
    """The code of the one region that is meant; what was typed where there is none, or several."""
    codes = codes_named(text)
    return codes[0] if len(codes) == 1 else text


def list_accounts(as_json: AsJson = False) -> None:
    """列出可以登录的人，已关闭的也在内。

    jinxi account list
    jinxi account list --json
    """
    with reading(open_installation().engine) as connection:
        found = accounts(connection)
    if as_json:
        print_lines(
            {
                "actor": account.actor,
                "name": account.name,
                "roles": account.roles,
                "dealer": account.dealer,
                "regions": account.regions,
                "open": account.is_open,
                "created_at": rfc3339(account.created_us),
            }
            for account in found
        )
        return
    print_table(
        say("登录账户"),
        words("编号", "登录名", "身份", "经销商", "负责地区", "加上", "状态"),
        [
            (
                Whole(account.actor),
                account.name,
                say(LISTED).join(word("role", role) for role in account.roles),
                account.dealer,
                say(LISTED).join(region_name(code) or code for code in account.regions),
                clock_text(account.created_us),
                say("可登录") if account.is_open else say("已关闭"),
            )
            for account in found
        ],
        say("还没有。加一个：jinxi account add --name wang.fang --role staff"),
    )


def close_person(name: Name) -> None:
    """关闭一个账户：不能再登录，已登录的立即退出；记过的都留着。

    jinxi account close wang.fang
    """
    installation = open_installation()
    close_account(installation.engine, _open_account(installation, name).actor)
    print_text(say("已关闭：{name}", name=name))


def set_password(name: Name, password: Password = None) -> None:
    """给一个账户换密码；已登录的立即退出。

    jinxi account password wang.fang
    """
    installation = open_installation()
    account = _open_account(installation, name)
    try:
        given = _given_password(password)
        change_password(installation.engine, account.actor, given)
    except AccountInvalid as error:
        _refuse(error)
    print_text(say("密码已换：{name}", name=name))


def let_go_of_factor(name: Name) -> None:
    """取消一个账户的第二道验证，供丢了手机和恢复码的人重设；已登录的立即退出。

    jinxi account forget-factor wang.fang
    """
    installation = open_installation()
    account = _open_account(installation, name)
    with writing(installation.engine) as connection:
        had_one = forget_factor(connection, account.actor)
        end_sessions_of(connection, account.actor)
        if had_one:
            log_change(connection, AccountChange(now_us(), COMMAND, "factor", account.actor))
    said = say("已取消：{name}，下次登录要重设", name=name)
    print_text(said if had_one else say("{name} 还没有设第二道验证", name=name))


def _given_password(password: str | None) -> str:
    """What was written, or is asked for; `-`: the first line of the standard input."""
    if password == _FROM_INPUT:
        return sys.stdin.readline().rstrip("\r\n")
    return _asked_password() if password is None else password


def _asked_password() -> str:
    """What is typed twice the same; asked again until it is."""
    while True:
        first: str = typer.prompt(say("密码（12 个字符以上）"), hide_input=True)
        again: str = typer.prompt(say("再输一次密码"), hide_input=True)
        if first == again:
            return first
        print_notice(say("两次输的不一样，请重新输。"))


def _open_account(installation: Installation, name: str) -> Account:
    with reading(installation.engine) as connection:
        found = find_user(connection, name)
    if found is None:
        print_notice(say("没有可登录的账户“{name}”。jinxi account list 列出全部。", name=name))
        raise typer.Exit(NOT_FOUND)
    return found


def _refuse(error: AccountInvalid) -> NoReturn:
    raise typer.BadParameter(error.said(language())) from error
