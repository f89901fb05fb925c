"""An act that answers a request of a person: done only where the request may be granted."""

import re

from crm.rights.queries import bar_to, request_of
from crm.rights.request import Request
from crm.storage.database import reading
from crm.web.guards.visit import Visit

_REQUEST = re.compile(r"/rights/([0-9a-f-]{36})")


class MayOnlyBeRefused(Exception):
    """What was asked for may not be done for who asked; the message says why, as a code."""

    def __init__(self, request: Request, bar: str) -> None:
        super().__init__(bar)
        self.request = request


def bar_to_request(visit: Visit, request: Request) -> str | None:
    """Why a request can only be refused, as a code; None where it may be granted."""
    with reading(visit.site.engine) as connection:
        return bar_to(visit.scope, connection, request.card_id, request.asked_by)


def require_grantable(visit: Visit, request: Request) -> None:
    """MayOnlyBeRefused where a request may not be granted."""
    bar = bar_to_request(visit, request)
    if bar is not None:
        raise MayOnlyBeRefused(request, bar)


def answered(visit: Visit, back: str) -> str:
    """The page of the request that an act answers, where it was begun there; else empty.

    MayOnlyBeRefused: whoever may do it all the same does it from the archive, and not for this.
    """
    named = _REQUEST.fullmatch(back)
    if named is None or not visit.scope.may("requests"):
        return ""
    with reading(visit.site.engine) as connection:
        request = request_of(visit.scope, connection, visit.site.keyring, named[1])
    if request is None:
        return ""
    require_grantable(visit, request)
    return back
