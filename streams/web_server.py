"""The process that serves pages and API: `python -m streams.web_server PORT`."""

import sys
from dataclasses import replace

import uvicorn

from crm.settings import Settings
from crm.web.app import app_of
from crm.web.site import Site
from streams.outbox import OutboxIntake

HOST = "127.0.0.1"


def open_site(settings: Settings) -> Site:
    """The site of an installation; where Kafka carries, its door leads into the outbox."""
    site = Site.open(settings)
    if settings.kafka_bootstrap is None:
        return site
    return replace(site, intake=OutboxIntake(site.engine, site.keyring))


def main() -> None:
    """Serve until terminated; only this machine sees it."""
    port = int(sys.argv[1])
    app = app_of(open_site(Settings.from_environment()))
    uvicorn.run(app, host=HOST, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
