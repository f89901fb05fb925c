"""`jinxi token` and `jinxi user`: who may send and who may look."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from crm.accounts.people import AccountInvalid, add_user
from crm.accounts.tokens import add_token, revoke_token, tokens
from crm.database import reading
from streams.commands.options import NOT_FOUND, AsJson
from streams.installation import open_installation
from streams.output import Whole, print_json, print_lines, print_notice, print_table, print_text
from streams.wording import say, told, words


class TokenRole(StrEnum):
    """What a token speaks for."""

    HEADQUARTERS = "headquarters"
    STAFF = "staff"
    DEALER = "dealer"


class UserRole(StrEnum):
    """What a person does here."""

    HEADQUARTERS = "headquarters"
    COMPLIANCE = "compliance"
    STAFF = "staff"
    DEALER = "dealer"


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
        raise typer.BadParameter(told(str(error))) from error
    if as_json:
        print_json({"token": token})
    else:
        print_text(say("令牌，只显示这一次，请现在存好：{token}", token=token))


def list_tokens(as_json: AsJson = False) -> None:
    """列出没有吊销的令牌；令牌本身看不到。

    jinxi token list
    """
    with reading(open_installation().engine) as connection:
        found = tokens(connection)
    if as_json:
        print_lines(asdict(each) for each in found)
        return
    rows = [
        [Whole(x.actor), x.name, x.role, x.dealer or "", " ".join(x.sources.splitlines())]
        for x in found
    ]
    headings = words("代号", "给谁用", "身份", "经销商", "来源前缀")
    print_table(say("接口令牌"), headings, rows, say("没有。发一个：jinxi token add"))


def revoke_api_token(
    actor: Annotated[str, typer.Argument(metavar="ACTOR", help="代号，见 jinxi token list")],
) -> None:
    """吊销一个令牌：从此不能再用它发送，用它的收件箱也不再收。

    jinxi token revoke t-0123456789ab
    """
    if not revoke_token(open_installation().engine, actor):
        print_notice(say("没有代号为 {actor} 的令牌。有哪些：jinxi token list", actor=actor))
        raise typer.Exit(NOT_FOUND)
    print_text(say("已吊销：{actor}", actor=actor))


def add_person(
    name: Annotated[str, typer.Option(help="登录名")],
    role: Annotated[UserRole, typer.Option(help="身份")],
    dealer: Annotated[str | None, typer.Option(help="经销商代码（身份为 dealer 时）")] = None,
    password: Annotated[
        str,
        typer.Option(
            prompt="密码", confirmation_prompt="再输一次密码", hide_input=True, help="密码"
        ),
    ] = "",
) -> None:
    """加一个可以登录的人。

    jinxi user add --name wang.fang --role staff
    """
    installation = open_installation()
    try:
        add_user(installation.engine, name, password, role.value, dealer)
    except AccountInvalid as error:
        raise typer.BadParameter(told(str(error))) from error
    print_text(say("已加上：{name}", name=name))
