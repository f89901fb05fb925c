"""The form that a page sends: counted first, then parsed, off the event loop."""

from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from crm.web.guards.bounds import LARGEST_FORM_BYTES
from crm.web.guards.site import site_of

MOST_FIELDS = 100
_KIND = "application/x-www-form-urlencoded"


async def page_form(request: Request, *, is_known: bool) -> FormData:
    """The fields in their order; HTTPException 413 for too many, 415 for what is no form.

    is_known: whether somebody is signed in; nobody else's large form is taken apart.
    """
    body = await request.body()
    if not body or (len(body) > LARGEST_FORM_BYTES and not is_known):
        return FormData()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise HTTPException(415)
    if body.count(b"&") >= MOST_FIELDS:
        raise HTTPException(413)
    lanes = site_of(request).lanes
    lane = lanes.beside if len(body) <= LARGEST_FORM_BYTES else lanes.forms
    return await lane(_parsed, body)


def _parsed(body: bytes) -> FormData:
    text = body.decode("ascii", "replace")
    fields: list[tuple[str, str | UploadFile]] = []
    fields.extend(parse_qsl(text, keep_blank_values=True, errors="replace"))
    return FormData(fields)
