"""The description of the interface as a page of our own: it loads nothing from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.wording.catalogues import N_
from crm.web.guards.visit import AnyVisit

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked of the interface."""

    method: str
    path: str
    summary: str
    description: str
    needs_token: bool
    parameters: list[str]
    formats: list[str]
    answers: list[tuple[str, str]]


@router.get("/docs")
def docs_page(visit: AnyVisit) -> Response:
    """Every operation, its formats and answers; the machine's version is /openapi.json."""
    schema = visit.request.app.openapi()
    context = {"title": visit.say(N_("接口说明")), "operations": list(operations(schema))}
    return visit.render("docs.html", context)


def operations(schema: dict[str, Any]) -> Iterator[Operation]:
    """The operations of an OpenAPI description, in its order."""
    for path, methods in schema["paths"].items():
        for method, described in methods.items():
            yield Operation(
                method.upper(),
                path,
                described.get("summary", ""),
                described.get("description", ""),
                bool(described.get("security")),
                list(_in_address(described.get("parameters", []))),
                list(described.get("requestBody", {}).get("content", {})),
                [
                    (status, answer.get("description", ""))
                    for status, answer in sorted(described["responses"].items())
                ],
            )


def _in_address(parameters: list[dict[str, Any]]) -> Iterator[str]:
    """What may stand in an address; of a choice each that may be chosen."""
    for parameter in parameters:
        if parameter["in"] == "query":
            chosen = parameter.get("schema", {}).get("oneOf", [])
            names = [name for each in chosen for name in each["properties"]]
            yield from names or [parameter["name"]]
