"""A dealer asks whether a person is known before it writes a card: one word is the answer."""

import time
from datetime import date
from typing import Annotated, Literal

from anyio import sleep
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as BodyInvalid
from starlette.concurrency import run_in_threadpool

from campaigns.intake import Credential
from crm.accounts.roles import scope_of_token
from crm.questions.answer import Question
from crm.questions.asking import TooManyQuestions, ask
from crm.web.api.bodies import read_body
from crm.web.api.events import UNAUTHORISED, AtSite, bearer, problem
from crm.web.api.problems import Problem

router = APIRouter(tags=["dealers"])

ANSWERED_AFTER_SECONDS = 0.4
"""No answer comes sooner: how long the looking took tells nothing of what was found."""
_LARGEST_BODY_BYTES = 4_096
_Line = Annotated[str, Field(min_length=1, max_length=200)]


class QuestionBody(BaseModel):
    """The person as it would be written on a card."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: _Line
    phone: _Line
    id_number: _Line | None = None
    birth_date: date | None = None
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None


class AnswerBody(BaseModel):
    """`yours`: in your copy; `ask_headquarters`: ask before you write; `unknown`: write a card."""

    answer: Literal["yours", "ask_headquarters", "unknown"]


_BODY = {
    "required": True,
    "content": {"application/json": {"schema": QuestionBody.model_json_schema()}},
}


@router.post(
    "/v1/dealer/check",
    summary="Ask whether a person is known",
    response_model=AnswerBody,
    openapi_extra={"requestBody": _BODY, "security": [{"token": []}]},
    responses={
        400: problem("the question cannot be read"),
        401: UNAUTHORISED,
        403: problem("only a dealer asks here"),
        413: problem("too large"),
        429: problem("too many questions: 30 an hour, 200 a day; see Retry-After"),
    },
)
async def check_person(
    request: Request, site: AtSite, credential: Annotated[Credential, Depends(bearer)]
) -> JSONResponse:
    """Says who is in your own copy; of everybody else only that headquarters is to be asked.

    Every question is logged, without its content.
    """
    started = time.monotonic()
    if not scope_of_token(credential).may("own_copy"):
        raise Problem(403, "only a dealer asks here")
    question = _question(await read_body(request, _LARGEST_BODY_BYTES))
    actor, dealer = credential.actor or "", credential.dealer or ""
    try:
        answer = await run_in_threadpool(
            ask, site.engine, site.keyring, actor, dealer, question, site.now_us()
        )
    except TooManyQuestions as error:
        wait = {"Retry-After": str(error.wait_seconds)}
        raise Problem(429, "too many questions: 30 an hour, 200 a day", wait) from error
    await sleep(max(0.0, started + ANSWERED_AFTER_SECONDS - time.monotonic()))
    return JSONResponse({"answer": answer})


def _question(body: bytes) -> Question:
    try:
        asked = QuestionBody.model_validate_json(body)
    except BodyInvalid as error:
        places = sorted({str(fault["loc"][0]) if fault["loc"] else "$" for fault in error.errors()})
        known = [place for place in places if place in QuestionBody.model_fields]
        # What was sent may be a name even where a field is expected.
        detail = f"missing or malformed: {', '.join(known) or 'the body'}"
        raise Problem(400, detail) from None
    return Question(asked.name, asked.phone, asked.id_number, asked.birth_date, asked.region)
