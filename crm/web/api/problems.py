"""A request that cannot be read as a whole: problem details for HTTP (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Ends a request of the API; `detail` says what is wrong and holds nothing that was sent."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem_response(
    status: int, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer of one problem."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(content, status, dict(headers or {}), MEDIA_TYPE)


async def answer_problem(_request: Request, error: Exception) -> JSONResponse:
    """The handler for Problem."""
    assert isinstance(error, Problem)
    return problem_response(error.status, error.detail, error.headers)
