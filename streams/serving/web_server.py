"""The process that serves pages and API: `python -m streams.serving.web_server PORT`."""

import sys
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_address

import uvicorn
from fastapi import HTTPException, Request
from fastapi.responses import PlainTextResponse

from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.web.app import app_of
from crm.web.guards.site import Site
from streams.backup.shelf import Shelf
from streams.running.installation import Installation
from streams.running.logs import configure
from streams.running.outbox_store import OutboxStore
from streams.serving.connections import config
from streams.serving.funnel_process import FunnelProcess
from streams.serving.large_intake import LargeIntakeProcess
from streams.serving.orphans import end_with_supervisor
from streams.upkeep.dead_letters import retry
from streams.upkeep.status import metrics, status

HOST = "127.0.0.1"
BACKUPS = "backups"
"""Where backups that are started in pages lie when nothing else is said."""
_NOT_FOUND = 404
_TURN_SECONDS = 0.001
Networks = tuple[IPv4Network | IPv6Network, ...]


def open_site(settings: Settings) -> Site:
    """The site of an installation; where Kafka carries, its door leads into the outbox."""
    site = Site.open(settings)
    opened = Installation(settings, site.engine, site.keyring)
    site = replace(
        site,
        status=lambda: status(opened),
        retry=lambda: retry(opened),
        backups=Shelf(opened, settings.backups_folder or settings.data_folder / BACKUPS),
        large_intake=LargeIntakeProcess(),
        funnel_answers=FunnelProcess(),
    )
    if settings.kafka_bootstrap is None:
        return site
    return replace(site, intake=EventIntake(site.engine, site.keyring, OutboxStore()))


def serve_site(settings: Settings, host: str, port: int) -> None:
    """Serve until terminated."""
    configure("web")
    site = open_site(settings)
    if isinstance(site.funnel_answers, FunnelProcess):
        site.funnel_answers.start()
    app = app_of(site)

    def show_metrics(request: Request) -> PlainTextResponse:
        is_passed_on = "x-forwarded-for" in request.headers and not site.proxies
        caller = request.client.host if request.client else ""
        if is_passed_on or not may_see_metrics(caller, settings.metrics_from):
            raise HTTPException(_NOT_FOUND)
        return PlainTextResponse(metrics(site.how_it_stands()))

    app.add_api_route("/metrics", show_metrics, include_in_schema=False)
    # Short requests come to their turn soon while a large one is being read in a thread.
    sys.setswitchinterval(_TURN_SECONDS)
    uvicorn.Server(config(app, host=host, port=port, log_config=None, access_log=False)).run()


def may_see_metrics(address: str, networks: Networks) -> bool:
    """This machine may, and the networks of the settings."""
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    return caller.is_loopback or any(caller in network for network in networks)


def main() -> None:
    """Serve until terminated; only this machine sees it."""
    end_with_supervisor()
    serve_site(Settings.from_environment(), HOST, int(sys.argv[1]))


if __name__ == "__main__":
    main()
