"""The process that calls what lies outside: `python -m streams.serving.webhook_sender`.

It calls dealers' webhooks and hands letters to many to the mail server and the gateway. One at a
time, by lease; killed at any moment it begins again with what was not answered. A call that was
answered and not kept is made twice, under the same `webhook-id`; a letter never is.
"""

import time
from functools import partial
from typing import Never

from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.feed.webhooks import Caller
from crm.letters.postman import Postman
from crm.letters.ways import Ways
from crm.rights.own_copy import Keeper
from crm.storage import locks
from streams.running.heartbeat import beat
from streams.running.installation import Installation, open_installation
from streams.running.lease import WorkerRunning, lease
from streams.running.logs import configure
from streams.running.retry import patiently
from streams.serving.orphans import end_with_supervisor

PROCESS = "webhooks"
_LOOK_SECONDS = 1.0


def caller_of(installation: Installation) -> Caller:
    """The caller of an installation."""
    loopback = installation.settings.webhooks_to_loopback
    return Caller(installation.engine, installation.keyring, loopback)


def postman_of(installation: Installation) -> Postman:
    """Who takes an installation's letters out."""
    settings = installation.settings
    keeper = Keeper(settings.company_name, settings.company_contact)
    ways = Ways.of(settings)
    alive = partial(beat, settings, PROCESS)
    return Postman(installation.engine, installation.keyring, ways, keeper, now_us, alive)


def main() -> None:
    """Call and send for ever; another one that holds the lease already does the work."""
    end_with_supervisor()
    configure(PROCESS)
    installation = open_installation()
    caller, postman = caller_of(installation), postman_of(installation)
    try:
        with lease(installation.settings, locks.WEBHOOKS):
            run(installation.settings, caller, postman)
    except WorkerRunning:
        time.sleep(_LOOK_SECONDS)


def run(settings: Settings, caller: Caller, postman: Postman) -> Never:
    """Call and send for ever; while the database is away, wait and try again."""
    alive = partial(beat, settings, PROCESS)
    while True:
        alive()
        patiently(lambda: caller.call_due(now_us()), alive)
        settled = patiently(postman.step, alive)
        time.sleep(0 if settled else _LOOK_SECONDS)


if __name__ == "__main__":
    main()
