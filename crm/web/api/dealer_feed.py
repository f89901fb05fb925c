"""The dealer's copy over HTTP: changes, rows, buckets (docs/dealer-feed.md is the protocol)."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from isal import igzip
from msgspec import Meta
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from campaigns.times import rfc3339
from crm.copies.feed_lines import page_line
from crm.feed.history import Sent, keep_sent, was_sent
from crm.feed.queries import (
    Page,
    PrefixTooShort,
    changes_page,
    last_sequence,
    named_rows,
    row_hashes,
)
from crm.storage.database import writing
from crm.web.api.bodies import body_of, json_body
from crm.web.api.dealer_visit import DealerVisit, FromDealer

router = APIRouter(tags=["dealer"])

LINES = "application/x-ndjson"
LARGEST_NUMBER = 2**53 - 1
MOST_CHANGES = 20_000
LONGEST_WAIT_SECONDS = 25
_COMPUTING_TURNS = 5
_FAST = 1

Number = Annotated[int, Query(ge=0, le=LARGEST_NUMBER)]
SECURED: dict[str, Any] = {"security": [{"token": []}]}
_LINES_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a page; docs/dealer-feed.md says what its lines are",
        "content": {LINES: {"schema": {"type": "string"}}},
    }
}


class RowsAsked(msgspec.Struct, forbid_unknown_fields=True):
    """Rows by key."""

    keys: Annotated[
        list[Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]], Meta(min_length=1, max_length=500)
    ]


class Found(msgspec.Struct, frozen=True):
    """A page, and the state of the copy that it is of."""

    page: Page
    last: int
    rows: int


@router.get(
    "/v1/dealer/changes",
    summary="What has changed in the copy",
    openapi_extra=SECURED,
    response_class=Response,
    responses=_LINES_ANSWER,
)
async def get_changes(
    visit: FromDealer,
    after: Number = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_CHANGES)] = 1_000,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
    accept_encoding: Annotated[str | None, Header()] = None,
) -> Response:
    """A page of changes after a number, as NDJSON; it waits for the first one when asked to."""
    visit.take_turns()

    def look(connection: Connection) -> Found:
        return _found(
            visit, connection, changes_page(visit.scope, connection, visit.dealer, after, limit)
        )

    found = await visit.when_settled(look)
    if after > found.last:
        await run_in_threadpool(_keep_unknown, visit, found.last)
    if not found.page.lines and wait and await visit.has_news(after, wait):
        found = await visit.when_settled(look)
    return await _sent(visit, "changes", found, accept_encoding)


@router.post(
    "/v1/dealer/rows",
    summary="Rows of the copy by key",
    openapi_extra=SECURED | body_of(RowsAsked),
    response_class=Response,
    responses=_LINES_ANSWER,
)
async def post_rows(
    request: Request,
    visit: FromDealer,
    accept_encoding: Annotated[str | None, Header()] = None,
) -> Response:
    """The named rows as they are now, as NDJSON; a key that was never told is unknown."""
    visit.take_turns()
    asked = await json_body(request, RowsAsked)
    keys = sorted(set(asked.keys))

    def look(connection: Connection) -> Found:
        last = last_sequence(visit.scope, connection, visit.dealer)
        page = named_rows(visit.scope, connection, visit.dealer, keys, last)
        return _found(visit, connection, page)

    return await _sent(visit, "rows", await visit.when_settled(look), accept_encoding)


@router.get("/v1/dealer/buckets", summary="Digests by beginnings of keys", openapi_extra=SECURED)
async def get_buckets(
    visit: FromDealer,
    prefix: Annotated[str, Query(pattern=r"^[0-9a-f]{0,8}$")] = "",
    rows: bool = False,
) -> dict[str, Any]:
    """Counts and digests of the rows below a prefix, or the hash of each of its rows."""
    visit.take_turns(_COMPUTING_TURNS)

    def look(connection: Connection) -> dict[str, Any]:
        last = last_sequence(visit.scope, connection, visit.dealer)
        answer: dict[str, Any] = {"prefix": prefix, "up_to": last}
        if rows:
            return answer | {"rows": row_hashes(visit.scope, connection, visit.dealer, prefix)}
        figures = visit.site.feed_caches.figures
        found = figures.buckets(visit.scope, connection, visit.dealer, last, prefix)
        return answer | {"buckets": found}

    try:
        return await visit.when_settled(look)
    except PrefixTooShort as error:
        raise visit.refused(400, f"{error}: ask with a longer prefix") from error


def _found(visit: DealerVisit, connection: Connection, page: Page) -> Found:
    last = last_sequence(visit.scope, connection, visit.dealer)
    rows = visit.site.feed_caches.figures.rows(visit.scope, connection, visit.dealer, last)
    return Found(page, last, rows)


async def _sent(
    visit: DealerVisit, what: str, found: Found, accept_encoding: str | None
) -> Response:
    """The page with its end, once it is kept that it was sent."""
    now_us = visit.site.now_us()
    end = page_line(found.page.next_after, found.last, found.rows, rfc3339(now_us))
    headers = {"Vary": "Accept-Encoding"}
    compressed = _takes_gzip(accept_encoding)
    if compressed:
        headers["Content-Encoding"] = "gzip"

    def write() -> bytes:
        changes = len(found.page.lines)
        if changes:
            up_to = found.page.next_after
            sent = Sent(visit.dealer, now_us, visit.actor, what, up_to, changes, found.last)
            with writing(visit.site.engine) as connection:
                keep_sent(connection, sent)
        lines = b"".join((*found.page.lines, end))
        return _zipped(lines) if compressed else lines

    return Response(await run_in_threadpool(write), media_type=LINES, headers=headers)


def _keep_unknown(visit: DealerVisit, last: int) -> None:
    """Who has come further than there are numbers was sent what a restored backup does not know:
    whatever there is may have left."""
    with writing(visit.site.engine) as connection:
        if not was_sent(connection, visit.dealer, "before", last):
            sent = Sent(visit.dealer, visit.site.now_us(), visit.actor, "before", last, 0, 0)
            keep_sent(connection, sent)


def _takes_gzip(accept_encoding: str | None) -> bool:
    for part in (accept_encoding or "").lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _zipped(lines: bytes) -> bytes:
    # The standard library's takes five times as long, as long as everything else together.
    return igzip.compress(lines, _FAST)
