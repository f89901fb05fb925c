"""`jinxi web`: pages and API alone, where relay and workers are processes of their own."""

from typing import Annotated

import typer

from crm.configuration.settings import Settings
from streams.cli.commands.serve import DEFAULT_PORT, must_be_free
from streams.serving.web_server import HOST, serve_site


def serve_web(
    host: Annotated[str, typer.Option(help="监听的地址")] = HOST,
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口")] = DEFAULT_PORT,
) -> None:
    """只打开网页和接口，不带发布和记录进程；不加密，前面要有 TLS 代理。

    jinxi web
    jinxi web --host 0.0.0.0 --port 8765
    """
    must_be_free(port, host)
    serve_site(Settings.from_environment(), host, port)
