"""The application: the interface, the pages, and what guards both."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from crm.web import routes
from crm.web.api import (
    attachments,
    dealer_check,
    dealer_feed,
    dealer_receipts,
    docs,
    events,
    lists,
)
from crm.web.api.problems import Problem, answer_problem, problem_response
from crm.web.guards.bounds import BodyRefused, Bounds
from crm.web.guards.budget import TooMuch
from crm.web.guards.long_heads import ShortHeads
from crm.web.guards.security import SecurityHeaders
from crm.web.guards.site import Site
from crm.web.view.templates import STATIC_FOLDER, Pages, static_version

VERSION = "1"
_FOR_EVER = "public, max-age=31536000, immutable"
_TO_BE_READ = {
    "js": re.compile(r"^[ \t]*//.*\n|^[ \t]+", re.MULTILINE),
    "css": re.compile(r"^/\*.*\*/\n|^[ \t]+| (?=[{}])|(?<=[{};,])[ \n]|(?<=[a-z]:) ", re.MULTILINE),
}


class _KeptFiles(StaticFiles):
    """Static files under addresses that change with the content: `<version>/<name>`.

    A page of an older version gets today's file, but may not keep it under the old address.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, name = path.rpartition("/")
        response = await super().get_response(name, scope)
        kind = name.rpartition(".")[2]
        if kind in _TO_BE_READ and response.status_code == 200:
            kept = {each: response.headers[each] for each in ("etag", "last-modified")}
            media_type = "text/css" if kind == "css" else "text/javascript"
            response = Response(_as_loaded(name, kind), headers=kept, media_type=media_type)
        if version == static_version():
            response.headers["Cache-Control"] = _FOR_EVER
        return response


@cache
def _as_loaded(name: str, kind: str) -> bytes:
    """Without what only readers need, comments and indents: a phone loads what it runs."""
    return _TO_BE_READ[kind].sub("", (STATIC_FOLDER / name).read_text(encoding="utf-8")).encode()


class _GuardedApp(FastAPI):
    """The headers go around everything, so that an answer to what broke has them too."""

    def openapi(self) -> dict[str, Any]:
        """The description, with what the routes cannot say themselves."""
        return _described(self)

    def build_middleware_stack(self) -> ASGIApp:
        site: Site = self.state.site
        inner = super().build_middleware_stack()
        bounds = Bounds(inner, _refused_body(self), refusals=site.refusals)
        bounded = SecurityHeaders(ShortHeads(bounds))
        if not site.proxies:
            return bounded
        trusting = ProxyHeadersMiddleware(cast(Any, bounded), list(site.proxies))
        return cast(ASGIApp, trusting)


def app_of(site: Site) -> FastAPI:
    """The application of a site that is open already; its engines are closed with it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        site.engine.dispose()
        site.keyring.engine.dispose()

    app = _GuardedApp(
        title="Jinxi",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        openapi_url="/openapi.json",
    )
    app.state.site = site
    app.state.pages = Pages.load(site.translations)
    for module in (events, attachments, dealer_check, dealer_feed, dealer_receipts, lists):
        routes.add(app, module.router, described=True)
    routes.add(app, docs.router, described=False)
    routes.include(app)
    app.mount("/static", _KeptFiles(directory=STATIC_FOLDER))
    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(BodyRefused, _answer_refused_body)
    app.add_exception_handler(TooMuch, _answer_too_much)
    return app


def _answer_invalid(request: Request, error: Exception) -> Response:
    """A parameter is missing or malformed; which one, but not what was sent."""
    assert isinstance(error, RequestValidationError)
    if not request.url.path.startswith("/v1/"):
        return routes.error_page(request, 400)
    # Of a place only its first two parts are ours: (query, limit); what follows the sender wrote.
    named = ", ".join(sorted({str(fault["loc"][:2][-1]) for fault in error.errors()}))
    return problem_response(400, f"missing or malformed: {named}")


_REFUSED_BODIES = {
    408: "the body did not come in time",
    413: "the body is larger than this operation takes",
    503: "too many bodies at once: send it again later",
}


def _answer_refused_body(request: Request, error: Exception) -> Response:
    assert isinstance(error, BodyRefused)
    return _refused_body(request.app)(request, error.status)


def _refused_body(app: FastAPI) -> Callable[[Request, int], Response]:
    """The answer to a body that is not read on; outside the application it still belongs to it."""

    def answer(request: Request, status: int) -> Response:
        request.scope["app"] = app
        if request.url.path.startswith("/v1/"):
            return problem_response(status, _REFUSED_BODIES[status])
        return routes.broken_page(request, status)

    return answer


def _answer_too_much(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TooMuch)
    wait = {"Retry-After": str(error.wait_seconds)}
    return problem_response(429, "too much at once: send it again later", wait)


def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith("/v1/"):
        return problem_response(error.status_code, error.detail, error.headers)
    return routes.error_page(request, error.status_code)


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, with what the routes cannot say themselves."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            routes=app.routes,
            description="Events go in, and one can ask what became of them.",
        )
        for path, methods in schema["paths"].items():
            for method, described in methods.items():
                # What is missing or malformed is a problem 400 here, as everywhere.
                described["responses"].pop("422", None)
                for status, answer in events.answers_to_any(path, method, described).items():
                    described["responses"].setdefault(status, answer)
        components = schema.setdefault("components", {})
        for name in ("HTTPValidationError", "ValidationError"):
            components.get("schemas", {}).pop(name, None)
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        problem = events.ProblemBody.model_json_schema()
        components.setdefault("schemas", {})["ProblemBody"] = problem
        app.openapi_schema = schema
    return app.openapi_schema
