"""`jinxi serve`: the pages and the API, and the worker as a second, supervised process."""

import errno
import socket
from typing import Annotated

import typer

from crm.accounts.invitations import first_link
from crm.clock import now_us
from crm.configuration.settings import Settings
from streams.cli.commands.carry import processes
from streams.running.installation import started_installation
from streams.running.logs import configure
from streams.serving.supervisor import Supervisor
from streams.wording.output import print_text
from streams.wording.say import say

HOST = "127.0.0.1"
DEFAULT_PORT = 8765


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口")] = DEFAULT_PORT,
) -> None:
    """打开网页和接口，记录进程在旁边工作；只在本机可见（127.0.0.1）。

    jinxi serve
    jinxi serve --port 9000
    """
    must_be_free(port)
    installation = started_installation()
    secret = first_link(installation.engine, now_us())
    if secret is not None:
        _greet(port, secret)
    run_server(port)


def _greet(port: int, secret: str) -> None:
    """Nobody can sign in yet: the way to the first account."""
    print_text(say("还没有账号。请在浏览器打开下面的链接，设好第一个总部账号："))
    print_text(f"http://{HOST}:{port}/join/{secret}")
    print_text(say("链接只能用一次，24 小时内有效；重新运行 jinxi serve 会换一个新的。"))


def must_be_free(port: int, host: str = HOST) -> None:
    """Nobody may listen there yet, and we may."""
    trouble = _trouble_of(port, host)
    if trouble is None:
        return
    if trouble.errno == errno.EADDRINUSE:
        message = say("端口 {port} 已被占用，请用 --port 换一个", port=port)
    else:
        cause = trouble.strerror or type(trouble).__name__
        message = say(
            "不能在 {host} 的端口 {port} 上监听：{cause}", host=host, port=port, cause=cause
        )
    raise typer.BadParameter(message)


def run_server(port: int) -> None:
    """Serve until interrupted."""
    configure("supervisor")
    print_text(say("网页：http://{host}:{port}/ （Ctrl+C 停止）", host=HOST, port=port))
    settings = Settings.from_environment()
    modules = [
        ["streams.serving.web_server", str(port)],
        ["streams.serving.webhook_sender"],
        *processes(settings),
    ]
    if settings.kafka_bootstrap is not None:
        modules.append(["streams", "bridge"])
    Supervisor(modules).run()
    print_text(say("已停止"))


def is_free(port: int) -> bool:
    """Whether nobody listens on the port."""
    return _trouble_of(port, HOST) is None


def _trouble_of(port: int, host: str) -> OSError | None:
    """What stands in the way of listening there."""
    try:
        ((family, _, _, _, place), *_) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        return error
    return None
