"""The process that serves pages and API: `python -m streams.web_server PORT`."""

import sys

import uvicorn

from crm.settings import Settings
from crm.web.app import create_app

HOST = "127.0.0.1"


def main() -> None:
    """Serve until terminated; only this machine sees it."""
    port = int(sys.argv[1])
    app = create_app(Settings.from_environment())
    uvicorn.run(app, host=HOST, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
