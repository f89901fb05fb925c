"""The form that a page sends: counted first, then parsed, off the event loop."""

import io
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from crm.web.guards.bounds import (
    LARGEST_ANSWER_FORM_BYTES,
    LARGEST_FORM_BYTES,
    LARGEST_SHEET_FORM_BYTES,
)
from crm.web.guards.site import site_of

MOST_FIELDS = 100
MOST_CELLS = 20_000
"""Of the fields of a sheet, whose cells are mended in the page."""
MOST_TICKED = 5_200
"""Of a dealer's copy, whose rows are ticked: as many as 5,000, and what stands beside them."""
_OF_SHEETS, _OF_COPIES = "/sheets/", "/copy/"
_WITH_FILES = _OF_SHEETS, "/rewards/files/"
_KIND, _WITH_FILE = "application/x-www-form-urlencoded", "multipart/form-data"


async def page_form(request: Request, *, is_known: bool) -> FormData:
    """The fields in their order; HTTPException 413 for too many, 415 for what is no form.

    is_known: whether somebody is signed in; nobody else's large form is taken apart.
    """
    body = await request.body()
    if not body or (len(body) > LARGEST_FORM_BYTES and not is_known):
        return FormData()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    path = request.url.path
    is_sheet = path.startswith(_OF_SHEETS)
    if kind == _WITH_FILE and path.startswith(_WITH_FILES) and is_known:
        return await _with_file(request)
    if kind != _KIND:
        raise HTTPException(415)
    most = MOST_CELLS if is_sheet else MOST_TICKED if path.startswith(_OF_COPIES) else None
    if body.count(b"&") >= (most if most and is_known else MOST_FIELDS):
        raise HTTPException(413)
    lanes = site_of(request).lanes
    lane = lanes.beside if len(body) <= LARGEST_FORM_BYTES else lanes.forms
    return await lane(_parsed, body)


class _InMemory(MultiPartParser):
    """What a person picked is written to no disk, as the parser does it with more than a MiB."""

    spool_max_size = max(LARGEST_SHEET_FORM_BYTES, LARGEST_ANSWER_FORM_BYTES)


async def _with_file(request: Request) -> FormData:
    parser = _InMemory(request.headers, request.stream(), max_files=1, max_fields=MOST_FIELDS)
    try:
        sent = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from error
    fields: list[tuple[str, str | UploadFile]] = []
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            content = io.BytesIO(await value.read())
            fields.append((name, UploadFile(content, filename=value.filename)))
        else:
            fields.append((name, value))
    await sent.close()
    return FormData(fields)


def _parsed(body: bytes) -> FormData:
    text = body.decode("ascii", "replace")
    fields: list[tuple[str, str | UploadFile]] = []
    fields.extend(parse_qsl(text, keep_blank_values=True, errors="replace"))
    return FormData(fields)
