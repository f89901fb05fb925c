"""The process that serves pages and API: `python -m streams.web_server PORT`."""

import sys
from dataclasses import replace

import uvicorn
from fastapi.responses import PlainTextResponse

from crm.settings import Settings
from crm.web.app import app_of
from crm.web.site import Site
from streams.installation import Installation
from streams.orphans import end_with_supervisor
from streams.outbox import OutboxIntake
from streams.status import metrics, status

HOST = "127.0.0.1"


def open_site(settings: Settings) -> Site:
    """The site of an installation; where Kafka carries, its door leads into the outbox."""
    site = Site.open(settings)
    if settings.kafka_bootstrap is None:
        return site
    return replace(site, intake=OutboxIntake(site.engine, site.keyring))


def main() -> None:
    """Serve until terminated; only this machine sees it."""
    end_with_supervisor()
    port = int(sys.argv[1])
    settings = Settings.from_environment()
    site = open_site(settings)
    app = app_of(site)
    opened = Installation(settings, site.engine, site.keyring)
    app.add_api_route(
        "/metrics",
        lambda: PlainTextResponse(metrics(status(opened))),
        include_in_schema=False,
    )
    uvicorn.run(app, host=HOST, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
